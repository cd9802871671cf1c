"""A renamed product goes on being found by what it was called, and no other product is ever called so."""

from decimal import Decimal
from functools import partial

import pytest

from backoffice.errors import Refusal
from catalog.models import EarlierSku, Product
from catalog.product_files import plan_products
from catalog.products import (
    SkuTaken,
    UnknownSku,
    edit_product,
    product_with_sku,
    products_with_skus,
)
from catalog.readers.products import ProductFilter
from tests.catalog.product_files.test_undo import imported
from tests.contract.client import Api
from tests.factories import CLI, make_product, make_user
from tests.races.harness import race

pytestmark = pytest.mark.django_db


def rename(sku: str, to: str) -> None:
    edit_product(sku, by=CLI, changes={"sku": to})


@pytest.fixture
def lamp() -> Product:
    """UN-4, which was UN-3."""
    product = make_product("UN-3", name="Lamp")
    rename("UN-3", "UN-4")
    product.refresh_from_db()
    return product


def test_a_product_is_found_by_each_sku_that_it_ever_had(lamp: Product) -> None:
    rename("UN-4", "UN-5")

    for sku in ("UN-3", "un-4", " UN-5 "):
        assert product_with_sku(sku) == lamp
        assert list(Product.objects.with_skus([sku])) == [lamp]
        assert list(Product.objects.with_code(sku)) == [lamp]
        assert list(ProductFilter(q=sku).of(Product.objects.all())) == [lamp]
    assert products_with_skus(["UN-5", "UN-3", "UN-4"]) == [lamp]
    with pytest.raises(UnknownSku):
        product_with_sku("UN-6")


def test_no_other_product_gets_an_earlier_sku(lamp: Product) -> None:
    make_product("TEA")

    for attempt in (partial(make_product, "un-3"), partial(rename, "TEA", "UN-3")):
        with pytest.raises(SkuTaken) as refused:
            attempt()
        assert "was the SKU of what is UN-4 now" in refused.value.detail
    assert sorted(Product.objects.values_list("sku", flat=True)) == ["TEA", "UN-4"]


def test_a_file_that_names_it_by_an_earlier_sku_is_told_the_present_one(lamp: Product) -> None:
    from tests.catalog.product_files.test_kept import read

    plan = plan_products(read("sku,name,price\nun-3,Lantern,2.00\n"))

    assert [row.problem for row in plan.rows] == ["sku: That product is called UN-4 now: write this SKU."]
    with pytest.raises(Refusal):
        imported("sku,name,price\nUN-3,Lantern,2.00\n")


def test_it_may_be_called_again_what_it_was_called(lamp: Product) -> None:
    rename("UN-4", "UN-3")

    assert [each.sku for each in EarlierSku.objects.all()] == ["UN-4"]
    assert product_with_sku("UN-4").sku == "UN-3"


def test_another_case_is_no_other_sku() -> None:
    make_product("UN-3")
    rename("UN-3", "un-3")

    assert (product_with_sku("UN-3").sku, EarlierSku.objects.count()) == ("un-3", 0)


def test_the_api_finds_and_changes_it_by_an_earlier_sku(lamp: Product) -> None:
    manager = Api(make_user(role="Manager"))

    assert manager.get("products/UN-3").json()["sku"] == "UN-4"
    assert manager.patch("products/UN-3", {"price": "9.00"}).json()["price"] == "9.00"
    assert manager.get("products/un-3/movements").status_code == 200
    created = manager.post("products", {"sku": "UN-3", "name": "Other", "price": "1.00"})
    assert (created.status_code, created.json()["code"]) == (409, "sku_taken")
    lamp.refresh_from_db()
    assert lamp.price == Decimal("9.00")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_sku_that_is_being_given_up_is_not_taken_at_the_same_moment() -> None:
    make_product("A")
    make_product("C")

    race(2, [partial(rename, "A", "B"), partial(rename, "C", "A")])

    names = {product.sku: product.pk for product in Product.objects.all()}
    for earlier in EarlierSku.objects.all():
        assert names.get(earlier.sku, earlier.product_id) == earlier.product_id
