"""Applying a plan: exactly what was seen, in one transaction of a few statements however many rows."""

from django.utils import timezone

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict
from catalog.models import ImportMode, ImportState, StockImport
from catalog.models.product import MAX_UNITS
from catalog.stock_import.ledger_sql import APPLYING, move_stock
from catalog.stock_import.lookup import count_rows, execute, faults_of, hold_import
from catalog.stock_import.staging import lock_products_of

PLAN_CHANGED = "plan_changed"

# A count replaces what is there: it must be what the plan showed, and still cover what is reserved.
MARK_OVERTAKEN_COUNTS = """
    UPDATE catalog_stockimportrow AS planned
    SET problem_code = 'plan_changed', problem = CASE WHEN product.on_hand <> planned."now"
        THEN 'On hand are ' || product.on_hand || ' now, the plan showed ' || planned."now" || '. Plan again.'
        ELSE product.reserved || ' are reserved by orders now. Plan again.' END
    FROM catalog_product AS product
    WHERE planned.stock_import_id = %(number)s AND planned.problem_code = ''
        AND product.id = planned.product_id
        AND (product.on_hand <> planned."now" OR planned."after" < product.reserved)
"""
# Additions commute: only where the file said what it expects does it matter.
MARK_OVERTAKEN_RECEIPTS = """
    UPDATE catalog_stockimportrow AS planned
    SET problem_code = 'plan_changed',
        problem = 'On hand are ' || product.on_hand || ' now, the plan showed ' || planned."now"
            || '. Plan again.'
    FROM catalog_product AS product
    WHERE planned.stock_import_id = %(number)s AND planned.problem_code = ''
        AND product.id = planned.product_id
        AND product.on_hand <> planned."now"
        AND (planned.expected <> '' OR product.on_hand > %(max_units)s - planned.change)
"""
REMARK_ON_MOVED_RECEIPTS = """
    UPDATE catalog_stockimportrow AS planned
    SET "now" = product.on_hand, "after" = product.on_hand + planned.change,
        problem = 'On hand were ' || product.on_hand || ', the plan had shown ' || planned."now"
            || '; the quantity was added all the same.'
    FROM catalog_product AS product
    WHERE planned.stock_import_id = %(number)s AND planned.problem_code = ''
        AND product.id = planned.product_id
        AND product.on_hand <> planned."now"
"""


class ImportHasProblems(Conflict):
    code = "import_has_problems"
    title = "The file has rows that cannot be applied"


class PlanChanged(Conflict):
    code = PLAN_CHANGED
    title = "Stock moved since the plan was made"


class AlreadyImported(Conflict):
    code = "already_imported"
    title = "This file was applied before"


@write_transaction
def apply_import(number: int, *, by: Actor, skip_invalid: bool = False, again: bool = False) -> StockImport:
    """Change stock as the plan showed; all of it, or with `skip_invalid` every row without a problem.

    Raises:
        UnknownImport, WrongState: it is not a plan (any more).
        AlreadyImported: the same content was applied before in this mode, unless `again`.
        ImportHasProblems, PlanChanged: naming rows; nothing was changed.
    """
    stock_import, same_content = hold_import(number, state=ImportState.PLANNED)
    if not again:
        _refuse_repetition(same_content)
    if stock_import.problems and not skip_invalid:
        raise ImportHasProblems(
            f"{stock_import.problems} of {stock_import.rows_count} rows cannot be applied. "
            "Mend them, or apply only the good rows.",
            faults=faults_of(stock_import),
        )
    lock_products_of(number)
    _mark_overtaken(stock_import, skip_invalid=skip_invalid)
    count_rows(stock_import)
    if stock_import.problems == stock_import.rows_count:
        raise ImportHasProblems("Not one row can be applied.", faults=faults_of(stock_import))
    move_stock(stock_import, APPLYING, by=by)
    _mark_applied(stock_import, by)
    return stock_import


def _refuse_repetition(same_content: list[StockImport]) -> None:
    applied = [each for each in same_content if each.state == ImportState.APPLIED]
    if applied:
        earlier = applied[-1]
        raise AlreadyImported(
            f"The same file was applied as import {earlier.pk} ({earlier.file_name}). "
            "If it is meant to be applied once more, say so."
        )


def _mark_overtaken(stock_import: StockImport, *, skip_invalid: bool) -> None:
    number = stock_import.pk
    is_receipt = stock_import.mode == ImportMode.RECEIVE
    if is_receipt:
        overtaken = execute(MARK_OVERTAKEN_RECEIPTS, number=number, max_units=MAX_UNITS)
    else:
        overtaken = execute(MARK_OVERTAKEN_COUNTS, number=number)
    if overtaken and not skip_invalid:
        raise PlanChanged(
            f"Stock of {overtaken} planned rows moved since. Look at a new plan of the file.",
            faults=faults_of(stock_import, PLAN_CHANGED),
        )
    if is_receipt:
        execute(REMARK_ON_MOVED_RECEIPTS, number=number)


def _mark_applied(stock_import: StockImport, by: Actor) -> None:
    stock_import.state = ImportState.APPLIED
    stock_import.applied_at = timezone.now()
    stock_import.applied_by = by.user
    stock_import.save(
        update_fields=["state", "applied_at", "applied_by", "rows_count", "changes", "unchanged", "problems"]
    )
