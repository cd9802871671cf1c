"""Taking an import back, the failure of any statement, and what is swept."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Source
from backoffice.errors import Invalid
from catalog import stock
from catalog.audit import audit_stock
from catalog.models import ImportMode, ImportState, MovementKind, Product, StockImport, StockMovement
from catalog.stock_import import (
    CannotUndo,
    UnknownImport,
    apply_import,
    sweep_plans,
    template_csv,
    undo_import,
)
from tests.catalog.stock_files import everything, lines, on_hand, plan, problems_of
from tests.factories import CLI, make_product, make_user, place
from tests.orders.placing.test_placement_atomicity import BrokenStatement, failing_statement

pytestmark = pytest.mark.django_db


def test_undoing_takes_the_change_back_and_keeps_what_was_sold_since() -> None:
    make_product("A", on_hand=5)
    number = apply_import(plan(lines({"A": 9})).pk, by=CLI).pk
    place({"A": 3})
    manager = make_user(role="Manager")

    undone = undo_import(number, by=Actor(manager, Source.ADMIN))

    product = Product.objects.get()
    movement = StockMovement.objects.get(kind=MovementKind.UNDO)
    assert (product.on_hand, product.reserved) == (5, 3)
    assert (movement.on_hand_delta, movement.on_hand_after, movement.reserved_after) == (-4, 5, 3)
    assert (movement.reference, movement.stock_import_id, movement.actor) == (
        f"import-{number}",
        number,
        manager,
    )
    assert (undone.state, undone.undone_by) == ("undone", manager)
    assert audit_stock() == []


def test_what_would_leave_less_than_is_reserved_is_named_and_nothing_is_undone() -> None:
    make_product("A", on_hand=5)
    make_product("B", on_hand=5)
    number = apply_import(plan(lines({"A": 9, "B": 9})).pk, by=CLI).pk
    place({"A": 6})
    before = everything()

    with pytest.raises(CannotUndo, match="1 of 2 changes") as refused:
        undo_import(number, by=CLI)

    assert [fault.detail for fault in refused.value.faults] == [
        "Row 2 (A): It would leave 5 on hand, but 6 are reserved by orders."
    ]
    assert everything() == before


def test_what_can_still_be_undone_is_when_the_rest_is_skipped() -> None:
    make_product("A", on_hand=5)
    make_product("B", on_hand=5)
    number = apply_import(plan(lines({"A": 9, "B": 9})).pk, by=CLI).pk
    place({"A": 6})

    undone = undo_import(number, by=CLI, skip_invalid=True)

    assert (on_hand("A"), on_hand("B"), undone.state) == (9, 5, "undone")
    assert problems_of(undone) == {2: "not_undone"}
    assert audit_stock() == []


def test_undoing_received_units_that_are_no_longer_there_is_refused() -> None:
    make_product("A")
    number = apply_import(plan(lines({"A": 9}), mode="receive").pk, by=CLI).pk
    stock.adjust("A", -4, reason="lost", by=CLI)

    with pytest.raises(CannotUndo) as refused:
        undo_import(number, by=CLI, skip_invalid=True)
    assert "Only 5 are left on hand, 9 would be taken." in refused.value.faults[0].detail


def count_by_hand() -> None:
    stock.count("A", 9, by=CLI)


def count_by_file() -> None:
    apply_import(plan(lines({"A": 7})).pk, by=CLI)


def confirm_by_file() -> None:
    apply_import(plan(lines({"A": 9}), name="again.csv").pk, by=CLI, again=True)


@pytest.mark.parametrize("count_again", [count_by_hand, count_by_file, confirm_by_file])
def test_a_count_is_not_undone_when_the_product_was_counted_again_since(
    count_again: Callable[[], None],
) -> None:
    make_product("A", on_hand=5)
    number = apply_import(plan(lines({"A": 9})).pk, by=CLI).pk
    count_again()
    before = on_hand("A")

    with pytest.raises(CannotUndo) as refused:
        undo_import(number, by=CLI)

    assert "counted again since" in refused.value.faults[0].detail
    assert on_hand("A") == before


@pytest.mark.parametrize("count_again", [count_by_file, confirm_by_file])
def test_a_later_count_that_was_itself_undone_stands_in_nobodys_way(count_again: Callable[[], None]) -> None:
    make_product("A", on_hand=5)
    number = apply_import(plan(lines({"A": 9})).pk, by=CLI).pk
    count_again()
    undo_import(StockImport.objects.latest("pk").pk, by=CLI)

    undo_import(number, by=CLI)

    assert on_hand("A") == 5
    assert audit_stock() == []


def test_an_earlier_count_and_a_later_count_of_another_product_stand_in_nobodys_way() -> None:
    make_product("A", on_hand=5)
    make_product("B", on_hand=5)
    stock.count("A", 5, by=CLI)
    number = apply_import(plan(lines({"A": 9})).pk, by=CLI).pk
    stock.count("B", 5, by=CLI)
    stock.receive("A", 1, by=CLI)

    undo_import(number, by=CLI)

    assert on_hand("A") == 6


def test_a_receipt_is_undone_although_the_product_was_counted_since() -> None:
    make_product("A", on_hand=5)
    number = apply_import(plan(lines({"A": 4}), mode="receive").pk, by=CLI).pk
    stock.count("A", 8, by=CLI)

    undo_import(number, by=CLI)

    assert on_hand("A") == 4
    assert audit_stock() == []


def test_an_import_that_changed_nothing_can_be_undone() -> None:
    make_product("A", on_hand=5)
    number = apply_import(plan(lines({"A": 5})).pk, by=CLI).pk

    assert undo_import(number, by=CLI).state == ImportState.UNDONE
    assert on_hand("A") == 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mode", ImportMode)
def test_whichever_statement_fails_nothing_is_left_behind(mode: ImportMode) -> None:
    make_product("A", on_hand=5)
    make_product("B", on_hand=5)
    content = lines({"A": 9, "B": 7, "NO-SUCH": 1})

    def assert_all_or_nothing(act: Callable[[], StockImport], at_least: int) -> StockImport:
        number = 0
        while True:
            number += 1
            before = everything()
            try:
                with failing_statement(number):
                    result = act()
            except BrokenStatement:
                assert everything() == before, f"statement {number}"
                continue
            assert number > at_least, "every statement was made to fail in its turn"
            return result

    planned = assert_all_or_nothing(lambda: plan(content, mode=mode), 5)
    assert_all_or_nothing(lambda: apply_import(planned.pk, by=CLI, skip_invalid=True), 6)
    assert_all_or_nothing(lambda: undo_import(planned.pk, by=CLI), 5)
    assert audit_stock() == []


def test_plans_older_than_a_day_are_swept_and_nothing_else() -> None:
    make_product("A", on_hand=5)
    applied = apply_import(plan(lines({"A": 4})).pk, by=CLI)
    old, young = plan(lines({"A": 5})), plan(lines({"A": 6}))
    now = timezone.now()
    StockImport.objects.filter(pk__in=[applied.pk, old.pk]).update(created_at=now - timedelta(hours=25))
    StockImport.objects.filter(pk=young.pk).update(created_at=now - timedelta(hours=23))

    assert sweep_plans(now) == 1
    assert sweep_plans(now) == 0

    assert set(StockImport.objects.values_list("pk", flat=True)) == {applied.pk, young.pk}
    with pytest.raises(UnknownImport, match="kept for 24 hours"):
        apply_import(old.pk, by=CLI)


def test_the_template_names_the_columns_and_is_itself_a_file_without_rows() -> None:
    assert template_csv() == "sku,quantity,expected,note,name\r\n"
    with pytest.raises(Invalid, match="no rows"):
        plan(template_csv())
