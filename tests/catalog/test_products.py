"""SKUs in addresses: “.” and “..” vanish from every one, and no door lets a product be called so."""

from decimal import Decimal
from io import BytesIO

import pytest

from backoffice.errors import Invalid
from catalog.models import Product
from catalog.product_files import plan_products, read_products
from catalog.products import ProductData, create_product, edit_product
from tests.contract.client import Api, assert_problem
from tests.factories import CLI, make_product, make_user

pytestmark = pytest.mark.django_db

DOTS = (".", "..", " .. ")
WHAT_TO_DO = "alone cannot be a SKU: add a letter or a digit."


@pytest.mark.parametrize("sku", DOTS)
def test_no_product_is_created_with_dots_alone(sku: str) -> None:
    with pytest.raises(Invalid, match=WHAT_TO_DO) as refused:
        create_product(ProductData(sku=sku, name="Dots", price=Decimal(1)), by=CLI)
    assert [fault.pointer for fault in refused.value.faults] == ["/sku"]
    assert not Product.objects.exists()


@pytest.mark.parametrize("sku", DOTS)
def test_no_product_is_renamed_to_dots_alone(sku: str) -> None:
    make_product("TEA-01")
    with pytest.raises(Invalid, match=WHAT_TO_DO):
        edit_product("TEA-01", by=CLI, changes={"sku": sku})
    assert Product.objects.get().sku == "TEA-01"


@pytest.mark.parametrize("sku", ["...", ".a", "a..", "..a"])
def test_dots_beside_something_else_are_fine(sku: str) -> None:
    assert make_product(sku).sku == sku


def test_the_api_says_what_to_do() -> None:
    make_product("TEA-01")
    manager = Api(make_user(role="Manager"))
    created = manager.post("products", {"sku": "..", "name": "Dots", "price": "1"})
    assert WHAT_TO_DO in assert_problem(created, 422, "validation", "/sku")["detail"]
    assert_problem(manager.patch("products/TEA-01", {"sku": "."}), 422, "validation", "/sku")
    assert [product.sku for product in Product.objects.all()] == ["TEA-01"]


def test_an_imported_file_names_the_row() -> None:
    file = read_products(BytesIO(b"sku,name,price\n..,Dots,1.00\n"), file_name="products.csv")
    (row,) = plan_products(file).rows
    assert WHAT_TO_DO in row.problem
    assert not Product.objects.exists()


@pytest.mark.parametrize("sku", ["A?#%&", "Tee Ü", "茶", "a\\b", "%2e%2e", "...;x"])
def test_whatever_a_product_is_called_its_address_leads_to_it(sku: str) -> None:
    manager = Api(make_user(role="Manager"))
    created = manager.post("products", {"sku": sku, "name": "Tea", "price": "1"})
    location = created["Location"]
    assert location.isascii()
    assert manager.get(location).json()["sku"] == sku
    assert manager.patch(location, {"name": "Green tea"}).json()["name"] == "Green tea"
    assert manager.get(f"{location}/movements").json()["items"] == []
    again = assert_problem(manager.get(location.replace("products/", "products/no-")), 404, "unknown_sku")
    assert again["instance"].isascii()
