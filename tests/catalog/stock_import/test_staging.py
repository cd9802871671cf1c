"""Rows of a file wait in a temporary table, which takes nobody's place and leaves nothing behind."""

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection

from backoffice.sheets.limits import UnreadableFile
from catalog.models import StockImport
from catalog.stock_import.staging import BATCH, StagedRow, clear, judge, judged_rows, stage
from tests.catalog.stock_files import lines, plan
from tests.factories import make_product

pytestmark = pytest.mark.django_db

# Of each row that was staged, one that is planned: in order, without a problem, changing nothing.
COPY_ROWS = """
    INSERT INTO stock_import_plan
    SELECT "row", "row", sku, NULL, name, quantity, expected, note, 0, units, units, fault, ''
    FROM stock_import_stage
"""


def rows(units: list[int], fault: str = "") -> Iterator[StagedRow]:
    for number, each in enumerate(units, start=2):
        sku = f"S-{number}"
        yield StagedRow(number, sku, str(each), "", "", "", sku.lower(), each, None, fault, "{}", False)


def staged() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM stock_import_stage")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("count", [0, 1, BATCH, BATCH + 1])
def test_every_row_is_staged_however_many_come(count: int) -> None:
    stage(rows([1] * count))

    assert staged() == count
    clear()


def test_rows_are_counted_by_what_they_do() -> None:
    stage(rows([0, 0, 5, -2]))
    judge(COPY_ROWS)
    assert judged_rows() == {"rows_count": 4, "problems": 0, "unchanged": 2, "changes": 2}

    stage(rows([0, 5], fault="unknown_sku"))
    judge(COPY_ROWS)
    assert judged_rows() == {"rows_count": 2, "problems": 2, "unchanged": 0, "changes": 0}
    clear()


def test_a_file_that_is_refused_halfway_leaves_nothing_for_the_next_one() -> None:
    def broken() -> Iterator[StagedRow]:
        yield from rows([1] * 3)
        raise UnreadableFile("Row 5 is broken.")

    with pytest.raises(UnreadableFile):
        stage(broken())
    stage(rows([7]))

    assert staged() == 1
    clear()


def test_a_statement_that_fails_leaves_the_connection_fit_for_the_next_one() -> None:
    stage(rows([1]))
    with pytest.raises(DatabaseError):
        judge("INSERT INTO stock_import_plan SELECT no_such_column FROM stock_import_stage")

    make_product("A", on_hand=1)
    assert plan(lines({"A": 2})).changes == 1
    assert StockImport.objects.count() == 1


def test_nothing_is_left_after_clearing_and_clearing_twice_is_no_fault() -> None:
    stage(rows([1]))

    clear()
    clear()

    assert not {"stock_import_stage", "stock_import_plan"} & {*connection.introspection.table_names()}
    with connection.cursor() as cursor, pytest.raises(DatabaseError):
        cursor.execute("SELECT 1 FROM stock_import_stage")
