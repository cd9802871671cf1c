"""One identity for what people type: what looks the same is the same product, code, category and barcode."""

from decimal import Decimal
from urllib.parse import quote

import pytest
from django.test import Client

from backoffice.errors import Conflict, Invalid
from catalog.models import Category, Product
from catalog.products import ProductData, SkuTaken, create_product, edit_product
from orders.models import Order, PromoCode
from orders.placing.placement import quote_order
from orders.promotions.codes import PromoCodeTaken
from tests.contract.client import Api
from tests.factories import (
    CLI,
    make_category,
    make_product,
    make_promo_code,
    make_user,
    place,
    request_for,
)

pytestmark = pytest.mark.django_db
LOOKALIKES = (
    *("tea-01", " TEA-01 ", "\uff34\uff25\uff21-01", "TEA\u200b-01", "TEA\u00ad-01", "\ufeffTEA-01"),
    *("TEA\u201101", "TEA\u201301", "TEA\u221201", "TEA-01\ufe0f", "TEA-\u316401"),
)


@pytest.mark.parametrize("sku", LOOKALIKES)
def test_two_skus_that_look_alike_cannot_both_exist(sku: str) -> None:
    make_product("TEA-01")
    with pytest.raises(SkuTaken):
        create_product(ProductData(sku=sku, name="Tea", price=Decimal(1)), by=CLI)
    make_product("CUP-02")
    with pytest.raises(SkuTaken):
        edit_product("CUP-02", by=CLI, changes={"sku": sku})
    assert list(Product.objects.order_by("pk").values_list("sku", flat=True)) == ["TEA-01", "CUP-02"]


@pytest.mark.parametrize("sku", LOOKALIKES)
def test_a_sku_is_found_however_it_was_typed(sku: str) -> None:
    make_product("TEA-01", on_hand=5)
    assert Product.objects.with_code(sku).get().sku == "TEA-01"
    assert [line.sku for line in quote_order(request_for({sku: 1}), email="a@example.com", by=CLI).lines] == [
        "TEA-01"
    ]


@pytest.mark.parametrize("name", ["\u200b", "\u00ad\u2060", "\u3164", "\u2800", "\ufeff "])
def test_nothing_invisible_is_a_sku_a_name_or_a_category(name: str, manager: Client) -> None:
    for data in (
        ProductData(sku=name, name="Tea", price=Decimal(1)),
        ProductData(sku="TEA-01", name=name, price=Decimal(1)),
        ProductData(sku="TEA-01", name="Tea", price=Decimal(1), barcode=name.strip()),
    ):
        with pytest.raises(Invalid):
            create_product(data, by=CLI)
    page = manager.post("/admin/catalog/category/add/", {"name": name, "slug": "x"})
    assert page.status_code == 200
    assert not Product.objects.exists()
    assert not Category.objects.exists()


def test_a_key_that_would_be_longer_than_its_column_is_refused() -> None:
    for sku in ("\ufdfa" * 64, "\ufdfa" * 8):
        with pytest.raises(Invalid, match="too long when its ligatures are written out"):
            create_product(ProductData(sku=sku, name="Tea", price=Decimal(1)), by=CLI)
    make_product("\ufdfa" * 7)
    assert Product.objects.with_skus(["\ufdfa" * 64]).count() == 0


@pytest.mark.parametrize("name", ["lanterns", " LANTERNS", "Lan\u200bterns", "\uff2canterns"])
def test_two_categories_whose_names_look_alike_cannot_both_exist(name: str, manager: Client) -> None:
    make_category("Lanterns")
    page = manager.post("/admin/catalog/category/add/", {"name": name, "slug": "other"})
    assert "Another category has this name already." in page.text
    assert Category.objects.get().name == "Lanterns"


@pytest.mark.parametrize(
    "typed",
    ["spring-20", "\uff33\uff30\uff32\uff29\uff2e\uff27-20", "SPRING\u201120", " spring\u200b-20\u00a0"],
)
def test_a_promo_code_is_one_however_it_was_typed(typed: str) -> None:
    make_product("TEA-01", on_hand=5, price="10.00")
    make_promo_code("SPRING-20")
    with pytest.raises(PromoCodeTaken):
        make_promo_code(typed)
    assert place({"TEA-01": 1}, promo_code=typed).promo_code == "SPRING-20"
    manager = Api(make_user(role="Manager"))
    found = manager.get(f"orders?promo_code={quote(typed)}").json()["items"]
    assert [each["promo"]["code"] for each in found] == ["SPRING-20"]
    assert PromoCode.objects.get().times_used == 1


def test_an_orders_number_is_found_however_it_was_typed() -> None:
    make_product("TEA-01", on_hand=5)
    number = place({"TEA-01": 1}).number
    for typed in (number.lower(), f" {number}\u200b", number.replace("-", "\u2011")):
        assert Order.objects.with_number(typed).get().number == number


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("012345678905", "0012345678905"),
        ("4006381333931", "04006381333931"),
        ("4006381333931", "\uff14006381333931"),
        ("x-12", "X-12"),
    ],
)
def test_a_barcode_belongs_to_one_product_with_its_zeros_or_without(first: str, second: str) -> None:
    make_product("TEA-01", barcode=first)
    with pytest.raises(Conflict):
        create_product(ProductData(sku="CUP-02", name="Cup", price=Decimal(1), barcode=second), by=CLI)
    assert Product.objects.with_code(second).get().sku == "TEA-01"
    edit_product("TEA-01", by=CLI, changes={"barcode": "96385074"})
    assert Product.objects.with_code("00000096385074").get().sku == "TEA-01"
    assert not Product.objects.with_code(second).exists()
