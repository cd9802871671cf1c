"""Who may know what about an order. Every door asks here, and so does anything that reports on orders.

Some staff may see orders without knowing customers. What customers write, what colleagues write about them,
and where a parcel can be followed to, says as much about them as their address does.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from orders.models import EventKind, Order, OrderEvent, Shipment

# Fields that reveal who ordered, by their names in the API and in the facts of timelines.
PERSONAL = ("email", "shipping_address", "note")
# Fields that tell how far an order is paid.
OF_PAYMENT = ("paid", "waived", "due", "payment", "payment_due_on")
PERSONAL_OF_SHIPMENT = ("tracking_number", "shipping_address")
PERSONAL_FACTS = ("reason", "tracking_number")
# An order may have been somebody else's before its e-mail address was corrected.
OF_WHOEVER_HAD_IT = ("email", "shipping_address")
# Who may see whether an order is paid need not see each payment.
ABOUT_MONEY = (
    EventKind.PAYMENT_RECORDED,
    EventKind.PAID_BACK,
    EventKind.CHARGED_BACK,
    EventKind.ALLOWED,
    EventKind.WRITTEN_OFF,
    EventKind.PAYMENT_REVERSED,
    EventKind.DUE_DATE_CHANGED,
    EventKind.REMINDED,
)
# What colleagues write beside a payment, and whose order it was first booked on.
AMONG_STAFF = ("note", "moved_to", "moved_from")
# Comments are among colleagues who may know the customer, and so is which mail was sent again.
AMONG_COLLEAGUES = (EventKind.COMMENT, EventKind.EMAIL_SENT_AGAIN)


def may_know_customers(user: User) -> bool:
    """Tell whether the user may know who ordered: some staff may see orders without that."""
    return not user.is_staff or user.has_perm("accounts.view_customer")


def may_know_promos(user: User) -> bool:
    """Tell whether the user may know promo codes: customers know their own, some staff may not know any."""
    return not user.is_staff or user.has_perm("orders.view_promocode")


def may_read_emails(user: User) -> bool:
    """Tell whether the user may see the mails about an order, which say who ordered and where it goes."""
    return user.has_perm("outbox.view_emailmessage") and may_know_customers(user)


def may_know_payment_state(user: User) -> bool:
    """Tell whether the user may see what of an order is paid and due: customers see it of their own."""
    return not user.is_staff or user.has_perm("orders.view_payment_state")


def may_know_payments(user: User) -> bool:
    """Tell whether the user may see an order's payments: customers see those of their own, without notes."""
    return not user.is_staff or user.has_perm("orders.view_paymententry")


def note_told_to(user: User, order: Order) -> str:
    """Return the order's note, or "" for whoever may not know customers."""
    return order.note if may_know_customers(user) else ""


def tracking_told_to(user: User | None, shipment: Shipment) -> str:
    """Return the parcel's tracking number, or "" for whoever may not know customers; None is the system."""
    return shipment.tracking_number if user is None or may_know_customers(user) else ""


def events_told_to(user: User, events: QuerySet[OrderEvent]) -> QuerySet[OrderEvent]:
    """Leave the entries that this user may see of an order that they may see.

    Comments are among colleagues who may know the customer.
    """
    hidden: list[EventKind] = []
    if not (user.is_staff and may_know_customers(user)):
        hidden += AMONG_COLLEAGUES
    if not may_know_payments(user):
        hidden += ABOUT_MONEY
    return events.exclude(kind__in=hidden) if hidden else events


def facts_told_to(user: User, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an entry's facts, with None for those that the user may not know.

    Customers learn that an address was corrected, not from what to what.
    """
    if not user.is_staff:
        told = {name: fact for name, fact in facts.items() if name not in AMONG_STAFF}
        return _without_changes(told, OF_WHOEVER_HAD_IT)
    if may_know_customers(user):
        return facts
    hidden = {name: None for name in PERSONAL_FACTS if name in facts}
    return {**_without_changes(facts, (*PERSONAL, *PERSONAL_FACTS)), **hidden}


def _without_changes(facts: Mapping[str, Any], fields: tuple[str, ...]) -> Mapping[str, Any]:
    if "changes" not in facts:
        return facts
    told = {name: None if name in fields else change for name, change in facts["changes"].items()}
    return {**facts, "changes": told}
