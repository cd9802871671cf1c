"""Every change of a product is kept, from what to what, whichever door made it."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.models import Source
from backoffice.errors import Invalid
from catalog import stock
from catalog.models import Product, ProductChange
from catalog.product_files import import_products, plan_products, read_products
from catalog.product_history import (
    changes_of,
    edit_between,
    in_words,
    names_by_slug,
    record_edits,
    told_to,
    values_of,
)
from catalog.products import edit_product
from tests.admin_fixtures import SignIn
from tests.cli_fixtures import Shopctl
from tests.contract.client import Api
from tests.factories import CLI, make_category, make_product, make_user

pytestmark = pytest.mark.django_db

PRODUCTS = "/admin/catalog/product/"


def kept(sku: str = "TEA") -> list[tuple[str, dict[str, list[object]]]]:
    changes = changes_of(Product.objects.get(sku_key=sku.lower()))
    return [(change.kind, change.changes) for change in changes]


def test_a_new_product_is_kept_with_what_it_was_given() -> None:
    make_product("TEA", name="Green tea", price="3.39", category=make_category("Teas"))

    assert kept() == [
        (
            "created",
            {
                "sku": [None, "TEA"],
                "name": [None, "Green tea"],
                "price": [None, "3.39"],
                "category": [None, "teas"],
                "is_active": [None, True],
            },
        )
    ]


def test_only_what_changed_is_kept_the_newest_first_and_who_did_it() -> None:
    make_product("TEA", name="Tea", price="3.39", category=make_category("Teas"), low_stock_threshold=3)
    manager = make_user(role="Manager")

    edit_product("TEA", by=Actor(manager, Source.API), changes={"price": Decimal("4.00"), "name": "Tea"})
    edit_product("TEA", by=CLI, changes={"category": make_category("Lamps"), "low_stock_threshold": None})

    assert kept()[:2] == [
        ("changed", {"category": ["teas", "lamps"], "low_stock_threshold": [3, None]}),
        ("changed", {"price": ["3.39", "4.00"]}),
    ]
    _, changed, _ = changes_of(Product.objects.get())
    assert (changed.actor, changed.source, changed.file_name) == (manager, "api", "")


def test_what_changes_nothing_is_refused_or_moves_stock_alone_is_not_kept() -> None:
    make_product("TEA", name="Tea", price="3.39", on_hand=3)

    edit_product("TEA", by=CLI, changes={"price": Decimal("3.4") - Decimal("0.01"), "name": " Tea "})
    with pytest.raises(Invalid):
        edit_product("TEA", by=CLI, changes={"price": Decimal(-1)})
    stock.count("TEA", 9, by=CLI)

    assert [kind for kind, _ in kept()] == ["created"]


def test_a_file_is_named_in_the_history_of_every_product_that_it_changed() -> None:
    make_product("TEA", price="3.39", barcode="4711")
    make_product("MUG", price="2.00")
    content = b"sku,name,price,barcode\ntea,,4.00,\nMUG,,2.00,\nNEW,Lamp,9.00,\n".replace(b",,", b",Tea,")
    file = read_products(BytesIO(content), file_name="spring.csv")

    import_products(file, by=CLI, seen=plan_products(file))

    [(kind, changes), _] = kept()
    assert (kind, changes["price"], changes["barcode"]) == ("changed", ["3.39", "4.00"], ["4711", ""])
    files = ProductChange.objects.exclude(file_name="").values_list("product__sku", "file_name", "kind")
    assert sorted(files) == [
        ("MUG", "spring.csv", "changed"),
        ("NEW", "spring.csv", "created"),
        ("TEA", "spring.csv", "changed"),
    ]


def test_an_edit_without_changes_leaves_no_entry() -> None:
    product = make_product("TEA")
    edit = edit_between(values_of(product), product)

    record_edits([edit], by=CLI)

    assert (edit.is_new, edit.changes) == (False, {})
    assert len(kept()) == 1


def test_a_change_is_told_in_words() -> None:
    make_product("TEA", name="Tea", price="3.39", low_stock_threshold=3)
    edit_product(
        "TEA", by=CLI, changes={"is_active": False, "low_stock_threshold": None, "price": Decimal(4)}
    )

    entries = list(changes_of(Product.objects.get()))
    shown = {
        change.title: (change.before, change.after)
        for change in in_words(entries[0].changes, names_by_slug(each.changes for each in entries))
    }

    assert shown == {
        "On sale": ("Yes", "No"),
        "Low-stock level": ("3", ""),
        "Price": ("€3.39", "€4.00"),
    }


def newest() -> tuple[str, dict[str, Any], str, str]:
    change = ProductChange.objects.latest("pk")
    return change.kind, change.changes, change.source, str(change.actor or "")


def test_the_admin_leaves_old_and_new_values_and_no_history_of_its_own(sign_in: SignIn) -> None:
    product = make_product("TEA-01", name="Tea", price="10.00", category=make_category("Teas"))
    form = {"sku": "TEA-01", "name": "Tea", "price": "12.00", "low_stock_threshold": "5", "is_active": "on"}

    sign_in("Manager").post(f"{PRODUCTS}{product.pk}/change/", form)

    kind, changes, source, actor = newest()
    assert (kind, source) == ("changed", "admin")
    assert changes == {
        "price": ["10.00", "12.00"],
        "category": ["teas", None],
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


def test_the_page_of_a_product_shows_its_changes(sign_in: SignIn) -> None:
    product = make_product("A", price="10.00")
    edit_product("A", by=CLI, changes={"price": Decimal(12)})
    viewer = sign_in("Viewer")

    page = viewer.get(f"{PRODUCTS}{product.pk}/change/").text

    assert '<del class="bo-old"><bdi>€10.00</bdi></del>' in page
    assert '<ins class="bo-new"><bdi>€12.00</bdi></ins>' in page
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


def test_details_are_told_as_people_read_them() -> None:
    make_product("MUG", weight_grams=1_000, cost=Decimal("1.20"), description="One")
    edit_product(
        "MUG",
        by=CLI,
        changes={
            "weight_grams": 420,
            "cost": None,
            "description": "Two\nlines",
            "supplier_number": "S-7",
        },
    )
    told = in_words(changes_of(Product.objects.get())[0].changes, {})
    assert [(each.title, each.before, each.after) for each in told] == [
        ("Description", "One", "Two\nlines"),
        ("Cost", "€1.20", ""),
        ("Weight", "1 kg", "0.42 kg"),
        ("Supplier’s number", "", "S-7"),
    ]


def test_a_cost_is_told_to_those_alone_who_may_edit_products() -> None:
    changes = {"name": ["Cup", "Mug"], "cost": ["1.00", "2.00"]}

    assert told_to(changes, None) == changes
    assert told_to(changes, make_user(role="Manager")) == changes
    for role in ("Warehouse", "Support", "Marketing", "Viewer"):
        assert told_to(changes, make_user(role=role)) == {"name": ["Cup", "Mug"]}


@pytest.mark.parametrize("amount", ["price", "cost"])
def test_no_amount_of_a_product_is_negative(amount: str) -> None:
    make_product("MUG")
    with pytest.raises(Invalid) as refused:
        edit_product("MUG", by=CLI, changes={amount: Decimal(-1)})
    assert [fault.pointer for fault in refused.value.faults] == [f"/{amount}"]
    assert changes_of(Product.objects.get()).count() == 1
