"""Writes the rows of a plan, ten thousand of them as fast as the database takes them."""

import json
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any

from django.db import connection

from orders.payments.imports.judging import PlannedPayment

COLUMNS = (
    *("row", "value_date", "amount", "written_date", "written_amount", "text", "name", "method", "provider"),
    *("reference", "reference_key", "kind", "note", "outcome", "order_id", "due", "problem_code"),
)
NAMES = ", ".join(f'"{name}"' for name in ("payment_import_id", *COLUMNS, "facts", "is_accepted"))
COPY = f"COPY orders_paymentimportrow ({NAMES}) FROM STDIN"
INSERT = f"INSERT INTO orders_paymentimportrow ({NAMES}) VALUES ({', '.join(['%s'] * (len(COLUMNS) + 3))})"  # noqa: S608
ENCODED = json.JSONEncoder(ensure_ascii=False).encode


def keep_rows(number: int, rows: Iterable[PlannedPayment]) -> None:
    """Write the rows of this import."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.executemany(INSERT, [_as_text(values) for values in _values(number, rows)])
            return
        with cursor.copy(COPY) as copy:
            for values in _values(number, rows):
                copy.write_row(values)


def _values(number: int, rows: Iterable[PlannedPayment]) -> Iterator[tuple[Any, ...]]:
    columns = attrgetter(*COLUMNS)
    for row in rows:
        yield (number, *columns(row), ENCODED(row.facts) if row.facts else "{}", False)


def _as_text(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the values as SQLite takes them: dates and amounts as text, which the column makes numbers."""
    number, row, value_date, amount, *rest = values
    rest[DUE] = None if rest[DUE] is None else str(rest[DUE])
    day = None if value_date is None else value_date.isoformat()
    return (number, row, day, None if amount is None else str(amount), *rest)


# Its place behind the first four values.
DUE = COLUMNS.index("due") - 3
