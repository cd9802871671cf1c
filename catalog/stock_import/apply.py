"""Applying a plan: exactly what was seen, in one transaction of a few statements however many rows."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict
from catalog.models import ImportMode, ImportState, StockImport
from catalog.models.product import MAX_UNITS
from catalog.stock_import.ledger_sql import APPLYING, move_stock
from catalog.stock_import.lookup import (
    count_rows,
    execute,
    faults_of,
    hold_import,
    import_numbered,
)
from catalog.stock_import.problems import PLAN_CHANGED
from catalog.stock_import.staging import lock_products_of

# A count replaces what is on hand: that must still be what the plan showed, and cover what is reserved.
MARK_OVERTAKEN_COUNTS = """
    UPDATE catalog_stockimportrow AS planned
    SET problem_code = 'plan_changed', facts = json(CASE WHEN product.on_hand <> planned."now"
        THEN '{"on_hand":' || product.on_hand || ',"planned":' || planned."now" || '}'
        ELSE '{"reserved":' || product.reserved || '}' END)
    FROM catalog_product AS product
    WHERE planned.stock_import_id = %(number)s AND planned.problem_code = ''
        AND product.id = planned.product_id
        AND (product.on_hand <> planned."now" OR planned."after" < product.reserved)
"""
# Additions commute, so what is on hand matters only where the file states what it expects.
MARK_OVERTAKEN_RECEIPTS = """
    UPDATE catalog_stockimportrow AS planned
    SET problem_code = 'plan_changed',
        facts = json('{"on_hand":' || product.on_hand || ',"planned":' || planned."now" || '}')
    FROM catalog_product AS product
    WHERE planned.stock_import_id = %(number)s AND planned.problem_code = ''
        AND product.id = planned.product_id
        AND product.on_hand <> planned."now"
        AND (planned.expected <> '' OR product.on_hand > %(max_units)s - planned.change)
"""
REMARK_ON_MOVED_RECEIPTS = """
    UPDATE catalog_stockimportrow AS planned
    SET "now" = product.on_hand, "after" = product.on_hand + planned.change, remark_code = 'stock_moved',
        facts = json('{"on_hand":' || product.on_hand || ',"planned":' || planned."now" || '}')
    FROM catalog_product AS product
    WHERE planned.stock_import_id = %(number)s AND planned.problem_code = ''
        AND product.id = planned.product_id
        AND product.on_hand <> planned."now"
"""


class ImportHasProblems(Conflict):
    code = "import_has_problems"
    title = gettext_lazy("The file has rows that cannot be applied")


class PlanChanged(Conflict):
    code = PLAN_CHANGED
    title = gettext_lazy("Stock moved since the plan was made")


class AlreadyImported(Conflict):
    code = "already_imported"
    title = gettext_lazy("This file was applied before")


@write_transaction
def apply_import(number: int, *, by: Actor, skip_invalid: bool = False, again: bool = False) -> StockImport:
    """Change stock as the plan showed; all of it, or with `skip_invalid` every row without a problem.

    Raises:
        UnknownImport, WrongState: it is not a plan (any more).
        AlreadyImported: the same rows were applied before in this mode, unless `again`.
        ImportHasProblems, PlanChanged: naming rows; nothing was changed.
    """
    stock_import, same_content = hold_import(number, state=ImportState.PLANNED)
    if not again:
        _refuse_repetition(same_content)
    if stock_import.problems and not skip_invalid:
        raise ImportHasProblems(
            ngettext(
                "%(problems)s of %(rows)s row cannot be applied. Fix it, or apply only the good rows.",
                "%(problems)s of %(rows)s rows cannot be applied. Fix them, or apply only the good rows.",
                stock_import.rows_count,
            )
            % {"problems": stock_import.problems, "rows": stock_import.rows_count},
            faults=faults_of(stock_import),
        )
    lock_products_of(number)
    _mark_overtaken(stock_import, skip_invalid=skip_invalid)
    count_rows(stock_import)
    if stock_import.problems == stock_import.rows_count:
        raise ImportHasProblems(_("No row can be applied."), faults=faults_of(stock_import))
    move_stock(stock_import, APPLYING, by=by)
    _mark_applied(stock_import, by)
    return stock_import


def refuse_repetition(number: int) -> None:
    """Refuse what `apply_import` would refuse because it was applied before; nothing is locked.

    Raises:
        UnknownImport, AlreadyImported.
    """
    digest = import_numbered(number).digest
    _refuse_repetition(list(StockImport.objects.filter(digest=digest).exclude(pk=number).order_by("pk")))


def _refuse_repetition(same_content: list[StockImport]) -> None:
    applied = [each for each in same_content if each.state == ImportState.APPLIED]
    if applied:
        earlier = applied[-1]
        raise AlreadyImported(
            _(
                "The same rows were applied as import %(number)s (%(file_name)s). "
                "If it is meant to be applied once more, say so."
            )
            % {"number": earlier.pk, "file_name": earlier.file_name}
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
            ngettext(
                "Stock of %(rows)s planned row moved since. Look at a new plan of the file.",
                "Stock of %(rows)s planned rows moved since. Look at a new plan of the file.",
                overtaken,
            )
            % {"rows": overtaken},
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
