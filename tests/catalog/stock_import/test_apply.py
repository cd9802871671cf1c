"""Applying a planned file: what was seen, or nothing."""

import csv
import io

import pytest
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Source
from catalog import stock
from catalog.audit import audit_stock
from catalog.models import ImportState, MovementKind, Product, StockMovement
from catalog.stock_import import (
    AlreadyImported,
    ImportHasProblems,
    PlanChanged,
    UnknownImport,
    WrongState,
    apply_import,
    import_numbered,
    rejects_csv,
    undo_import,
)
from tests.catalog.stock_files import everything, lines, on_hand, plan, problems_of, rows_of
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db


def test_applying_a_count_sets_on_hand_and_writes_the_ledger() -> None:
    make_product("A", on_hand=5)
    make_product("B", on_hand=3)
    place({"A": 2})
    clerk = make_user(role="Warehouse")
    planned = plan("sku,quantity,note\nA,9,back room\nB,3,\n")

    applied = apply_import(planned.pk, by=Actor(clerk, Source.API))

    movement = StockMovement.objects.get(kind=MovementKind.IMPORT)
    assert (movement.product.sku, movement.on_hand_delta, movement.on_hand_after) == ("A", 4, 9)
    assert (movement.reserved_delta, movement.reserved_after) == (0, 2)
    assert (movement.reference, movement.stock_import, movement.note) == (
        f"import-{planned.pk}",
        planned,
        "back room",
    )
    assert (movement.actor, movement.source) == (clerk, "api")
    assert (applied.state, applied.applied_by) == ("applied", clerk)
    assert {applied.applied_at and applied.applied_at.date(), movement.at.date()} == {timezone.now().date()}
    assert (on_hand("A"), on_hand("B")) == (9, 3)
    assert audit_stock() == []


def test_applying_changes_when_the_products_were_updated() -> None:
    product = make_product("A", on_hand=5)
    planned = plan(lines({"A": 6}))

    apply_import(planned.pk, by=CLI)

    assert Product.objects.get().updated_at > product.updated_at
    assert Product.objects.get().available == 6


def test_a_file_with_a_problem_is_refused_whole() -> None:
    make_product("A", on_hand=5)
    planned = plan("sku,quantity\nA,9\nNO-SUCH,1\n")
    before = everything()

    with pytest.raises(ImportHasProblems, match="1 of 2 rows") as refused:
        apply_import(planned.pk, by=CLI)

    fault = refused.value.faults[0]
    assert (fault.pointer, fault.code, fault.facts) == (
        "/rows/3",
        "unknown_sku",
        {"row": 3, "sku": "NO-SUCH"},
    )
    assert everything() == before


def test_skipping_invalid_rows_applies_the_good_ones_and_hands_back_the_others() -> None:
    make_product("A", on_hand=5)
    make_product("B", on_hand=5)
    planned = plan("sku,quantity,note\nA,9,\n=1+1,1,@x\nB,-4,\n")

    applied = apply_import(planned.pk, by=CLI, skip_invalid=True)

    assert (on_hand("A"), on_hand("B")) == (9, 5)
    assert (applied.changes, applied.problems) == (1, 2)
    rejected = list(csv.DictReader(io.StringIO(rejects_csv(applied))))
    assert [(each["sku"], each["quantity"], each["note"], each["row"]) for each in rejected] == [
        ("'=1+1", "1", "'@x", "3"),
        ("B", "'-4", "", "4"),
    ]
    assert "negative" in rejected[1]["problem"]
    assert audit_stock() == []


def test_a_file_without_one_good_row_is_refused_even_when_invalid_rows_are_skipped() -> None:
    planned = plan(lines({"NO-SUCH": 1}))

    with pytest.raises(ImportHasProblems, match="No row can be applied"):
        apply_import(planned.pk, by=CLI, skip_invalid=True)
    assert import_numbered(planned.pk).state == ImportState.PLANNED


def test_a_count_of_a_product_that_moved_since_stops_the_whole_apply() -> None:
    make_product("A", on_hand=5)
    make_product("B", on_hand=5)
    planned = plan(lines({"A": 9, "B": 5}))
    stock.receive("B", 1, by=CLI)
    before = everything()

    with pytest.raises(PlanChanged) as refused:
        apply_import(planned.pk, by=CLI)

    assert refused.value.code == "plan_changed"
    assert [fault.detail for fault in refused.value.faults] == [
        "Row 3 (B): 6 are on hand now, the plan showed 5. Plan again."
    ]
    assert everything() == before


