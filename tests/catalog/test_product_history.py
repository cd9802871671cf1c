"""Every change of a product is kept, from what to what, whichever door made it."""

from decimal import Decimal
from io import BytesIO

import pytest

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
    record_edits,
    value_in_words,
    values_of,
)
from catalog.products import edit_product
from tests.factories import CLI, make_category, make_product, make_user

pytestmark = pytest.mark.django_db


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
                "category": [None, "Teas"],
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
        ("changed", {"category": ["Teas", "Lamps"], "low_stock_threshold": [3, None]}),
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

    shown = {
        change.title: (change.before, change.after)
        for change in in_words(changes_of(Product.objects.get())[0])
    }

    assert shown == {"Active": ("yes", "no"), "Low stock threshold": ("3", ""), "Price": ("3.39", "4.00")}
    assert [value_in_words(value) for value in (0, "", None, True)] == ["0", "", "", "yes"]
