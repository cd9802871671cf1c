"""The books are proved every hour, and whoever runs the shop hears of it when they do not balance."""

from datetime import datetime

from accounts.models import User
from backoffice.db.transactions import write_transaction
from backoffice.jobs import once_per_slot
from backoffice.outbox.queueing import queue_email
from catalog.audit import Discrepancy, audit_stock
from orders.audit import audit_orders

JOB = "prove-the-books"
LONGEST_ALERT = 50


def prove_the_books(now: datetime) -> list[Discrepancy]:
    """Everything that does not add up; somebody is told, once an hour however many schedulers ask."""
    found = [*audit_stock(), *audit_orders()]
    if found:
        _alert(found, now)
    return found


@write_transaction
def _alert(found: list[Discrepancy], now: datetime) -> None:
    hour = now.replace(minute=0, second=0, microsecond=0)
    if not once_per_slot(JOB, hour):
        return
    context = {
        "found": [
            {"subject": each.subject, "check": each.check, "detail": each.detail}
            for each in found[:LONGEST_ALERT]
        ],
        "count": len(found),
        "more": max(0, len(found) - LONGEST_ALERT),
    }
    for reader in _readers():
        queue_email(
            cause=f"invariants:{hour:%Y-%m-%dT%H}", template="invariants", recipient=reader, context=context
        )


def _readers() -> list[str]:
    """Superusers, who can do something about it, and managers."""
    staff = User.objects.filter(is_active=True, is_staff=True)
    readers = staff.filter(is_superuser=True) | staff.filter(groups__name="Manager")
    return list(readers.distinct().order_by("email").values_list("email", flat=True))
