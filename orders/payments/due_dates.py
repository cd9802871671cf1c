"""Changes by when an order is to be paid, whatever has become of it meanwhile."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import Fault, Invalid
from backoffice.shop.table import MOST_DAYS
from orders.held_order import hold, save
from orders.models import EventKind, Order
from orders.payments.details import FIRST_DAY, today
from orders.timeline import happened


@write_transaction
def set_due_date(
    number: str,
    day: date | None,
    *,
    by: Actor,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> Order:
    """Set the last day to pay in time; None is no such day.

    Raises:
        UnknownOrder, Stale, Invalid.
    """
    if day is not None and not FIRST_DAY <= day <= today() + timedelta(days=MOST_DAYS):
        detail = _("Give a day from 2000 on, within a hundred years.")
        raise Invalid(detail, faults=[Fault("/payment_due_on", "validation", detail)])
    order = hold(number, expected_version=expected_version)
    before, order.payment_due_on = order.payment_due_on, day
    if before != day:
        save(order, ["payment_due_on"])
        change = [each.isoformat() if each else "" for each in (before, day)]
        facts = {"changes": {"payment_due_on": change}}
        happened(order, EventKind.DUE_DATE_CHANGED, facts, by=by, at=at or timezone.now())
    return order
