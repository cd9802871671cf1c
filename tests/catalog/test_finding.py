"""Which products a search finds: one table for every door that looks for some."""

from collections.abc import Callable
from unicodedata import normalize
from urllib.parse import urlencode

import pytest
from django.test import Client

from catalog.finding import products_matching
from catalog.models import Product
from catalog.products import edit_product
from tests.cli_fixtures import Answers
from tests.contract.client import Api
from tests.factories import CLI, make_product, make_user

pytestmark = pytest.mark.django_db

type Finds = Callable[[str], set[str]]
TABLE = (
    ("öllampe", "ÖL-1"),
    ("ÖLLAMPE", "ÖL-1"),
    ("messing ÖLLAMPE", "ÖL-1"),
    (normalize("NFD", "Öllampe"), "ÖL-1"),
    ("mug enamel", "MUG-7 MUG-71"),
    ("mug-7", "MUG-7 MUG-71"),
    ("UG-71", "MUG-71"),
    ("mug white", "MUG-71"),
    ("4006381333931", "MUG-7"),
    ("0036000291452", "MUG-71"),
    ("036000291452", "MUG-71"),
    ("tea 01", "TEA 01"),
    ("01 tea", "TEA 01"),
    ("STRASSE", "MAP"),
    ("100%", "SIGN"),
    ("_", "SIGN"),
    ("\\", "SIGN"),
    ('"sure"', "SIGN"),
    ("enamel nothing", ""),
)


@pytest.fixture
def _products() -> None:
    make_product("ÖL-1", name="Öllampe, Messing")
    make_product("MUG-7", name="Enamel mug", barcode="4006381333931")
    make_product("MUG-71", name="Enamel mug, white", barcode="036000291452")
    make_product("TEA 01", name="Green tea")
    make_product("MAP", name="Straßenkarte")
    make_product("SIGN", name='100%_"sure" \\ sign')


@pytest.fixture(params=["list", "new order", "palette", "api", "shopctl"])
def finds(request: pytest.FixtureRequest, manager: Client, answers: Answers) -> Finds:
    """What each door finds, as SKUs."""
    staff = Api(make_user(role="Manager"))

    def in_list(term: str) -> set[str]:
        page = manager.get("/admin/catalog/product/", {"q": term})
        return {product.sku for product in page.context["cl"].result_list}

    def in_new_order(term: str) -> set[str]:
        from orders.admin.new_order.page import hits_for

        return {hit.row.sku for hit in hits_for(term)}

    def in_palette(term: str) -> set[str]:
        found = manager.get("/admin/search/", {"s": term}).context["results"]
        return {each.description for each in found if each.icon == "inventory_2"}

    def in_api(term: str) -> set[str]:
        return {each["sku"] for each in staff.get(f"products?{urlencode({'q': term})}").json()["items"]}

    def in_terminal(term: str) -> set[str]:
        return {each["sku"] for each in answers("products", "list", f"--q={term}")}

    doors = {"list": in_list, "new order": in_new_order, "palette": in_palette, "api": in_api}
    return {**doors, "shopctl": in_terminal}[request.param]


@pytest.mark.usefixtures("_products")
def test_every_door_finds_the_same_products(finds: Finds) -> None:
    found = {query: " ".join(sorted(finds(query), key=list(SKUS).index)) for query, _skus in TABLE}
    assert found == dict(TABLE)


SKUS = ("ÖL-1", "MUG-7", "MUG-71", "TEA 01", "MAP", "SIGN")


@pytest.mark.usefixtures("_products")
def test_strangers_do_not_find_by_barcode() -> None:
    assert not products_matching(Product.objects.all(), "4006381333931", by_barcode=False).exists()
    assert Api().get("products?q=4006381333931").json()["items"] == []


@pytest.mark.usefixtures("_products")
def test_a_renamed_product_is_found_by_what_it_is_called_now() -> None:
    edit_product("MAP", by=CLI, changes={"name": "Übersichtskarte"})

    assert [each.sku for each in products_matching(Product.objects.all(), "ÜBERSICHT")] == ["MAP"]
    assert not products_matching(Product.objects.all(), "straße").exists()


@pytest.mark.usefixtures("_products")
def test_blanks_narrow_nothing_and_a_long_text_finds_nothing() -> None:
    assert products_matching(Product.objects.all(), " \t ").count() == len(SKUS)
    assert not products_matching(Product.objects.all(), "mug " * 2_000 + "x" * 200).exists()
