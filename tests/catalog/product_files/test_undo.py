"""An import of products is taken back by further edits; what somebody did since is named and stays."""

from decimal import Decimal
from functools import partial
from io import BytesIO
from typing import Any

import pytest

from accounts.actors import Actor
from accounts.models import Source
from backoffice.sheets.plans import CannotUndo
from catalog import stock
from catalog.models import Category, Product, ProductChange, ProductImport
from catalog.product_files import (
    PlanGone,
    apply_product_import,
    keep_product_plan,
    plan_of,
    plan_products,
    product_import_numbered,
    read_products,
    undo_product_import,
)
from catalog.product_files.undo import NotApplied
from catalog.product_history import changes_of
from catalog.products import archive_product, edit_product, product_with_sku
from tests.factories import CLI, make_category, make_product, make_user
from tests.races.harness import race

pytestmark = pytest.mark.django_db


def imported(content: str, **options: Any) -> int:
    """Import the file and return the number of its import."""
    file = read_products(BytesIO(content.encode()), file_name="products.csv")
    kept = keep_product_plan(file, plan_products(file), by=CLI)
    apply_product_import(kept.pk, by=CLI, **options)
    return kept.pk


def refusal(number: int, **options: Any) -> tuple[str, list[str]]:
    with pytest.raises(CannotUndo) as refused:
        undo_product_import(number, by=CLI, **options)
    return refused.value.detail, [fault.detail for fault in refused.value.faults]


def fields(sku: str) -> tuple[str, str, str | None, str, int | None, bool]:
    found = product_with_sku(sku)
    category = found.category.slug if found.category else None
    limit, price = found.low_stock_threshold, str(found.price)
    return found.name, price, category, found.barcode, limit, found.is_active


def test_everything_that_was_changed_has_its_value_from_before_again() -> None:
    make_product(
        "A", name="Tea", price="3.00", category=make_category("Teas"), barcode="4711", low_stock_threshold=0
    )
    make_category("Lamps")
    before = fields("A")
    number = imported("sku,name,price,category,barcode,low_stock_threshold,is_active\nA,Lamp,0,Lamps,,,0\n")
    assert fields("A") == ("Lamp", "0.00", "lamps", "", None, False)

    undo_product_import(number, by=CLI)

    assert fields("A") == before


def test_who_undid_it_is_kept_in_the_import_and_in_the_history_of_each_product() -> None:
    product = make_product("A", price="3.00")
    clerk = make_user(role="Manager")
    number = imported("sku,price\nA,4.10\n")

    undone = undo_product_import(number, by=Actor(clerk, Source.ADMIN))

    assert (undone.state, undone.undone_by, undone.undone_at is not None) == ("undone", clerk, True)
    entry = changes_of(product)[0]
    assert (entry.kind, entry.changes, entry.file_name) == (
        "undone",
        {"price": ["4.10", "3.00"]},
        "products.csv",
    )
    assert (entry.product_import, entry.actor, entry.source) == (undone, clerk, "admin")


def test_what_it_created_is_archived() -> None:
    number = imported("sku,name,price\nNEW,Mug,2.00\n")

    undo_product_import(number, by=CLI)

    assert fields("NEW") == ("Mug", "2.00", None, "", None, False)
    assert changes_of(product_with_sku("NEW"))[0].changes == {"is_active": [True, False]}


def test_what_it_created_and_somebody_archived_meanwhile_is_no_obstacle() -> None:
    number = imported("sku,name,price\nNEW,Mug,2.00\n")
    archive_product("NEW", by=CLI)

    assert undo_product_import(number, by=CLI).state == "undone"


def test_a_price_that_was_changed_since_is_named_and_nothing_is_undone() -> None:
    for sku in ("A", "B", "C"):
        make_product(sku, price="3.00")
    number = imported("sku,price\nA,4.10\nB,4.20\nC,4.30\n")
    edit_product("B", by=CLI, changes={"price": Decimal("5.00")})
    entries = ProductChange.objects.count()

    assert refusal(number) == (
        "1 of 3 changes can no longer be undone; nothing was.",
        ["Row 3 (B): price: It has been changed since, to 5.00: that stays."],
    )
    prices = Product.objects.order_by("sku").values_list("price", flat=True)
    assert list(map(str, prices)) == ["4.10", "5.00", "4.30"]
    assert product_import_numbered(number).state == "applied"
    assert ProductChange.objects.count() == entries


def test_the_others_are_undone_when_told_to_leave_those_out() -> None:
    for sku in ("A", "B"):
        make_product(sku, price="3.00")
    number = imported("sku,price\nA,4.10\nB,4.20\n")
    edit_product("B", by=CLI, changes={"price": Decimal("5.00")})

    kept = undo_product_import(number, by=CLI, skip_invalid=True)

    assert (fields("A")[1], fields("B")[1]) == ("3.00", "5.00")
    assert [row.problem for row in plan_of(kept).rows] == [
        "",
        "price: It has been changed since, to 5.00: that stays.",
    ]
    assert [each.problem_code for each in kept.rows.order_by("row")] == ["", "not_undone"]


def test_nothing_to_undo_at_all_is_a_refusal_even_so() -> None:
    make_product("A", price="3.00")
    number = imported("sku,price\nA,4.10\n")
    edit_product("A", by=CLI, changes={"price": Decimal("5.00")})

    assert refusal(number, skip_invalid=True)[0] == "1 of 1 change can no longer be undone; nothing was."


def test_what_was_changed_since_in_other_fields_stays() -> None:
    make_product("A", name="Tea", price="3.00")
    number = imported("sku,price\nA,4.10\n")
    edit_product("A", by=CLI, changes={"name": "Green tea"})

    undo_product_import(number, by=CLI)

    assert fields("A")[:2] == ("Green tea", "3.00")


