"""The few statements of a bulk change that differ between the databases."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import batched
from typing import Any, NamedTuple

from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper

TABLE, PLAN = "stock_import_stage", "stock_import_plan"
BATCH = 5_000
COLUMNS = (
    '"row" bigint NOT NULL, sku text NOT NULL, quantity text NOT NULL, expected text NOT NULL,'
    " note text NOT NULL, name text NOT NULL, sku_key text NOT NULL,"
    " units bigint, expected_units bigint, fault text NOT NULL, fault_facts text NOT NULL,"
    " sku_is_faulty boolean NOT NULL"
)
PLAN_COLUMNS = (
    'place bigint NOT NULL, "row" bigint NOT NULL, sku text NOT NULL, product_id bigint, name text NOT NULL,'
    " quantity text NOT NULL, expected text NOT NULL, note text NOT NULL,"
    ' "now" bigint, "after" bigint, change bigint, problem_code text NOT NULL, facts text NOT NULL'
)
LOAD = "INSERT INTO stock_import_stage VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
COPY = "COPY stock_import_stage FROM STDIN"

COUNT_ROWS = """
    SELECT COUNT(*), COUNT(CASE WHEN problem_code <> '' THEN 1 END),
        COUNT(CASE WHEN problem_code = '' AND change = 0 THEN 1 END),
        COUNT(CASE WHEN problem_code = '' AND change <> 0 THEN 1 END)
    FROM stock_import_plan
"""
# Each product once, however often the file names it.
ARCHIVED = """
    SELECT sku, COUNT(*) OVER () FROM catalog_product
    WHERE NOT is_active AND id IN (SELECT product_id FROM stock_import_plan WHERE problem_code = '')
    ORDER BY sku_key LIMIT %s
"""
PRODUCTS_TOUCHED = """
    SELECT COUNT(*) FROM (
        SELECT id FROM catalog_product
        WHERE id IN (
            SELECT product_id FROM catalog_stockimportrow WHERE stock_import_id = %s AND problem_code = ''
        )
        ORDER BY id FOR NO KEY UPDATE
    ) AS locked
"""


class StagedRow(NamedTuple):
    """A row of the file, in the order of the temporary table's columns; `fault_facts` are JSON."""

    row: int
    sku: str
    quantity: str
    expected: str
    note: str
    name: str
    sku_key: str
    units: int | None
    expected_units: int | None
    fault: str
    fault_facts: str
    sku_is_faulty: bool


def stage(rows: Iterator[StagedRow]) -> None:
    """Stream the rows into a temporary table; no writer has to wait while a long file is read."""
    # A refused file may have left its tables on this connection.
    clear()
    _execute(f"CREATE TEMPORARY TABLE {TABLE} ({COLUMNS})")
    _execute(f"CREATE TEMPORARY TABLE {PLAN} ({PLAN_COLUMNS})")
    if connection.vendor == "postgresql":
        # In a transaction of its own, so that a file that is refused halfway leaves no rows behind.
        with transaction.atomic(), connection.cursor() as cursor, cursor.copy(COPY) as copy:
            for row in rows:
                copy.write_row(row)
        # Autovacuum never analyses a temporary table, and without statistics the planner guesses.
        _execute(f"ANALYZE {TABLE}")
        return
    # In batches, for Django keeps all rows of one executemany in memory until it ends.
    for batch in batched(rows, BATCH):
        with _staging() as cursor:
            cursor.executemany(LOAD, batch)


def judge(statement: str, **facts: Any) -> None:
    """Fill the temporary table of planned rows, again without making a writer wait."""
    with _staging() as cursor:
        cursor.execute(statement, facts)
        cursor.execute(f"CREATE INDEX {PLAN}_place ON {PLAN} (place)")


def judged_rows() -> dict[str, int]:
    """Return how many planned rows do what, by the names of StockImport's fields."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_ROWS)
        return dict(zip(("rows_count", "problems", "unchanged", "changes"), cursor.fetchone(), strict=True))


def archived_products(most: int) -> tuple[list[str], int]:
    """Return the first SKUs of archived products that planned rows change, and how many there are."""
    with connection.cursor() as cursor:
        cursor.execute(ARCHIVED, [most])
        found = cursor.fetchall()
    return [sku for sku, _count in found], found[0][1] if found else 0


def clear() -> None:
    for table in (TABLE, PLAN):
        _execute(f"DROP TABLE IF EXISTS {table}")


def lock_products_of(import_id: int) -> None:
    """Hold every product that the import touches until the transaction ends; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        # Ascending pk, so that imports and orders cannot deadlock.
        _execute(PRODUCTS_TOUCHED, [import_id])


def refresh_statistics(new_rows: int) -> None:
    """Let PostgreSQL analyse a long plan: it expects hardly any rows of an import it has not seen."""
    if connection.vendor == "postgresql" and new_rows >= BATCH:
        _execute("ANALYZE (SKIP_LOCKED) catalog_stockimportrow")


def _execute(statement: str, parameters: Sequence[int] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


@contextmanager
def _staging() -> Iterator[CursorWrapper]:
    """Put many rows into one transaction; on SQLite a savepoint begins it without the write lock."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with transaction.atomic():
                yield cursor
            return
        cursor.execute("SAVEPOINT staging")
        try:
            yield cursor
            cursor.execute("RELEASE staging")
        except DatabaseError:
            cursor.execute("ROLLBACK TO staging")
            cursor.execute("RELEASE staging")
            raise
