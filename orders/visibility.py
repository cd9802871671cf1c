"""Who may know what of an order. Every door asks here, and so does whatever tells others of orders."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from orders.models import EventKind, OrderEvent

# Fields that tell who ordered, by their names in the API and in what timelines keep.
PERSONAL = ("email", "shipping_address")
# Colleagues comment among themselves.
FOR_STAFF_ONLY = (EventKind.COMMENT,)


def may_know_customers(user: User) -> bool:
    """Customers know themselves; some staff may see orders but not who placed them."""
    return not user.is_staff or user.has_perm("accounts.view_customer")


def may_know_promos(user: User) -> bool:
    """Customers know the code they used; some staff may not know codes."""
    return not user.is_staff or user.has_perm("orders.view_promocode")


def events_told_to(user: User, events: QuerySet[OrderEvent]) -> QuerySet[OrderEvent]:
    """Those of the entries that this reader may know of, if they may see the order."""
    return events if user.is_staff else events.exclude(kind__in=FOR_STAFF_ONLY)


def facts_told_to(user: User, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """An entry's facts; of a personal field that changed, whoever may not know customers gets None."""
    if "changes" not in facts or may_know_customers(user):
        return facts
    told = {name: None if name in PERSONAL else change for name, change in facts["changes"].items()}
    return {**facts, "changes": told}
