"""How an import books its lines and takes them back: a few statements, however many lines."""

from django.db import connection

from accounts.actors import Actor
from backoffice.money import places
from orders.models import PaymentImport
from orders.payments.details import today
from orders.payments.imports.lookup import execute

LOCK_ORDERS = """
    SELECT COUNT(*) FROM (
        SELECT id FROM orders_order
        WHERE id IN (SELECT order_id FROM orders_paymentimportrow WHERE payment_import_id = %(number)s)
        ORDER BY id FOR NO KEY UPDATE
    ) AS locked
"""
# The lines that are to be booked: those that settle, and those that somebody accepted.
TO_BOOK = """
    planned.payment_import_id = %(number)s AND planned.problem_code = '' AND planned.order_id IS NOT NULL
    AND (planned.outcome IN ('settles', 'negative') OR planned.outcome = 'differs' AND planned.is_accepted)
"""
MARK_CHANGED = f"""
    UPDATE orders_paymentimportrow AS planned
    SET problem_code = 'plan_changed'
    FROM orders_order
    WHERE {TO_BOOK} AND orders_order.id = planned.order_id AND orders_order.due <> planned.due
"""  # noqa: S608
MARK_RECORDED = f"""
    UPDATE orders_paymentimportrow AS planned
    SET problem_code = 'already_recorded'
    FROM orders_paymentclaim AS claim
    WHERE {TO_BOOK} AND claim.reference = planned.reference_key AND claim.method = planned.method
        AND claim.provider = planned.provider
"""  # noqa: S608
# In the order of the file, as the lines are booked.
MARK_MORE_THAN_PAID = f"""
    UPDATE orders_paymentimportrow AS marked
    SET problem_code = 'more_than_paid'
    FROM (
        SELECT planned.id, ROUND(orders_order.paid + SUM(planned.amount) OVER (
            PARTITION BY planned.order_id ORDER BY planned."row"
        ), 3) AS paid_after
        FROM orders_paymentimportrow AS planned
        JOIN orders_order ON orders_order.id = planned.order_id
        WHERE {TO_BOOK}
    ) AS foreseen
    WHERE marked.id = foreseen.id AND foreseen.paid_after < 0
"""  # noqa: S608
LAST_ENTRY = "SELECT COALESCE(MAX(id), 0) FROM orders_paymententry"
WRITE_ENTRIES = f"""
    INSERT INTO orders_paymententry (
        order_id, kind, paid_delta, waived_delta, paid_after, waived_after, method, provider, reference,
        settles, reverses_id, value_date, note, actor_id, source, at
    )
    SELECT planned.order_id, planned.kind, planned.amount, 0,
        ROUND(orders_order.paid + SUM(planned.amount) OVER (
            PARTITION BY planned.order_id ORDER BY planned."row"
        ), 3),
        orders_order.waived, planned.method, planned.provider, planned.reference,
        '', NULL, planned.value_date, planned.note, %(actor)s, %(source)s, %(moment)s
    FROM orders_paymentimportrow AS planned
    JOIN orders_order ON orders_order.id = planned.order_id
    WHERE {TO_BOOK}
    ORDER BY planned.order_id, planned."row"
"""  # noqa: S608
# The entries just written are the only ones of these orders, which are locked, behind the last before.
NAME_ENTRIES = f"""
    UPDATE orders_paymentimportrow AS planned
    SET entry_id = entry.id
    FROM orders_paymententry AS entry
    WHERE {TO_BOOK} AND entry.id > %(last)s AND entry.order_id = planned.order_id
        AND entry.reference = planned.reference AND entry.method = planned.method
        AND entry.provider = planned.provider
"""  # noqa: S608
WRITE_CLAIMS = """
    INSERT INTO orders_paymentclaim (method, provider, reference, entry_id)
    SELECT method, provider, reference_key, entry_id FROM orders_paymentimportrow
    WHERE payment_import_id = %(number)s AND entry_id IS NOT NULL
    ORDER BY reference_key
    ON CONFLICT DO NOTHING
"""
CHANGE_ORDERS = """
    UPDATE orders_order
    SET paid = ROUND(orders_order.paid + booked.amount, 3), version = version + booked.entries,
        updated_at = %(moment)s
    FROM (
        SELECT entry.order_id, SUM(entry.paid_delta) AS amount, COUNT(*) AS entries
        FROM orders_paymententry AS entry
        WHERE entry.id > %(last)s AND entry.{key} IN (
            SELECT entry_id FROM orders_paymentimportrow WHERE payment_import_id = %(number)s
        )
        GROUP BY entry.order_id
    ) AS booked
    WHERE orders_order.id = booked.order_id
"""
WRITE_EVENTS = """
    INSERT INTO orders_orderevent (order_id, kind, facts, actor_id, source, at)
    SELECT entry.order_id,
        CASE entry.kind WHEN 'payment' THEN 'payment_recorded' WHEN 'refund' THEN 'paid_back'
            WHEN 'chargeback' THEN 'charged_back' ELSE 'payment_reversed' END,
        {object}(
            'entry', entry.id, 'amount', {amount}, 'method', entry.method, 'reference', entry.reference,
            'settles', entry.settles, 'note', entry.note {more}
        ),
        %(actor)s, %(source)s, %(moment)s
    FROM orders_paymententry AS entry
    {join}
    WHERE entry.id > %(last)s AND entry.{key} IN (
        SELECT entry_id FROM orders_paymentimportrow WHERE payment_import_id = %(number)s
    )
    ORDER BY entry.id
"""

