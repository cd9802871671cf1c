"""Planning: which orders a file of a bank pays, line by line, before anything is booked."""

from datetime import datetime, timedelta
from typing import BinaryIO

from django.utils.translation import gettext as _

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import Fault, NotFound
from backoffice.sheets.reading import base_name, content_of
from backoffice.sheets.remarks import kept_remarks
from catalog.models import ImportState
from orders.held_order import order_with_number
from orders.models import PaymentImport, PaymentImportRow
from orders.payments.imports.judging import PlannedPayment, counts_of, judged_rows, name_order
from orders.payments.imports.keeping import keep_rows
from orders.payments.imports.lookup import count_rows, hold_payment_import
from orders.payments.imports.matching import NamedOrder
from orders.payments.statements import read_statement

PLANS_KEPT = timedelta(hours=24)


class UnknownImportRow(NotFound):
    code = "unknown_import_row"


def plan_payments(file: BinaryIO, *, file_name: str, by: Actor) -> PaymentImport:
    """Keep what the file would book as a numbered plan; nothing is booked. Raises UnreadableFile."""
    name = base_name(file_name)
    statement = read_statement(content_of(file), file_name=name)
    rows = judged_rows(statement)
    planned = PaymentImport(
        file_name=name,
        format=statement.kind,
        ignored_columns=list(statement.ignored_columns),
        remarks=kept_remarks(statement.remarks),
        created_by=by.user,
        source=by.source,
        **counts_of(rows),
    )
    _keep(planned, rows)
    return planned


@write_transaction
def _keep(planned: PaymentImport, rows: list[PlannedPayment]) -> None:
    planned.pk = None
    planned.save(force_insert=True)
    keep_rows(planned.pk, rows)


@write_transaction
def give_order(number: int, row: int, order_number: str, *, by: Actor) -> PaymentImportRow:
    """Say by hand which order a row of a plan is for; what it does follows from what is due there.

    Raises:
        UnknownPaymentImport, WrongPaymentImportState, UnknownImportRow, UnknownOrder.
    """
    planned = hold_payment_import(number, state=ImportState.PLANNED)
    found = planned.rows.filter(row=row).first()
    if found is None or found.amount is None or found.outcome in ("known", "problem"):
        detail = _("Row %(row)s is none that can be given an order.") % {"row": row}
        raise UnknownImportRow(detail, faults=[Fault(f"/rows/{row}", UnknownImportRow.code, detail)])
    order = order_with_number(order_number)
    name_order(found, NamedOrder(order.pk, str(order.number), order.due))
    found.facts = {"given_by": by.user.pk if by.user else None}
    found.save(update_fields=["order", "due", "outcome", "facts"])
    planned.save(update_fields=count_rows(planned))
    return found


@write_transaction
def sweep_payment_plans(now: datetime) -> int:
    """Delete plans that nobody applied within 24 hours and return how many."""
    abandoned = PaymentImport.with_incomplete.filter(
        state=ImportState.PLANNED, created_at__lt=now - PLANS_KEPT
    )
    # A plan that is being applied right now is locked, and skipped.
    plans = list(abandoned.select_for_update(skip_locked=True).values_list("pk", flat=True))
    PaymentImport.with_incomplete.filter(pk__in=plans).delete()
    return len(plans)


@write_transaction
def forget_payment_plan(number: int) -> None:
    """Delete the plan, unless it was applied."""
    PaymentImport.objects.filter(pk=number, state=ImportState.PLANNED).delete()
