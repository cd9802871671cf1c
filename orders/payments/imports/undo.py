"""Undoing an import of payments: each entry that it wrote is reversed, unless somebody did so before."""

from django.utils import timezone
from django.utils.translation import ngettext

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.sheets.plans import CannotUndo
from catalog.models import ImportState
from orders.models import PaymentImport
from orders.payments.imports.ledger_sql import MARK_PAID_BACK, lock_orders_of, take_back
from orders.payments.imports.lookup import execute, faults_of, hold_payment_import
from orders.payments.imports.words import NOT_UNDONE


@write_transaction
def undo_payments(number: int, *, by: Actor, skip_invalid: bool = False) -> PaymentImport:
    """Take an applied import back by reversals: all of it, or with `skip_invalid` what it can.

    Raises:
        UnknownPaymentImport, WrongPaymentImportState: it is not applied (any more).
        CannotUndo: naming the rows; nothing was undone.
    """
    found = hold_payment_import(number, state=ImportState.APPLIED)
    lock_orders_of(number)
    blocked = execute(MARK_PAID_BACK, number=number)
    if blocked and not skip_invalid:
        raise _cannot_undo(found, blocked)
    if not take_back(found, by=by) and blocked:
        raise _cannot_undo(found, blocked)
    found.state = ImportState.UNDONE
    found.undone_at = timezone.now()
    found.undone_by = by.user
    found.save(update_fields=["state", "undone_at", "undone_by"])
    return found


def _cannot_undo(found: PaymentImport, blocked: int) -> CannotUndo:
    return CannotUndo(
        ngettext(
            "%(blocked)s of %(changes)s payment can no longer be taken back; nothing was.",
            "%(blocked)s of %(changes)s payments can no longer be taken back; nothing was.",
            found.changes,
        )
        % {"blocked": blocked, "changes": found.changes},
        faults=faults_of(found, NOT_UNDONE),
    )
