"""The history of products: old and new values, whichever door changed them."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Product, ProductChange
from catalog.product_files import import_products, plan_products, read_products
from catalog.product_history import changes_of, in_words
from catalog.products import SkuTaken, archive_product, edit_product
from tests.admin_fixtures import SignIn
from tests.cli_fixtures import Shopctl
from tests.contract.client import Api
from tests.factories import CLI, make_category, make_product, make_user

pytestmark = pytest.mark.django_db

PRODUCTS = "/admin/catalog/product/"


def newest() -> tuple[str, dict[str, Any], str, str]:
    change = ProductChange.objects.latest("pk")
    return change.kind, change.changes, change.source, str(change.actor or "")


def test_a_new_product_begins_its_history_with_what_it_was_given() -> None:
    make_product("TEA-01", name="Earl Grey", price="3.39", category=make_category("Teas"))

    assert newest() == (
        "created",
        {
            "sku": [None, "TEA-01"],
            "name": [None, "Earl Grey"],
            "price": [None, "3.39"],
            "category": [None, "Teas"],
            "is_active": [None, True],
        },
        "cli",
        "",
    )


def test_the_admin_leaves_old_and_new_values_and_no_history_of_its_own(sign_in: SignIn) -> None:
    product = make_product("TEA-01", name="Tea", price="10.00", category=make_category("Teas"))
    form = {"sku": "TEA-01", "name": "Tea", "price": "12.00", "low_stock_threshold": "5", "is_active": "on"}

    sign_in("Manager").post(f"{PRODUCTS}{product.pk}/change/", form)

    kind, changes, source, actor = newest()
    assert (kind, source) == ("changed", "admin")
    assert changes == {
        "price": ["10.00", "12.00"],
        "category": ["Teas", None],
        "low_stock_threshold": [None, 5],
    }
    assert "@" in actor
    assert not LogEntry.objects.exists()


def test_the_api_leaves_old_and_new_values() -> None:
    make_product("TEA-01", price="10.00")
    manager = make_user(role="Manager")

    Api(manager).patch("products/TEA-01", {"price": "12", "sku": "TEA-02"})

    assert newest() == (
        "changed",
        {"sku": ["TEA-01", "TEA-02"], "price": ["10.00", "12.00"]},
        "api",
        str(manager),
    )


def test_the_terminal_leaves_old_and_new_values(shopctl: Shopctl) -> None:
    make_product("TEA-01")

    shopctl("products", "archive", "TEA-01")

    assert newest() == ("changed", {"is_active": [True, False]}, "cli", "")


def test_a_file_leaves_old_and_new_values_and_its_name() -> None:
    make_category("Teas")
    make_product("TEA-01", price="10.00", category=make_category("Lanterns"))
    content = b"sku,name,price,category\nTEA-01,,12,Teas\nNEW-1,Mate,7,\n".replace(
        b"TEA-01,,", b"TEA-01,Tea,"
    )
    file = read_products(BytesIO(content), file_name="C:\\lists\\spring.csv")

    import_products(file, by=CLI, seen=plan_products(file))

    changed, created = ProductChange.objects.exclude(file_name="").order_by("pk")
    assert (changed.kind, changed.file_name) == ("changed", "spring.csv")
    assert changed.changes["price"] == ["10.00", "12.00"]
    assert changed.changes["category"] == ["Lanterns", "Teas"]
    assert (created.kind, created.product.sku, created.changes["price"]) == (
        "created",
        "NEW-1",
        [None, "7.00"],
    )


def test_what_changes_nothing_or_is_refused_leaves_nothing() -> None:
    make_product("A", price="3.00", barcode="4711")
    make_product("B")
    before = ProductChange.objects.count()

    edit_product("A", by=CLI, changes={"price": Decimal(3), "name": " Product A "})
    with pytest.raises(SkuTaken):
        edit_product("B", by=CLI, changes={"barcode": "4711"})

    assert ProductChange.objects.count() == before


def test_changes_are_told_in_words_the_newest_first() -> None:
    product = make_product("A", category=make_category("Teas"))
    edit_product("A", by=CLI, changes={"category": None, "low_stock_threshold": 5})
    archive_product("A", by=CLI)

    archived, edited, created = changes_of(product)

    assert [(each.title, each.before, each.after) for each in in_words(archived)] == [("Active", "yes", "no")]
    assert [(each.title, each.before, each.after) for each in in_words(edited)] == [
        ("Category", "Teas", ""),
        ("Low stock threshold", "", "5"),
    ]
    assert created.kind == "created"


def test_the_page_of_a_product_shows_its_changes(sign_in: SignIn) -> None:
    product = make_product("A", price="10.00")
    edit_product("A", by=CLI, changes={"price": Decimal(12)})
    viewer = sign_in("Viewer")

    page = viewer.get(f"{PRODUCTS}{product.pk}/change/").text

    assert '<span class="bo-muted">Price:</span> 10.00 → <span class="bo-strong">12.00</span>' in page
    assert viewer.get(f"{PRODUCTS}{product.pk}/history/")["Location"] == (
        f"{PRODUCTS}{product.pk}/change/#changes"
    )


def test_a_page_with_three_changes_asks_as_often_as_one_with_one(sign_in: SignIn) -> None:
    few, many = make_product("A"), make_product("B")
    for price in (5, 6):
        edit_product("B", by=CLI, changes={"price": Decimal(price)})
    client = sign_in("Manager")
    counted = [_statements(client, product) for product in (few, few, many)]

    assert counted[1] == counted[2]


def _statements(client: Client, product: Product) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(f"{PRODUCTS}{product.pk}/change/")
    return len(captured)
