"""The few statements of a bulk change that differ between the databases."""

from collections.abc import Callable, Iterator, Sequence
from itertools import batched
from typing import Any

from django.db import DatabaseError, connection, transaction

from backoffice.transactions import write_transaction

TABLE = "stock_import_stage"
BATCH = 5_000
COLUMNS = (
    '"row" bigint NOT NULL, sku text NOT NULL, quantity text NOT NULL, expected text NOT NULL,'
    " note text NOT NULL, name text NOT NULL, sku_key text NOT NULL,"
    " units bigint, expected_units bigint, fault text NOT NULL"
)
LOAD = "INSERT INTO stock_import_stage VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
COPY = "COPY stock_import_stage FROM STDIN"

PRODUCTS_TOUCHED = """
    SELECT COUNT(*) FROM (
        SELECT id FROM catalog_product
        WHERE id IN (
            SELECT product_id FROM catalog_stockimportrow WHERE stock_import_id = %s AND problem_code = ''
        )
        ORDER BY id FOR NO KEY UPDATE
    ) AS locked
"""


def with_staged[T](rows: Callable[[], Iterator[Sequence[Any]]], use_case: Callable[[], T]) -> T:
    """Run the use case in a write transaction that finds the rows, streamed before, in a temporary table.

    Nobody who writes has to wait while a long file is read.
    """

    def use_and_drop() -> T:
        result = use_case()
        _execute(f"DROP TABLE {TABLE}")
        return result

    _stage(rows())
    return write_transaction(use_and_drop)()


def lock_products_of(import_id: int) -> None:
    """Hold every product that the import touches until the transaction ends; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        # Ascending pk, so that imports and orders cannot deadlock.
        _execute(PRODUCTS_TOUCHED, [import_id])


def refresh_statistics(new_rows: int) -> None:
    """Let PostgreSQL look at a long plan: it expects hardly any rows of an import that it has not seen."""
    if connection.vendor == "postgresql" and new_rows >= BATCH:
        _execute("ANALYZE (SKIP_LOCKED) catalog_stockimportrow")


def _execute(statement: str, parameters: Sequence[int] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _stage(rows: Iterator[Sequence[Any]]) -> None:
    # What a refused file has left on this connection.
    _execute(f"DROP TABLE IF EXISTS {TABLE}")
    _execute(f"CREATE TEMPORARY TABLE {TABLE} ({COLUMNS})")
    if connection.vendor == "postgresql":
        # Its own transaction: a file that is refused halfway leaves nothing of itself.
        with transaction.atomic(), connection.cursor() as cursor, cursor.copy(COPY) as copy:
            for row in rows:
                copy.write_row(row)
        # Nobody else does it for a temporary table, and without it the planner guesses.
        _execute(f"ANALYZE {TABLE}")
        return
    # Django keeps all that one executemany was given until it ends.
    for batch in batched(rows, BATCH):
        _insert(batch)


def _insert(batch: Sequence[Sequence[Any]]) -> None:
    # One transaction for many rows, which a savepoint begins without taking the writer's place.
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT staging")
        try:
            cursor.executemany(LOAD, batch)
            cursor.execute("RELEASE staging")
        except DatabaseError:
            cursor.execute("ROLLBACK TO staging")
            cursor.execute("RELEASE staging")
            raise
