"""Applying a plan: what was seen is booked, in one transaction of a few statements however many lines."""

from collections.abc import Collection

from django.utils import timezone
from django.utils.translation import ngettext

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.sheets.plans import RowsChanged
from catalog.models import ImportState
from orders.emails.audience import WHO_HEARS, tell
from orders.emails.contexts import Happening
from orders.models import PaymentEntry, PaymentImport, PaymentKind, PaymentOutcome
from orders.payments.imports.ledger_sql import (
    MARK_CHANGED,
    MARK_MORE_THAN_PAID,
    MARK_RECORDED,
    book,
    lock_orders_of,
)
from orders.payments.imports.lookup import count_rows, execute, faults_of, hold_payment_import
from orders.payments.imports.words import MORE_THAN_PAID, PLAN_CHANGED, RECORDED_SINCE
from orders.payments.ledger import EVENTS, facts_of

OVERTAKEN = (PLAN_CHANGED, RECORDED_SINCE, MORE_THAN_PAID)


@write_transaction
def apply_payments(
    number: int,
    *,
    by: Actor,
    accept: Collection[int] = (),
    accept_differences: bool = False,
    skip_invalid: bool = False,
) -> PaymentImport:
    """Book every line that settles what is due; of those that differ, the rows in `accept` or all of them.

    Lines that name no order, or that were booked before, are left as they are.

    Raises:
        UnknownPaymentImport, WrongPaymentImportState: it is not a plan (any more).
        RowsChanged: naming rows whose orders changed since; nothing was booked, unless `skip_invalid`.
    """
    found = hold_payment_import(number, state=ImportState.PLANNED)
    differing = found.rows.filter(outcome=PaymentOutcome.DIFFERS)
    (differing if accept_differences else differing.filter(row__in=accept)).update(is_accepted=True)
    lock_orders_of(number)
    _mark_overtaken(found, skip_invalid=skip_invalid)
    entries, claims = book(found, by=by)
    if claims != entries:
        # Somebody booked one of the lines on another order, and was faster.
        raise _changed(found, entries - claims)
    _tell_customers(found)
    _mark_applied(found, by)
    return found


def _tell_customers(found: PaymentImport) -> None:
    """Queue the mails that the same entries would cause by hand."""
    heard_of = [kind for kind, event in EVENTS.items() if event in WHO_HEARS]
    entries = PaymentEntry.objects.filter(kind__in=heard_of, pk__in=found.rows.values("entry"))
    for entry in entries.select_related("order__customer").order_by("pk"):
        event = EVENTS[PaymentKind(entry.kind)]
        tell(Happening(event, entry.at, facts_of(entry), entry.order, (), None))


def _mark_overtaken(found: PaymentImport, *, skip_invalid: bool) -> None:
    marks = [MARK_RECORDED, MARK_CHANGED]
    if found.rows.filter(amount__lt=0).exists():
        marks.append(MARK_MORE_THAN_PAID)
    overtaken = sum(execute(mark, number=found.pk) for mark in marks)
    if not overtaken:
        return
    if not skip_invalid:
        raise _changed(found, overtaken)
    overtaken_rows = found.rows.filter(problem_code__in=OVERTAKEN)
    overtaken_rows.update(outcome=PaymentOutcome.PROBLEM, is_accepted=False)


def _changed(found: PaymentImport, count: int) -> RowsChanged:
    return RowsChanged(
        ngettext(
            "%(rows)s line can no longer be booked as you saw it; nothing was booked. "
            "Look at a new plan of the file.",
            "%(rows)s lines can no longer be booked as you saw them; nothing was booked. "
            "Look at a new plan of the file.",
            count,
        )
        % {"rows": count},
        faults=faults_of(found, *OVERTAKEN),
    )


def _mark_applied(found: PaymentImport, by: Actor) -> None:
    found.state = ImportState.APPLIED
    found.applied_at = timezone.now()
    found.applied_by = by.user
    found.save(update_fields=["state", "applied_at", "applied_by", *count_rows(found)])