def test_a_count_that_no_longer_covers_what_is_reserved_stops_the_apply() -> None:
    make_product("A", on_hand=5)
    planned = plan(lines({"A": 2}))
    place({"A": 3})

    with pytest.raises(PlanChanged) as refused:
        apply_import(planned.pk, by=CLI)

    assert refused.value.faults[0].detail == "Row 2 (A): 3 are reserved by orders now. Plan again."
    assert on_hand("A") == 5


def test_an_order_that_the_count_still_covers_does_not_stop_it() -> None:
    make_product("A", on_hand=5)
    planned = plan(lines({"A": 3}))
    place({"A": 3})

    apply_import(planned.pk, by=CLI)

    assert on_hand("A") == 3
    assert audit_stock() == []


def test_skipping_invalid_rows_also_leaves_out_those_that_moved() -> None:
    make_product("A", on_hand=5)
    make_product("B", on_hand=5)
    planned = plan(lines({"A": 9, "B": 8}))
    stock.receive("B", 1, by=CLI)

    applied = apply_import(planned.pk, by=CLI, skip_invalid=True)

    assert (on_hand("A"), on_hand("B")) == (9, 6)
    assert (applied.changes, applied.problems) == (1, 1)
    assert problems_of(applied) == {3: "plan_changed"}
    assert "plan showed 5" in rejects_csv(applied)


def test_receiving_adds_to_a_product_that_moved_since_and_says_so() -> None:
    make_product("A", on_hand=5)
    planned = plan(lines({"A": 4}), mode="receive")
    stock.receive("A", 1, by=CLI)

    applied = apply_import(planned.pk, by=CLI)

    row = rows_of(applied)[2]
    assert (on_hand("A"), row.now, row.after, row.change, row.problem_code) == (10, 6, 10, 4, "")
    assert (row.remark_code, row.facts) == ("stock_moved", {"on_hand": 6, "planned": 5})
    assert (applied.changes, applied.problems) == (1, 0)
    assert audit_stock() == []


def test_receiving_with_an_expected_stock_is_stopped_when_it_moved_since() -> None:
    make_product("A", on_hand=5)
    planned = plan("sku,quantity,expected\nA,4,5\n", mode="receive")
    stock.receive("A", 1, by=CLI)

    with pytest.raises(PlanChanged):
        apply_import(planned.pk, by=CLI)
    assert on_hand("A") == 6


def test_the_same_file_applied_twice_is_noticed_and_asks_to_be_told() -> None:
    make_product("A", on_hand=5)
    content = lines({"A": 4})
    apply_import(plan(content, mode="receive").pk, by=CLI)
    second = plan(content, mode="receive", name="copy.csv")

    with pytest.raises(AlreadyImported) as refused:
        apply_import(second.pk, by=CLI)
    assert refused.value.code == "already_imported"
    assert on_hand("A") == 9

    apply_import(second.pk, by=CLI, again=True)
    assert on_hand("A") == 13
    assert audit_stock() == []


def test_the_same_file_in_the_other_mode_or_undone_before_is_not_a_repetition() -> None:
    make_product("A", on_hand=5)
    content = lines({"A": 4})
    first = plan(content)
    apply_import(first.pk, by=CLI)
    apply_import(plan(content, mode="receive").pk, by=CLI)
    assert on_hand("A") == 8
    undo_import(first.pk, by=CLI)

    apply_import(plan(content).pk, by=CLI)
    assert on_hand("A") == 4


def test_only_a_plan_can_be_applied_and_only_an_applied_import_undone() -> None:
    make_product("A", on_hand=5)
    number = plan(lines({"A": 4})).pk

    with pytest.raises(WrongState):
        undo_import(number, by=CLI)
    apply_import(number, by=CLI)
    with pytest.raises(WrongState, match="is applied, not planned"):
        apply_import(number, by=CLI, again=True)
    undo_import(number, by=CLI)
    with pytest.raises(WrongState):
        undo_import(number, by=CLI)
    for unknown in (number + 1, 2**70, -1):
        with pytest.raises(UnknownImport):
            apply_import(unknown, by=CLI)
    assert on_hand("A") == 5
