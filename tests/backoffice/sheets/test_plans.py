"""A plan of rows: what was seen is done, or nothing."""

from decimal import Decimal

import pytest

from backoffice.sheets.plans import (
    FAULTS_NAMED,
    Outcome,
    PlannedRow,
    RowPlan,
    RowsChanged,
    RowsHaveProblems,
    rejected_csv,
)

pytestmark = pytest.mark.once

NEW = PlannedRow(2, "A", Outcome.NEW, {"sku": (None, "A")})
CHANGE = PlannedRow(3, "B", Outcome.CHANGE, {"price": (Decimal("3.00"), Decimal("4.10"))})
SAME = PlannedRow(4, "C", Outcome.SAME, {})
PROBLEM = PlannedRow(5, "D", Outcome.PROBLEM, {}, "The name is missing.")


def plan(*rows: PlannedRow) -> RowPlan:
    return RowPlan("sku", rows, ())


def test_rows_are_counted_by_what_they_do() -> None:
    found = plan(NEW, CHANGE, SAME, PROBLEM, PROBLEM)

    assert {outcome: found.count(outcome) for outcome in Outcome} == {
        Outcome.NEW: 1,
        Outcome.CHANGE: 1,
        Outcome.SAME: 1,
        Outcome.PROBLEM: 2,
    }
    assert (found.changes, found.problems) == (2, [PROBLEM, PROBLEM])
    assert (plan().changes, plan().problems) == (0, [])


def test_what_was_seen_may_be_done() -> None:
    found = plan(NEW, CHANGE, SAME)

    found.refuse_unless(plan(NEW, CHANGE, SAME), skip_invalid=False)
    plan(NEW, PROBLEM).refuse_unless(plan(NEW, PROBLEM), skip_invalid=True)


def test_rows_with_problems_are_named_unless_they_are_left_out() -> None:
    found = plan(NEW, PROBLEM)

    with pytest.raises(RowsHaveProblems, match="1 of 2 rows") as refused:
        found.refuse_unless(found, skip_invalid=False)

    [fault] = refused.value.faults
    assert (fault.pointer, fault.facts) == ("/rows/5", {"row": 5, "sku": "D"})
    assert fault.detail == "Row 5 (D): The name is missing."


@pytest.mark.parametrize(
    "now",
    [
        PlannedRow(3, "B", Outcome.CHANGE, {"price": (Decimal("5.00"), Decimal("4.10"))}),
        PlannedRow(3, "B", Outcome.SAME, {}),
        PlannedRow(3, "B", Outcome.PROBLEM, {}, "The product is gone."),
    ],
)
def test_what_became_of_a_row_since_it_was_seen_stops_all(now: PlannedRow) -> None:
    with pytest.raises(RowsChanged) as refused:
        plan(NEW, now).refuse_unless(plan(NEW, CHANGE), skip_invalid=True)

    assert refused.value.code == "plan_changed"
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/rows/3", "plan_changed")]
    assert refused.value.faults[0].detail.startswith("Row 3 (B): ")


def test_of_many_rows_the_first_fifty_are_named_and_a_long_name_is_cut() -> None:
    rows = [PlannedRow(row, "x" * 99, Outcome.PROBLEM, {}, "No.") for row in range(2, 102)]

    with pytest.raises(RowsHaveProblems) as refused:
        plan(*rows).refuse_unless(plan(*rows), skip_invalid=False)

    faults = refused.value.faults
    assert FAULTS_NAMED == len(faults) == 50
    assert faults[0].facts["sku"] == "x" * 40


def test_rejected_rows_are_handed_back_as_written_each_with_its_reason() -> None:
    rows = [(2, ("A", "Tea, green")), (5, ("=D", "")), (6, ("E", "x"))]

    assert rejected_csv(plan(NEW, PROBLEM), ["sku", "name"], rows) == (
        "sku,name,row,problem\r\n'=D,,5,The name is missing.\r\n"
    )
    assert rejected_csv(plan(NEW), ["sku"], [(2, ("A",))]) == "sku,row,problem\r\n"
