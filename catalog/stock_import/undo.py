"""Undoing an import as though it had never happened; what was sold since stays sold."""

from django.db import connection
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.sheets.plans import CannotUndo
from catalog.models import ImportMode, ImportState, StockImport
from catalog.models.product import MAX_UNITS
from catalog.stock_import.ledger_sql import UNDOING, move_stock
from catalog.stock_import.lookup import execute, faults_of, hold_import
from catalog.stock_import.problems import NOT_UNDONE
from catalog.stock_import.staging import lock_products_of

# A product's movements are numbered in the order in which they happened, for its row was locked.
MARK_COUNTED_SINCE = """
    UPDATE catalog_stockimportrow AS applied
    SET problem_code = 'not_undone', facts = json('{"reason":"counted_since"}')
    WHERE applied.stock_import_id = %(number)s AND applied.problem_code = '' AND applied.change <> 0
        AND (
            EXISTS (
                SELECT 1 FROM catalog_stockmovement AS later
                LEFT JOIN catalog_stockimport AS file ON file.id = later.stock_import_id
                WHERE later.product_id = applied.product_id AND later.id > %(first_movement)s
                    AND (
                        later.kind = 'count'
                        OR later.kind = 'import' AND file.mode = 'count' AND file.id <> %(number)s
                            AND NOT EXISTS (
                                SELECT 1 FROM catalog_stockmovement AS undone
                                WHERE undone.product_id = later.product_id AND undone.kind = 'undo'
                                    AND undone.reference = later.reference
                            )
                    )
            )
            OR EXISTS (
                SELECT 1 FROM catalog_stockimportrow AS confirmed
                JOIN catalog_stockimport AS file ON file.id = confirmed.stock_import_id
                WHERE confirmed.product_id = applied.product_id AND confirmed.problem_code = ''
                    AND confirmed.change = 0 AND file.mode = 'count' AND file.state = 'applied'
                    AND file.applied_at > %(applied_at)s
            )
        )
"""
MARK_BELOW_RESERVED = """
    UPDATE catalog_stockimportrow AS applied
    SET problem_code = 'not_undone', facts = json(CASE
        WHEN product.on_hand - applied.change > %(max_units)s THEN '{"reason":"too_many"}'
        WHEN product.on_hand - applied.change < 0
            THEN '{"reason":"too_few","on_hand":' || product.on_hand || ',"taken":' || applied.change || '}'
        ELSE '{"reason":"reserved","left":' || (product.on_hand - applied.change)
            || ',"reserved":' || product.reserved || '}' END)
    FROM catalog_product AS product
    WHERE applied.stock_import_id = %(number)s AND applied.problem_code = '' AND applied.change <> 0
        AND product.id = applied.product_id
        AND (
            product.on_hand - applied.change < product.reserved
            OR product.on_hand - applied.change > %(max_units)s
        )
"""


@write_transaction
def undo_import(number: int, *, by: Actor, skip_invalid: bool = False) -> StockImport:
    """Take an applied import back by compensating movements: all of it, or with `skip_invalid` what it can.

    Raises:
        UnknownImport, WrongState: it is not applied (any more).
        CannotUndo: naming the rows; nothing was undone.
    """
    stock_import, _ = hold_import(number, state=ImportState.APPLIED)
    lock_products_of(number)
    blocked = _mark_blocked(stock_import)
    changed = stock_import.rows.filter(problem_code="").exclude(change=0)
    if blocked and (not skip_invalid or not changed.exists()):
        raise CannotUndo(
            ngettext(
                "%(blocked)s of %(changes)s change can no longer be undone; nothing was.",
                "%(blocked)s of %(changes)s changes can no longer be undone; nothing was.",
                stock_import.changes,
            )
            % {"blocked": blocked, "changes": stock_import.changes},
            faults=faults_of(stock_import, NOT_UNDONE),
        )
    move_stock(stock_import, UNDOING, by=by)
    _mark_undone(stock_import, by)
    return stock_import


def _mark_blocked(stock_import: StockImport) -> int:
    blocked = 0
    if stock_import.mode == ImportMode.COUNT and stock_import.changes:
        first = stock_import.movements.aggregate(first=Min("pk"))["first"]
        applied_at = connection.ops.adapt_datetimefield_value(stock_import.applied_at)
        blocked += execute(
            MARK_COUNTED_SINCE, number=stock_import.pk, first_movement=first, applied_at=applied_at
        )
    return blocked + execute(MARK_BELOW_RESERVED, number=stock_import.pk, max_units=MAX_UNITS)


def _mark_undone(stock_import: StockImport, by: Actor) -> None:
    stock_import.state = ImportState.UNDONE
    stock_import.undone_at = timezone.now()
    stock_import.undone_by = by.user
    stock_import.save(update_fields=["state", "undone_at", "undone_by"])