REVERSED = ", 'reversed', wrong.kind, 'reversed_entry', wrong.id"
JOIN_REVERSED = "JOIN orders_paymententry AS wrong ON wrong.id = entry.reverses_id"
# What was reversed or moved by hand since is taken back already.
TO_TAKE_BACK = """
    applied.payment_import_id = %(number)s AND applied.problem_code = ''
    AND NOT EXISTS (SELECT 1 FROM orders_paymententry AS later WHERE later.reverses_id = applied.entry_id)
"""
# The last lines are taken back first, so that what went out is back before what came in goes.
MARK_PAID_BACK = f"""
    UPDATE orders_paymentimportrow AS marked
    SET problem_code = 'not_undone'
    WHERE marked.payment_import_id = %(number)s AND marked.entry_id IS NOT NULL AND marked.order_id IN (
        SELECT foreseen.order_id FROM (
            SELECT entry.order_id, ROUND(orders_order.paid - SUM(entry.paid_delta) OVER (
                PARTITION BY entry.order_id ORDER BY entry.id DESC
            ), 3) AS paid_after
            FROM orders_paymentimportrow AS applied
            JOIN orders_paymententry AS entry ON entry.id = applied.entry_id
            JOIN orders_order ON orders_order.id = entry.order_id
            WHERE {TO_TAKE_BACK}
        ) AS foreseen
        WHERE foreseen.paid_after < 0
    )
"""  # noqa: S608
WRITE_REVERSALS = f"""
    INSERT INTO orders_paymententry (
        order_id, kind, paid_delta, waived_delta, paid_after, waived_after, method, provider, reference,
        settles, reverses_id, value_date, note, actor_id, source, at
    )
    SELECT entry.order_id, 'reversal', -entry.paid_delta, 0,
        ROUND(orders_order.paid - SUM(entry.paid_delta) OVER (
            PARTITION BY entry.order_id ORDER BY entry.id DESC
        ), 3),
        orders_order.waived, entry.method, entry.provider, entry.reference,
        entry.settles, entry.id, %(today)s, %(note)s, %(actor)s, %(source)s, %(moment)s
    FROM orders_paymentimportrow AS applied
    JOIN orders_paymententry AS entry ON entry.id = applied.entry_id
    JOIN orders_order ON orders_order.id = entry.order_id
    WHERE {TO_TAKE_BACK}
    ORDER BY entry.order_id, entry.id DESC
"""  # noqa: S608
FREE_CLAIMS = """
    DELETE FROM orders_paymentclaim WHERE entry_id IN (
        SELECT entry.id FROM orders_paymententry AS entry
        JOIN orders_paymententry AS later ON later.reverses_id = entry.id
        WHERE entry.id IN (
            SELECT entry_id FROM orders_paymentimportrow WHERE payment_import_id = %(number)s
        )
    )
"""


def lock_orders_of(number: int) -> None:
    """Hold every order that the import names until the transaction ends; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        # Ascending pk, so that imports and payments by hand cannot deadlock.
        execute(LOCK_ORDERS, number=number)


def last_entry() -> int:
    with connection.cursor() as cursor:
        cursor.execute(LAST_ENTRY)
        return int(cursor.fetchone()[0])


def book(found: PaymentImport, *, by: Actor) -> tuple[int, int]:
    """Write the entries of all lines to be booked, their claims, the orders and their timelines.

    The orders must be locked. Returns how many entries and how many claims were written.
    """
    last, author = last_entry(), author_of(by)
    entries = execute(WRITE_ENTRIES, number=found.pk, **author)
    execute(NAME_ENTRIES, number=found.pk, last=last)
    claims = execute(WRITE_CLAIMS, number=found.pk)
    execute(CHANGE_ORDERS.format(key="id"), number=found.pk, last=last)
    statement = WRITE_EVENTS.format(object=_object(), amount=_amount(), more="", join="", key="id")
    execute(statement, number=found.pk, last=last, **author)
    return entries, claims


def take_back(found: PaymentImport, *, by: Actor) -> int:
    """Write the opposite of each entry that is to be taken back, free its claim, and tell the timelines.

    The orders must be locked. Returns how many there were.
    """
    last, author = last_entry(), author_of(by)
    facts = {"number": found.pk, "note": found.note, "today": today(), **author}
    reversals = execute(WRITE_REVERSALS, **facts)
    execute(FREE_CLAIMS, number=found.pk)
    execute(CHANGE_ORDERS.format(key="reverses_id"), number=found.pk, last=last)
    statement = WRITE_EVENTS.format(
        object=_object(), amount=_amount(), more=REVERSED, join=JOIN_REVERSED, key="reverses_id"
    )
    execute(statement, number=found.pk, last=last, **author)
    return reversals


def author_of(by: Actor) -> dict[str, object]:
    return {"actor": by.user.pk if by.user else None, "source": by.source.value}


def _object() -> str:
    return "jsonb_build_object" if connection.vendor == "postgresql" else "json_object"


def _amount() -> str:
    """Return the amount of an entry as text, with the places of the currency, as the ORM writes it."""
    if connection.vendor == "postgresql":
        return f"ROUND(entry.paid_delta, {places()})::text"
    return f"printf('%%.{places()}f', entry.paid_delta)"
