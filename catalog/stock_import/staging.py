"""The few statements of a bulk change that differ between the databases."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

TABLE = "stock_import_stage"
COLUMNS = (
    '"row" bigint NOT NULL, sku text NOT NULL, sku_key text NOT NULL, name text NOT NULL,'
    " quantity text NOT NULL, expected text NOT NULL, note text NOT NULL,"
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


@contextmanager
def staged(rows: Iterator[Sequence[Any]]) -> Iterator[None]:
    """The rows in a temporary table, streamed there and gone afterwards. Inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {TABLE} ({COLUMNS})")
        if connection.vendor == "postgresql":
            with cursor.copy(COPY) as copy:
                for row in rows:
                    copy.write_row(row)
            # Nobody else does it for a temporary table, and without it the planner guesses.
            cursor.execute(f"ANALYZE {TABLE}")
        else:
            cursor.executemany(LOAD, rows)  # type: ignore[arg-type]  # it takes any iterable, lazily
        yield
        cursor.execute(f"DROP TABLE {TABLE}")


def lock_products_of(import_id: int) -> None:
    """Hold every product that the import touches until the transaction ends; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Ascending pk, so that imports and orders cannot deadlock.
            cursor.execute(PRODUCTS_TOUCHED, [import_id])
