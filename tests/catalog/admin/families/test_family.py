"""Families in the admin: a table by values, pages to fill in, and who may do what."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from catalog.families import Variant, set_options
from catalog.models import FamilyChange, Product, ProductFamily
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_family, make_product

pytestmark = pytest.mark.django_db

FAMILIES = "/admin/catalog/productfamily/"


@pytest.fixture
def mug() -> ProductFamily:
    for sku, price in (("EM-1", "6.50"), ("EM-2", "6.50"), ("EM-3", "8.00")):
        make_product(sku, price=price, name=f"Enamel mug {sku}", on_hand=3)
    variants = {"EM-1": ("cream", "0.3 l"), "EM-2": ("blue", "0.3 l"), "EM-3": ("cream", "0.5 l")}
    return make_family("Enamel mug", ["Colour", "Size"], variants)


@pytest.fixture
def client(sign_in: SignIn, mug: ProductFamily) -> Client:
    return sign_in("Manager")


def page_of(family: ProductFamily, action: str = "change") -> str:
    return f"{FAMILIES}{family.pk}/{action}/"


def words(response: object) -> str:
    return " ".join(strip_tags(response.content.decode()).split())  # type: ignore[attr-defined]


def skus_in(response: object) -> list[str]:
    return re.findall(r'<span class="bo-sku">(EM-\d|TEA\d?)</span>', response.content.decode())  # type: ignore[attr-defined]


def test_the_list_tells_options_products_and_what_can_be_sold(client: Client) -> None:
    assert "Enamel mug" in (shown := words(client.get(FAMILIES)))
    assert "Colour, Size" in shown
    assert "Enamel mug" in words(client.get(f"{FAMILIES}?q=MUG"))
    assert "Colour, Size" not in words(client.get(f"{FAMILIES}?q=bowl"))


def test_the_page_shows_products_by_their_values_and_is_narrowed_by_them(
    client: Client, mug: ProductFamily
) -> None:
    assert skus_in(client.get(page_of(mug))) == ["EM-2", "EM-1", "EM-3"]
    assert skus_in(client.get(f"{page_of(mug)}?option_1=CREAM")) == ["EM-1", "EM-3"]
    assert skus_in(client.get(f"{page_of(mug)}?option_1=cream&option_2=0.5+l")) == ["EM-3"]
    assert skus_in(client.get(f"{page_of(mug)}?option_1=nothing")) == ["EM-2", "EM-1", "EM-3"]


def test_a_page_with_more_products_asks_as_often(client: Client, mug: ProductFamily) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(page_of(mug))
        return len(queries)

    client.get(page_of(mug))
    few = asked()
    more = {f"M-{number}": (f"colour {number}",) for number in range(6)}
    other = make_family("Other", ["Colour"], more)
    Product.objects.filter(family=other).update(family=mug, option_2="0.3 l", option_2_key="0.3 l")
    assert asked() == few


def test_a_family_is_made_and_renamed_by_its_form(client: Client) -> None:
    made = client.post(
        f"{FAMILIES}add/", {"name": "Bowl", "option_1": "Size", "option_2": "", "option_3": ""}
    )
    bowl = ProductFamily.objects.get(slug="bowl")
    assert (made.status_code, bowl.options) == (302, ("Size",))

    client.post(page_of(bowl), {"name": "Deep bowl", "option_1": "Width", "option_2": "", "option_3": ""})

    bowl.refresh_from_db()
    assert (bowl.name, bowl.slug, bowl.options) == ("Deep bowl", "bowl", ("Width",))
    taken = client.post(page_of(bowl), {"name": "ENAMEL mug", "option_1": "Width"})
    assert "Another family is called ENAMEL mug already." in words(taken)


def test_an_option_more_asks_for_the_value_that_products_have_for_it(
    client: Client, mug: ProductFamily
) -> None:
    form = {"name": "Enamel mug", "option_1": "Colour", "option_2": "Size", "option_3": "Glaze"}
    assert "Its products need a value for the new option: give one." in words(client.post(page_of(mug), form))
    client.post(page_of(mug), {**form, "value_for_new": "matt"})
    assert set(mug.products.values_list("option_3", flat=True)) == {"matt"}


def test_values_are_saved_at_once_and_who_is_ticked_leaves(client: Client, mug: ProductFamily) -> None:
    one, two, three = mug.products.order_by("sku")
    page = page_of(mug, "values")
    sent = {
        "product": [one.pk, two.pk, three.pk],
        f"value-{one.pk}-0": "blue",
        f"value-{one.pk}-1": "0.3 l",
        f"value-{two.pk}-0": "cream",
        f"value-{two.pk}-1": "0.3 l",
        f"value-{three.pk}-0": "cream",
        f"value-{three.pk}-1": "0.5 l",
        f"tick-{three.pk}": "1",
    }
    assert skus_in(client.get(page)) == ["EM-2", "EM-1", "EM-3"]

    assert client.post(page, sent).status_code == 302

    assert dict(mug.products.values_list("sku", "option_1")) == {"EM-1": "blue", "EM-2": "cream"}
    assert Product.objects.get(sku="EM-3").family is None


def test_a_value_that_nobody_touched_stays_as_somebody_else_has_set_it_meanwhile(
    client: Client, mug: ProductFamily
) -> None:
    page = client.get(page_of(mug, "values")).content.decode()
    shown = dict(re.findall(r'name="((?:was|value)-[\d-]+)" value="([^"]*)"', page))
    one, two, three = mug.products.order_by("sku")
    set_options(mug.slug, [Variant("EM-1", {"Colour": "green", "Size": "0.3 l"})], by=CLI)

    sent = {"product": [one.pk, two.pk, three.pk], **shown, f"value-{two.pk}-0": "navy"}
    assert client.post(page_of(mug, "values"), sent).status_code == 302

    assert dict(mug.products.values_list("sku", "option_1")) == {
        "EM-1": "green",
        "EM-2": "navy",
        "EM-3": "cream",
    }


def test_values_that_two_would_share_come_back_with_what_was_typed(
    client: Client, mug: ProductFamily
) -> None:
    one = mug.products.get(sku="EM-1")
    sent = {"product": [one.pk], f"value-{one.pk}-0": "BLUE", f"value-{one.pk}-1": "0.3 l"}
    refused = client.post(page_of(mug, "values"), sent)
    assert "EM-1: EM-2 has these values already in this family." in words(refused)
    assert 'value="BLUE"' in refused.content.decode()
    assert mug.products.get(sku="EM-1").option_1 == "cream"


def test_products_of_no_family_are_found_and_join(client: Client, mug: ProductFamily) -> None:
    tea, other = make_product("TEA", name="Enamel mug, green"), make_product("TEA2", name="Tea")
    page = page_of(mug, "products")
    assert skus_in(client.get(page)) == ["TEA"]
    assert skus_in(client.get(f"{page}?q=tea")) == ["TEA", "TEA2"]
    sent = {
        "product": [tea.pk, other.pk],
        f"tick-{tea.pk}": "1",
        f"value-{tea.pk}-0": "green",
        f"value-{tea.pk}-1": "",
    }
    assert "A value for Size is needed." in words(client.post(page, sent))

    client.post(page, sent | {f"value-{tea.pk}-1": "0.3 l"})

    assert set(mug.products.values_list("sku", flat=True)) == {"EM-1", "EM-2", "EM-3", "TEA"}


def test_missing_combinations_are_shown_corrected_and_made(client: Client, mug: ProductFamily) -> None:
    page = page_of(mug, "combinations")
    shown = client.get(page).content.decode()
    assert 'value="EM-BLUE-05L"' in shown
    key = re.search(r'name="key" value="(\w+)"', shown)
    assert key
    sent = {
        "key": key[1],
        "tick-0": "1",
        "value-0-0": "blue",
        "value-0-1": "0.5 l",
        "sku-0": "em-1",
        "name-0": "Enamel mug, blue",
        "price-0": "8.20",
    }
    assert "The SKU em-1 is taken" in words(client.post(page, sent))
    assert Product.objects.count() == 3

    assert client.post(page, sent | {"sku-0": "EM-4"}).status_code == 302

    made = Product.objects.get(sku="EM-4")
    assert (made.name, made.price, made.option_1) == ("Enamel mug, blue", Decimal("8.20"), "blue")
    assert client.post(page, sent | {"sku-0": "EM-4"}).status_code == 302
    assert Product.objects.count() == 4


@pytest.mark.parametrize("price", ["cheap", "-1", "1e99"])
def test_a_price_that_is_none_is_told_in_its_row(client: Client, mug: ProductFamily, price: str) -> None:
    sent = {"tick-0": "1", "value-0-0": "red", "value-0-1": "1 l", "sku-0": "NEW", "price-0": price}
    assert "is not a price" in words(client.post(page_of(mug, "combinations"), sent))
    assert Product.objects.count() == 3


def test_others_look_and_change_nothing(sign_in: SignIn, mug: ProductFamily) -> None:
    client = sign_in("Warehouse")
    assert skus_in(client.get(page_of(mug))) == ["EM-2", "EM-1", "EM-3"]
    for action in ("values", "products", "combinations"):
        assert client.get(page_of(mug, action)).status_code == 403
        assert client.post(page_of(mug, action)).status_code == 403
    assert client.post(page_of(mug), {"name": "Other", "option_1": "x"}).status_code == 403
    assert FamilyChange.objects.count() == 2


def test_a_family_that_is_not_there_is_nowhere(client: Client) -> None:
    for action in ("values", "products", "combinations"):
        assert client.get(f"{FAMILIES}{10**30}/{action}/").status_code == 404


def test_a_products_page_names_its_family_and_those_beside_it(client: Client, mug: ProductFamily) -> None:
    product = mug.products.get(sku="EM-1")
    shown = words(client.get(f"/admin/catalog/product/{product.pk}/change/"))
    assert "Family Enamel mug" in shown
    assert "blue, 0.3 l EM-2 · 3 available" in shown
