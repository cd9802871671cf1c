"""A bank's file planned and applied, with its ledger, claims and timelines."""

import csv
import sqlite3
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

from benchmarks.figures import Figure, Unit, at_most, seconds_of
from benchmarks.measuring import Sample, alternating, in_child, measured
from benchmarks.options import Options
from benchmarks.past_orders import fill_orders
from benchmarks.shops import Server, filled_shop, on_copy, server_pid

HEADER = ("date", "amount", "text", "id")
DAY = "2026-11-30"
# A shop of so many products: what they are does not matter here.
PRODUCTS = 200

RAW_STAGE = "CREATE TEMPORARY TABLE raw_stage (day text, amount {money}, number text, reference text)"
RAW_COPY = "COPY raw_stage FROM STDIN (FORMAT csv, HEADER)"
RAW_LOAD = "INSERT INTO raw_stage VALUES (?, ?, ?, ?)"
RAW_ENTRIES = """
    INSERT INTO orders_paymententry (
        order_id, kind, paid_delta, waived_delta, paid_after, waived_after, method, provider, reference,
        settles, value_date, note, source, at
    )
    SELECT bought.id, 'payment', amount, 0, bought.paid + amount, bought.waived, 'bank_transfer', '',
        reference, '', CAST(day AS {day}), '', 'cli', CURRENT_TIMESTAMP
    FROM raw_stage JOIN orders_order AS bought ON bought.number = raw_stage.number
"""
RAW_CLAIMS = """
    INSERT INTO orders_paymentclaim (method, provider, reference, entry_id)
    SELECT method, provider, LOWER(reference), id FROM orders_paymententry
"""
RAW_ORDERS = """
    UPDATE orders_order
    SET paid = ROUND(paid + amount, 3), version = version + 1, updated_at = CURRENT_TIMESTAMP
    FROM raw_stage WHERE orders_order.number = raw_stage.number
"""
RAW_EVENTS = """
    INSERT INTO orders_orderevent (order_id, kind, facts, source, at)
    SELECT order_id, 'payment_recorded', {object}(
        'entry', id, 'amount', CAST(paid_delta AS text), 'method', method, 'reference', reference,
        'settles', '', 'note', ''
    ), 'cli', CURRENT_TIMESTAMP FROM orders_paymententry
"""


def beside_raw_sql(server: Server, options: Options) -> Iterator[Figure]:
    file = server.directory / "payments.csv"
    with filled_shop(server, products=PRODUCTS) as shop:
        in_child(shop.environment, fill_orders, options.bank_lines * 2)
        in_child(shop.environment, write_file, file, options.bank_lines)
        rival = raw_sqlite if server.vendor == "sqlite" else raw_postgresql
        mine, raw = alternating(
            options.repetitions, lambda: on_copy(shop, ours, file), lambda: on_copy(shop, rival, file)
        )
    yield Figure(
        seconds_of(f"payments from a file, {options.bank_lines:,} lines, plan + apply", mine),
        Unit.SECONDS,
        seconds_of("raw bulk SQL", raw),
        at_most(3),
    )


def write_file(path: Path, lines: int) -> None:
    """A CSV file that pays just what is due for so many orders."""
    from orders.models import Order

    due = Order.objects.filter(due__gt=0).order_by("pk").values_list("due", "number")[:lines]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows((DAY, amount, number, f"TX-{place}") for place, (amount, number) in enumerate(due))


def ours(path: Path) -> Sample:
    """Planned and applied, as all doors do it."""
    from accounts.actors import Actor
    from accounts.models import Source
    from orders.payments.imports import apply_payments, plan_payments

    by = Actor(None, Source.CLI)

    def plan_and_apply() -> None:
        with path.open("rb") as file:
            plan = plan_payments(file, file_name=path.name, by=by)
        apply_payments(plan.pk, by=by)

    return _proved(plan_and_apply, path)


def raw_postgresql(path: Path) -> Sample:
    """The least SQL that leaves the same orders, ledger, claims and timelines."""
    from django.db import connection, transaction

    def copy_and_write() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(RAW_STAGE.format(money="numeric"))
            with cursor.copy(RAW_COPY) as copy:
                copy.write(path.read_bytes())
            cursor.execute("ANALYZE raw_stage")
            for statement in _statements(day="date", make_object="jsonb_build_object"):
                cursor.execute(statement)

    return _proved(copy_and_write, path)


def raw_sqlite(path: Path) -> Sample:
    """The same through Python's sqlite3, as durable and with foreign keys as the shop."""
    from django.db import connection

    from backoffice.environment import SQLITE_PRAGMAS

    raw = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    raw.executescript(SQLITE_PRAGMAS)

    def load_and_write() -> None:
        raw.execute("BEGIN IMMEDIATE")
        raw.execute(RAW_STAGE.format(money="decimal"))
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            next(rows)
            raw.executemany(RAW_LOAD, rows)
        for statement in _statements(day="text", make_object="json_object"):
            raw.execute(statement)
        raw.execute("COMMIT")

    sample = _proved(load_and_write, path)
    raw.close()
    return sample


def _statements(*, day: str, make_object: str) -> tuple[str, ...]:
    return (
        RAW_ENTRIES.format(day=day),
        RAW_CLAIMS,
        RAW_ORDERS,
        RAW_EVENTS.format(object=make_object),
    )


def _proved(work: Callable[[], object], path: Path) -> Sample:
    """Measured, and then found to have done what was to be done."""
    from django.db.models import Sum

    from orders.models import Order, PaymentClaim, PaymentEntry
    from orders.payments.audit import audit_payments

    with path.open(encoding="utf-8", newline="") as file:
        amounts = [row["amount"] for row in csv.DictReader(file)]
    sample = measured(work, server_pid=server_pid())
    assert PaymentEntry.objects.count() == PaymentClaim.objects.count() == len(amounts)
    assert Order.objects.filter(paid__gt=0, due=0).count() == len(amounts)
    assert Order.objects.aggregate(paid=Sum("paid"))["paid"] == sum(map(Decimal, amounts))
    assert audit_payments() == []
    return sample
