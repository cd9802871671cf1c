"""Plan, look, apply, undo."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import Actor, Source
from backoffice.errors import Invalid
from backoffice.transactions import write_transaction
from catalog import stock
from catalog.audit import audit_stock
from catalog.models import ImportMode, ImportState, MovementKind, Product, StockImport, StockMovement
from catalog.models.product import MAX_UNITS
from catalog.stock_import import (
    AlreadyImported,
    CannotUndo,
    ImportHasProblems,
    PlanChanged,
    UnknownImport,
    WrongState,
    apply_import,
    import_numbered,
    rejects_csv,
    sweep_plans,
    template_csv,
    undo_import,
)
from tests.catalog.stock_files import everything, lines, on_hand, plan, problems_of, rows_of
from tests.factories import CLI, make_product, make_user, place
from tests.orders.test_atomicity import BrokenStatement, failing_statement

pytestmark = pytest.mark.django_db

BAD_IMPORTS = Path(__file__).parent.parent / "data" / "bad-imports"


def bad_import(name: str, mode: str = "count") -> StockImport:
    return plan((BAD_IMPORTS / name).read_bytes(), name=name, mode=mode)


# Planning


def test_a_plan_shows_now_after_and_change_and_moves_nothing() -> None:
    make_product("A", on_hand=5)
    make_product("B", on_hand=3)
    make_product("C")
    clerk = make_user(role="Warehouse")

    planned = plan(
        "sku,quantity,note,name,colour\n b ,3,shelf,Lamp,red\nA,7,,,\nC,0,,,", by=Actor(clerk, Source.ADMIN)
    )

    assert (planned.rows_count, planned.changes, planned.unchanged, planned.problems) == (3, 1, 2, 0)
    assert (planned.state, planned.mode, planned.file_name) == ("planned", "count", "stock.csv")
    assert (planned.created_by, planned.source, planned.ignored_columns) == (clerk, "admin", ["colour"])
    assert [
        (r.row, r.sku, r.product and r.product.sku, r.now, r.after, r.change)
        for r in rows_of(planned).values()
    ] == [
        (2, "b", "B", 3, 3, 0),
        (3, "A", "A", 5, 7, 2),
        (4, "C", "C", 0, 0, 0),
    ]
    assert (rows_of(planned)[2].note, rows_of(planned)[2].name) == ("shelf", "Lamp")
    assert on_hand("A") == 5
    assert not StockMovement.objects.filter(kind=MovementKind.IMPORT).exists()


def test_a_plan_to_receive_adds() -> None:
    make_product("A", on_hand=5)

    row = rows_of(plan(lines({"A": 7}), mode="receive"))[2]

    assert (row.now, row.after, row.change) == (5, 12, 7)


def test_each_bad_quantity_is_named_by_its_row() -> None:
    for sku in ("71053", "84029E", "22752", "21730", "84406B", "84029G", "22633", "22632"):
        make_product(sku)

    planned = bad_import("bad-quantities.csv")

    assert problems_of(planned) == {
        2: "quantity_negative",
        3: "quantity_not_whole",
        4: "quantity_not_whole",
        5: "quantity_missing",
        6: "quantity_not_whole",
        7: "quantity_too_large",
        9: "quantity_not_whole",
    }
    assert (rows_of(planned)[8].change, planned.changes, planned.problems) == (12, 1, 7)
    assert all(row.problem for row in rows_of(planned).values() if row.problem_code)


def test_unknown_empty_and_repeated_skus_are_named_the_repeated_ones_with_both_rows() -> None:
    make_product("71053")
    make_product("84029E")

    planned = bad_import("unknown-and-duplicate.csv")

    assert problems_of(planned) == {
        2: "unknown_sku",
        3: "duplicate_sku",
        4: "duplicate_sku",
        5: "duplicate_sku",
        6: "duplicate_sku",
        7: "empty_sku",
    }
    assert rows_of(planned)[3].problem == "The SKU is in rows 3 and 4. Keep one of them."
    assert rows_of(planned)[6].problem == "The SKU is in rows 5 and 6. Keep one of them."


def test_a_sku_in_three_rows_is_named_with_the_first_and_the_last() -> None:
    make_product("A")

    planned = plan("sku,quantity\nA,1\na,1\n A ,1\n")

    assert rows_of(planned)[3].problem == (
        "The SKU is in 3 rows, the first is 2, the last 4. Keep one of them."
    )


def test_numbers_of_a_workbook_find_their_products() -> None:
    for sku in ("71053", "84029E", "22752", "21730"):
        make_product(sku)

    planned = bad_import("numbers-and-formulas.xlsx")

    assert {row.sku: row.change for row in rows_of(planned).values()} == {
        "71053": 5,
        "84029E": 6,
        "22752": None,
        "21730": None,
    }
    assert problems_of(planned) == {4: "quantity_missing", 6: "quantity_not_whole"}


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        ("5", ""),
        ("5.0", ""),
        ("", ""),
        ("6", "expected_differs"),
        ("six", "expected_not_whole"),
        ("9" * 30, "expected_differs"),
    ],
)
def test_what_the_file_expects_is_compared_with_what_is_on_hand(expected: str, code: str) -> None:
    make_product("A", on_hand=5)

    assert problems_of(plan(f"sku,quantity,expected\nA,7,{expected}\n")) == ({2: code} if code else {})


def test_a_count_below_what_orders_reserve_is_a_problem_and_one_that_covers_it_is_none() -> None:
    make_product("A", on_hand=5)
    make_product("B", on_hand=5)
    place({"A": 3, "B": 3})

    planned = plan(lines({"A": 2, "B": 3}))

    assert problems_of(planned) == {2: "below_reserved"}
    assert rows_of(planned)[2].problem.startswith("3 are reserved")
    assert rows_of(planned)[2].now == 5


def test_receiving_more_than_a_product_can_hold_is_a_problem() -> None:
    make_product("A", on_hand=1)

    assert problems_of(plan(lines({"A": MAX_UNITS}), mode="receive")) == {2: "too_many"}
    assert problems_of(plan(lines({"A": MAX_UNITS}))) == {}


def test_an_unreadable_file_leaves_no_plan() -> None:
    make_product("71053")
    for name in ("ragged.csv", "nul-and-control.csv", "windows-1252.csv", "bomb.xlsx", "header-only.csv"):
        with pytest.raises(Invalid):
            bad_import(name)
    with pytest.raises(Invalid, match="count, receive"):
        plan(lines({"71053": 1}), mode="guess")

    assert not StockImport.objects.exists()


def test_a_file_name_is_kept_without_its_path_and_invisible_characters() -> None:
    make_product("A")
    name = "C:\\shelf\\" + "x" * 300 + "\n.csv"

    assert plan(lines({"A": 1}), name=name).file_name == ("x" * 300 + ".csv")[-255:]
    assert plan(lines({"A": 1}), name="").file_name == "file"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mode", ["count", "receive"])
def test_planning_and_applying_take_the_same_statements_for_1_row_and_for_50(mode: str) -> None:
    skus = [make_product().sku for _ in range(50)]
    counts = []
    for some in (skus[:1], skus):
        with CaptureQueriesContext(connection) as queries:
            apply_import(plan(lines({sku: 7 + len(some) for sku in some}), mode=mode).pk, by=CLI)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert audit_stock() == []


def test_several_files_can_be_planned_and_applied_in_one_transaction() -> None:
    make_product("A", on_hand=5)

    @write_transaction
    def add_twice() -> None:
        for units in (1, 2):
            apply_import(plan(lines({"A": units}), mode="receive").pk, by=CLI)

    add_twice()

    assert on_hand("A") == 8
    assert audit_stock() == []


def test_a_refused_file_is_in_nobodys_way() -> None:
    make_product("A", on_hand=5)
    with pytest.raises(Invalid, match="Row 3"):
        plan('sku,quantity\nA,1\n"B,1\n')

    assert plan(lines({"A": 1})).rows_count == 1


# Applying


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


def test_the_file_of_rejected_rows_can_be_mended_and_imported() -> None:
    make_product("=ODD", on_hand=5)
    planned = plan("sku,quantity\n=ODD,-1\nGONE,1\n")

    again = plan(rejects_csv(planned).replace("'-1", "4"))

    row = rows_of(again)[2]
    assert (row.product and row.product.sku, row.change) == ("=ODD", -1)
    assert again.ignored_columns == ["row", "problem"]


def test_a_file_without_one_good_row_is_refused_even_when_invalid_rows_are_skipped() -> None:
    planned = plan(lines({"NO-SUCH": 1}))

    with pytest.raises(ImportHasProblems, match="Not one row"):
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
        "Row 3 (B): On hand are 6 now, the plan showed 5. Plan again."
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
    assert row.problem == "On hand were 6, the plan had shown 5; the quantity was added all the same."
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


# Undoing


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


# All or nothing


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


# Around it


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