@pytest.mark.parametrize(("imported_limit", "now"), [("0", None), ("", 0)])
def test_zero_and_nothing_are_two_values(imported_limit: str, now: int | None) -> None:
    make_product("A", low_stock_threshold=7)
    number = imported(f"sku,low_stock_threshold\nA,{imported_limit}\n")
    edit_product("A", by=CLI, changes={"low_stock_threshold": now})

    assert len(refusal(number)[1]) == 1
    assert product_with_sku("A").low_stock_threshold == now


def test_a_new_product_that_has_stock_or_was_changed_is_named() -> None:
    number = imported("sku,name,price\nSTOCK,Mug,2.00\nNAMED,Mug,2.00\nCODED,Mug,2.00\n")
    stock.receive("STOCK", 5, by=CLI)
    edit_product("NAMED", by=CLI, changes={"name": "Cup"})
    edit_product("CODED", by=CLI, changes={"barcode": "4711"})

    assert refusal(number)[1] == [
        "Row 2 (STOCK): Stock of it was received or ordered since. Archive it by itself.",
        "Row 3 (NAMED): name: It has been changed since, to Cup: that stays.",
        "Row 4 (CODED): barcode: It has been changed since, to 4711: that stays.",
    ]
    assert Product.objects.active().count() == 3


def test_a_barcode_or_category_that_cannot_be_given_back_is_named() -> None:
    make_product("A", barcode="4711")
    make_product("B", category=make_category("Teas"))
    number = imported("sku,barcode,category\nA,,\nB,,\n")
    make_product("C", barcode="4711")
    Category.objects.all().delete()

    assert refusal(number)[1] == [
        "Row 2 (A): barcode: Another product has its earlier barcode 4711 by now.",
        "Row 3 (B): category: Its earlier category teas is not there any more.",
    ]


def test_a_product_that_was_renamed_since_is_found_and_keeps_its_new_sku() -> None:
    make_product("A", price="3.00")
    make_product("B", price="3.00")
    number = imported("sku,price\nA,4.10\nB,4.20\n")
    edit_product("A", by=CLI, changes={"sku": "A-2"})
    edit_product("B", by=CLI, changes={"sku": "B-2", "price": Decimal("5.00")})

    assert refusal(number)[1] == ["Row 3 (B): price: It has been changed since, to 5.00: that stays."]
    undo_product_import(number, by=CLI, skip_invalid=True)
    assert {sku: str(price) for sku, price in Product.objects.values_list("sku", "price")} == {
        "A-2": "3.00",
        "B-2": "5.00",
    }


def test_imports_are_undone_in_turn_the_later_one_first() -> None:
    make_product("A", price="3.00")
    first, second = imported("sku,price\nA,4.10\n"), imported("sku,price\nA,5.20\n")

    assert len(refusal(first)[1]) == 1
    undo_product_import(second, by=CLI)
    undo_product_import(first, by=CLI)

    assert fields("A")[1] == "3.00"


def test_rows_that_were_left_out_and_rows_that_were_right_are_not_touched() -> None:
    make_product("A", price="3.00")
    make_product("B", price="3.00")
    number = imported("sku,price\nA,4.10\nB,3.00\nC,x\n", skip_invalid=True)
    edit_product("B", by=CLI, changes={"price": Decimal("9.00")})

    undo_product_import(number, by=CLI)

    assert (fields("A")[1], fields("B")[1]) == ("3.00", "9.00")


def test_only_what_is_applied_can_be_undone_and_only_once() -> None:
    make_product("A", price="3.00")
    file = read_products(BytesIO(b"sku,price\nA,4.10\n"), file_name="products.csv")
    number = keep_product_plan(file, plan_products(file), by=CLI).pk

    with pytest.raises(NotApplied, match="is planned, not applied"):
        undo_product_import(number, by=CLI)
    apply_product_import(number, by=CLI)
    undo_product_import(number, by=CLI)
    with pytest.raises(NotApplied, match="is undone, not applied") as refused:
        undo_product_import(number, by=CLI)
    assert refused.value.code == "import_state"
    with pytest.raises(PlanGone):
        undo_product_import(4711, by=CLI)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_undone_twice_at_once_is_undone_once() -> None:
    make_product("A", price="3.00")
    number = imported("sku,price\nA,4.10\n")

    outcomes = race(4, [partial(undo_product_import, number, by=CLI)] * 4)

    assert sorted(type(each).__name__ for each in outcomes) == ["NotApplied"] * 3 + ["ProductImport"]
    assert ProductChange.objects.filter(kind="undone").count() == 1
    assert ProductImport.objects.get().state == "undone"


def test_details_and_amounts_have_their_values_from_before_again() -> None:
    make_product("A", cost=Decimal("1.20"), weight_grams=420, description="One", supplier_number="S-7")
    make_product("B")
    number = imported("sku,cost,weight (g),description,supplier sku\nA,,0,Two,\nB,0.50,7,Three,S-8\n")
    assert details("A") == (None, 0, "Two", "")
    assert details("B") == (Decimal("0.50"), 7, "Three", "S-8")

    undo_product_import(number, by=CLI)
    assert details("A") == (Decimal("1.20"), 420, "One", "S-7")
    assert details("B") == (None, None, "", "")


def details(sku: str) -> tuple[Decimal | None, int | None, str, str]:
    found = product_with_sku(sku)
    return found.cost, found.weight_grams, found.description, found.supplier_number


def test_what_a_new_product_was_not_given_is_no_change_since() -> None:
    number = imported("sku,name,price\nNEW,Cup,1.00\n")
    undo_product_import(number, by=CLI)
    assert not product_with_sku("NEW").is_active
