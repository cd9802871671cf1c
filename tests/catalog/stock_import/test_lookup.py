"""Imports are found by number, held with those of the same content, and told row by row."""

import pytest
from django.utils import timezone

from backoffice.db.transactions import write_transaction
from catalog.models import ImportState, StockImport
from catalog.stock_import import UnknownImport, WrongState, apply_import, import_numbered
from catalog.stock_import.lookup import FAULTS_NAMED, count_rows, execute, faults_of, hold_import
from tests.catalog.stock_files import lines, plan
from tests.factories import CLI, make_product

pytestmark = pytest.mark.django_db


def held(number: int, state: ImportState = ImportState.PLANNED) -> tuple[StockImport, list[StockImport]]:
    return write_transaction(hold_import)(number, state=state)


def test_an_import_is_found_by_its_number_or_unknown() -> None:
    number = plan(lines({"A": 1})).pk

    assert import_numbered(number).pk == number
    for look in (import_numbered, held):
        for unknown in (number + 1, 0, -1, 2**70):
            with pytest.raises(UnknownImport) as refused:
                look(unknown)
            assert refused.value.code == "unknown_import"


def test_an_import_whose_rows_are_still_being_kept_is_unknown() -> None:
    number = plan(lines({"A": 1})).pk
    StockImport.objects.update(kept_since="2026-06-01T00:00Z")

    with pytest.raises(UnknownImport):
        import_numbered(number)


def test_it_is_held_with_the_others_of_the_same_content_and_mode() -> None:
    content = lines({"A": 1})
    first, copy = plan(content), plan(content, name="copy.csv")
    plan(content, mode="receive")
    plan(lines({"A": 2}))

    assert held(copy.pk) == (copy, [first])
    assert held(first.pk) == (first, [copy])


def test_it_is_held_in_the_state_that_was_asked_for_alone() -> None:
    make_product("A", on_hand=1)
    number = plan(lines({"A": 2})).pk
    with pytest.raises(WrongState, match=f"{number} is planned, not applied") as refused:
        held(number, ImportState.APPLIED)
    assert refused.value.code == "import_state"

    apply_import(number, by=CLI)

    assert held(number, ImportState.APPLIED)[0].pk == number
    with pytest.raises(WrongState):
        held(number)


def test_rows_are_counted_by_what_they_do_and_nothing_is_saved() -> None:
    make_product("A", on_hand=1)
    make_product("B", on_hand=1)
    stock_import = plan(lines({"A": 2, "B": 1, "C": 1, "D": 1}))
    counted = {"rows_count": 4, "changes": 1, "unchanged": 1, "problems": 2}
    StockImport.objects.update(**dict.fromkeys(counted, 0))

    count_rows(stock_import)

    assert {name: getattr(stock_import, name) for name in counted} == counted
    assert StockImport.objects.values(*counted).get() == dict.fromkeys(counted, 0)


def test_rows_with_a_problem_are_faults_in_the_order_of_the_file() -> None:
    make_product("A", on_hand=1)
    stock_import = plan(lines({"Z": 1, "A": -1, "C": 1}))

    assert [(fault.pointer, fault.code, fault.facts) for fault in faults_of(stock_import)] == [
        ("/rows/2", "unknown_sku", {"row": 2, "sku": "Z"}),
        ("/rows/3", "quantity_negative", {"row": 3, "sku": "A"}),
        ("/rows/4", "unknown_sku", {"row": 4, "sku": "C"}),
    ]
    assert [fault.pointer for fault in faults_of(stock_import, "quantity_negative", "too_many")] == [
        "/rows/3"
    ]
    assert faults_of(stock_import)[0].detail.startswith("Row 2 (Z): ")


def test_of_many_rows_with_a_problem_the_first_fifty_are_named() -> None:
    stock_import = plan(lines({f"S-{number}": 1 for number in range(60)}))

    assert FAULTS_NAMED == 50
    assert [fault.pointer for fault in faults_of(stock_import)] == [f"/rows/{row}" for row in range(2, 52)]


def test_a_statement_tells_how_many_rows_it_wrote_at_which_moment() -> None:
    planned = plan(lines({"A": 1}))
    statement = "UPDATE catalog_stockimport SET applied_at = %(moment)s WHERE id = %(number)s"

    assert [execute(statement, number=number) for number in (planned.pk, -1)] == [1, 0]

    applied_at = StockImport.objects.get().applied_at
    assert applied_at is not None
    assert planned.created_at <= applied_at <= timezone.now()
