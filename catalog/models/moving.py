"""How balances are changed: all products of a change at once, however many, locked in ascending order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from backoffice.db.sending import ask, send
from backoffice.db.statement import Statement

BALANCES = """
    UPDATE catalog_product AS product
    SET on_hand = product.on_hand + change.on_hand, reserved = product.reserved + change.reserved,
        updated_at = %(at)s
    FROM unnest(%(ids)s::bigint[], %(on_hand)s::int[], %(reserved)s::int[]) AS change (id, on_hand, reserved)
    WHERE product.id = change.id
"""
BALANCES_ON_SQLITE = """
    UPDATE catalog_product SET on_hand = on_hand + %s, reserved = reserved + %s, updated_at = %s WHERE id = %s
"""
# A product that is no longer as it was seen is missing from `reserved`: dividing by zero undoes everything.
# More than there is to reserve is refused by the table's own check.
RESERVE_AS_SEEN = """
    WITH wanted AS MATERIALIZED (
        SELECT * FROM unnest(%(ids)s::bigint[], %(quantities)s::int[], %(prices)s::numeric[])
            AS wanted (id, quantity, price)
    ), locked AS MATERIALIZED (
        SELECT id FROM catalog_product WHERE id = ANY(%(ids)s::bigint[]) ORDER BY id FOR NO KEY UPDATE
    ), reserved AS (
        UPDATE catalog_product AS product
        SET reserved = product.reserved + wanted.quantity, updated_at = %(at)s
        FROM wanted JOIN locked ON locked.id = wanted.id
        WHERE product.id = wanted.id AND product.is_active AND product.price = wanted.price
        RETURNING product.id, wanted.quantity, product.on_hand, product.reserved
    ), ledger AS (
        INSERT INTO catalog_stockmovement (
            product_id, kind, on_hand_delta, reserved_delta, on_hand_after, reserved_after,
            reason, note, reference, held_for, stock_import_id, actor_id, source, at
        )
        SELECT id, 'reserve', 0, quantity, on_hand, reserved,
            '', '', %(held_for)s, %(held_for)s, NULL, %(actor)s, %(source)s, %(at)s
        FROM reserved
    )
    SELECT 1 / ((SELECT COUNT(*) FROM reserved) = %(count)s)::int
"""


@dataclass(frozen=True, slots=True)
class Reservation:
    """Units of a product, at the price that it was seen with."""

    product: int
    quantity: int
    price: Decimal


def add_to_balances(
    ids: Sequence[int], on_hand: Sequence[int], reserved: Sequence[int], *, at: datetime
) -> None:
    """Change the balances of locked products, each by its own amounts."""
    if connection.vendor == "postgresql":
        facts = {"ids": list(ids), "on_hand": list(on_hand), "reserved": list(reserved), "at": at}
        ask(Statement(BALANCES, facts))
        return
    moment = connection.ops.adapt_datetimefield_value(at)
    rows = [(*amounts, moment, pk) for pk, *amounts in zip(ids, on_hand, reserved, strict=True)]
    ask(Statement(BALANCES_ON_SQLITE, rows, is_many=True))


def reserve_as_seen(wanted: Sequence[Reservation], movement: Mapping[str, Any]) -> None:
    """Reserve and write the ledger with the COMMIT, if all is still for sale at this price; else nothing.

    On PostgreSQL alone. `movement` holds what all rows of the ledger have in common.
    """
    facts = {
        "ids": [each.product for each in wanted],
        "quantities": [each.quantity for each in wanted],
        "prices": [each.price for each in wanted],
        "count": len(wanted),
        **movement,
    }
    send(Statement(RESERVE_AS_SEEN, facts))
