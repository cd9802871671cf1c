"""The status of an order, which action is allowed in which status, and how far it is paid."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrderStatus(TextChoices):
    PENDING = "pending", _("Pending")
    PARTIALLY_SHIPPED = "partially_shipped", _("Part-shipped")
    SHIPPED = "shipped", _("In transit")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")


class Action(TextChoices):
    EDIT = "edit", _("Edit")
    SHIP = "ship", _("Ship")
    CORRECT_SHIPMENT = "correct_shipment", _("Correct shipment")
    UNDO_SHIPMENT = "undo_shipment", _("Undo shipment")
    DELIVER = "deliver", _("Deliver")
    CANCEL = "cancel", pgettext_lazy("an order", "Cancel")
    RETURN = "return", _("Register return")
    SEND_AGAIN = "send_again", _("Send e-mail again")
    COMMENT = "comment", _("Comment")


ALLOWED: dict[Action, frozenset[OrderStatus]] = {
    Action.EDIT: frozenset({OrderStatus.PENDING, OrderStatus.PARTIALLY_SHIPPED}),
    Action.SHIP: frozenset({OrderStatus.PENDING, OrderStatus.PARTIALLY_SHIPPED}),
    Action.CORRECT_SHIPMENT: frozenset(
        {OrderStatus.PARTIALLY_SHIPPED, OrderStatus.SHIPPED, OrderStatus.DELIVERED}
    ),
    # Which of its shipments, the use case decides: none that was delivered or of which units came back.
    Action.UNDO_SHIPMENT: frozenset({OrderStatus.PARTIALLY_SHIPPED, OrderStatus.SHIPPED}),
    Action.DELIVER: frozenset({OrderStatus.PARTIALLY_SHIPPED, OrderStatus.SHIPPED}),
    # Cancelling a cancelled order again changes nothing, so that a repeated request is harmless.
    Action.CANCEL: frozenset({OrderStatus.PENDING, OrderStatus.PARTIALLY_SHIPPED, OrderStatus.CANCELLED}),
    Action.RETURN: frozenset({OrderStatus.PARTIALLY_SHIPPED, OrderStatus.SHIPPED, OrderStatus.DELIVERED}),
    Action.SEND_AGAIN: frozenset(OrderStatus),
    Action.COMMENT: frozenset(OrderStatus),
}
OPEN_STATUSES = (OrderStatus.PENDING, OrderStatus.PARTIALLY_SHIPPED)


def is_allowed(action: Action, status: OrderStatus | str) -> bool:
    return OrderStatus(status) in ALLOWED[action]


class Counters(Protocol):
    """How far the units of one line have come."""

    quantity: int
    shipped: int
    delivered: int
    cancelled: int


def status_of(lines: Iterable[Counters]) -> OrderStatus:
    """Return the status that follows from the lines' counters; units that came back do not change it."""
    lines = list(lines)
    still_open = sum(line.quantity - line.cancelled - line.shipped for line in lines)
    shipped = sum(line.shipped for line in lines)
    delivered = sum(line.delivered for line in lines)
    if not shipped:
        return OrderStatus.PENDING if still_open else OrderStatus.CANCELLED
    if still_open:
        return OrderStatus.PARTIALLY_SHIPPED
    return OrderStatus.DELIVERED if delivered == shipped else OrderStatus.SHIPPED


class PaymentState(TextChoices):
    """How far an order is paid; derived from what is due and paid, and never set."""

    TO_PAY = "to_pay", _("To pay")
    PART_PAID = "part_paid", _("Part-paid")
    PAID = "paid", _("Paid")
    TO_PAY_BACK = "to_pay_back", _("To pay back")
    NOTHING_TO_PAY = "nothing_to_pay", _("Nothing to pay")


def payment_state_of(*, due: Decimal, paid: Decimal) -> PaymentState:
    if due < 0:
        return PaymentState.TO_PAY_BACK
    if due:
        return PaymentState.PART_PAID if paid else PaymentState.TO_PAY
    return PaymentState.PAID if paid else PaymentState.NOTHING_TO_PAY


# The same as `payment_state_of`, for the database.
IN_PAYMENT_STATE: dict[PaymentState, Q] = {
    PaymentState.TO_PAY: Q(due__above_zero=True, paid=0),
    PaymentState.PART_PAID: Q(due__above_zero=True, paid__above_zero=True),
    PaymentState.PAID: Q(due=0, paid__above_zero=True),
    PaymentState.TO_PAY_BACK: Q(due__below_zero=True),
    PaymentState.NOTHING_TO_PAY: Q(due=0, paid=0),
}
