"""Who may know what about an order. Every door asks here, and so does anything that reports on orders."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from orders.models import EventKind, OrderEvent

# Fields that reveal who ordered, by their names in the API and in the facts of timelines.
PERSONAL = ("email", "shipping_address")
# Comments, and which mail was sent again, are for colleagues only.
FOR_STAFF_ONLY = (EventKind.COMMENT, EventKind.EMAIL_SENT_AGAIN)


def may_know_customers(user: User) -> bool:
    """Tell whether the user may know who ordered: some staff may see orders without that."""
    return not user.is_staff or user.has_perm("accounts.view_customer")


def may_know_promos(user: User) -> bool:
    """Tell whether the user may know promo codes: customers know their own, some staff may not know any."""
    return not user.is_staff or user.has_perm("orders.view_promocode")


def events_told_to(user: User, events: QuerySet[OrderEvent]) -> QuerySet[OrderEvent]:
    """Leave the entries that this user may see of an order that they may see."""
    return events if user.is_staff else events.exclude(kind__in=FOR_STAFF_ONLY)


def facts_told_to(user: User, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an entry's facts; if the user may not know customers, changes of personal fields are None."""
    if "changes" not in facts or may_know_customers(user):
        return facts
    told = {name: None if name in PERSONAL else change for name, change in facts["changes"].items()}
    return {**facts, "changes": told}
