"""The daily mail about what runs low."""

from datetime import datetime
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from backoffice.db.transactions import write_transaction
from backoffice.jobs import once_per_slot, this_day
from backoffice.outbox import facts
from backoffice.outbox.queueing import queue_email
from catalog.reorder import Reorder, reorder_list

JOB = "low-stock-digest"
# The hour in the shop's time zone. A shop that was down then sends the mail once it is up again.
HOUR = 7
LONGEST_DIGEST = 50


@write_transaction
def send_digest_once_a_day(now: datetime) -> int:
    """Queue the day's mails and return how many: 0 before the hour, if sent already, or if nothing is low."""
    if timezone.localtime(now).hour < HOUR or not once_per_slot(JOB, this_day(now)):
        return 0
    low = sorted(reorder_list(now), key=_urgency)
    if not low:
        return 0
    more = len(low) - LONGEST_DIGEST
    context = {
        "products": [_in_words(each) for each in low[:LONGEST_DIGEST]],
        "count": len(low),
        "more": max(0, more),
    }
    readers = _readers()
    cause = f"low-stock:{timezone.localdate(now):%Y-%m-%d}"
    for email, language in readers:
        queue_email(cause=cause, template="low_stock", recipient=email, language=language, context=context)
    return len(readers)


def _urgency(low: Reorder) -> tuple[int, int, str]:
    """Sort by what is available, sold out first; among equals, by what sells most."""
    return low.product.available, -low.quantity, low.product.sku


def _in_words(low: Reorder) -> dict[str, Any]:
    return {
        "sku": low.product.sku,
        "name": low.product.name,
        "available": facts.count(low.product.available),
        "threshold": facts.count(low.product.threshold),
        "quantity": facts.count(low.quantity),
    }


def _readers() -> list[tuple[str, str]]:
    """Return addresses and languages of staff who may move stock; of superusers only when there are none."""
    staff: QuerySet[User] = ModelBackend().with_perm("catalog.move_stock", include_superusers=False)
    readers = list(staff.filter(is_staff=True).order_by("email").values_list("email", "language"))
    superusers = User.objects.filter(is_active=True, is_staff=True, is_superuser=True)
    return readers or list(superusers.order_by("email").values_list("email", "language"))
