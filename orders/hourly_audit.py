"""The hourly audit of the books, which alerts whoever runs the shop when they do not balance."""

from datetime import datetime

from backoffice.db.transactions import write_transaction
from backoffice.jobs import once_per_slot
from catalog.audit import Discrepancy, audit_stock
from orders.audit import audit_orders
from orders.emails.audience import tell
from orders.emails.contexts import BOOKS_DO_NOT_BALANCE, Happening
from orders.payments.audit import audit_payments

JOB = "prove-the-books"


def prove_the_books(now: datetime) -> list[Discrepancy]:
    """Return all discrepancies, and mail them, once an hour however many schedulers ask."""
    found = [*audit_stock(), *audit_orders(), *audit_payments()]
    if found:
        _alert(found, now)
    return found


@write_transaction
def _alert(found: list[Discrepancy], now: datetime) -> None:
    hour = now.replace(minute=0, second=0, microsecond=0)
    if not once_per_slot(JOB, hour):
        return
    discrepancies = [{"subject": each.subject, "check": each.check, "detail": each.detail} for each in found]
    tell(Happening(BOOKS_DO_NOT_BALANCE, hour, {"found": discrepancies}))
