"""How an import moves stock, there and back: the products in one statement, their ledger in another."""

from dataclasses import dataclass

from accounts.actors import Actor
from catalog.models import MovementKind, StockImport
from catalog.product_cache import forget_products
from catalog.stock_import.lookup import execute

CHANGE_PRODUCTS = """
    UPDATE catalog_product AS product
    SET on_hand = product.on_hand + %(sign)s * planned.change, updated_at = %(moment)s
    FROM catalog_stockimportrow AS planned
    WHERE planned.stock_import_id = %(number)s AND planned.problem_code = '' AND planned.change <> 0
        AND product.id = planned.product_id
"""
WRITE_MOVEMENTS = """
    INSERT INTO catalog_stockmovement (
        product_id, kind, on_hand_delta, reserved_delta, on_hand_after, reserved_after,
        reason, note, reference, held_for, stock_import_id, actor_id, source, at
    )
    SELECT product.id, %(kind)s, %(sign)s * planned.change, 0, product.on_hand, product.reserved,
        '', planned.note, %(reference)s, '', planned.stock_import_id, %(actor)s, %(source)s, %(moment)s
    FROM catalog_stockimportrow AS planned
    JOIN catalog_product AS product ON product.id = planned.product_id
    WHERE planned.stock_import_id = %(number)s AND planned.problem_code = '' AND planned.change <> 0
    ORDER BY product.id
"""


@dataclass(frozen=True, slots=True)
class Direction:
    kind: MovementKind
    sign: int


APPLYING = Direction(MovementKind.IMPORT, +1)
UNDOING = Direction(MovementKind.UNDO, -1)


def move_stock(stock_import: StockImport, direction: Direction, *, by: Actor) -> None:
    """Move every product of a row without a problem, and write its movement. The products must be locked."""
    facts = {"number": stock_import.pk, "sign": direction.sign}
    execute(CHANGE_PRODUCTS, **facts)
    execute(
        WRITE_MOVEMENTS,
        **facts,
        kind=direction.kind.value,
        reference=stock_import.reference,
        actor=by.user.pk if by.user else None,
        source=by.source.value,
    )
    forget_products()
