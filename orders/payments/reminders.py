"""Reminds customers of what is due: when somebody asks for it, and by night so long after the due date."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import SYSTEM, Actor
from backoffice.db.transactions import write_transaction
from backoffice.email_addresses import is_erased
from backoffice.errors import Conflict
from backoffice.moments import start_of_day
from backoffice.shop.in_force import in_force
from orders.held_order import IllegalTransition, hold
from orders.models import EventKind, Order, OrderEvent
from orders.models.order import ORIGINS_WITH_MAIL
from orders.payments.corrections import NothingDue
from orders.timeline import happened


class AlreadyReminded(Conflict):
    code = "already_reminded"
    title = gettext_lazy("Reminded already")


@write_transaction
def remind(number: str, *, by: Actor, at: datetime | None = None) -> OrderEvent:
    """Mail the customer what is due, at most once a day.

    Raises:
        UnknownOrder, NothingDue, AlreadyReminded.
        IllegalTransition: the customer was erased.
    """
    at = at or timezone.now()
    order = hold(number)
    if is_erased(order.email):
        raise IllegalTransition(
            _("The customer of %(order)s was erased: there is nobody to write to.") % {"order": order.number}
        )
    if order.due <= 0:
        raise NothingDue(_("Nothing is due for %(order)s.") % {"order": order.number})
    if _reminders(order).filter(at__gte=start_of_day(timezone.localdate(at))).exists():
        raise AlreadyReminded(_("The customer of %(order)s was reminded today.") % {"order": order.number})
    return _write(order, by=by, at=at)


def remind_overdue(at: datetime | None = None) -> int:
    """Remind of each order that is so long overdue as the settings say, once for each due date.

    Returns how many were reminded. Harmless when several schedulers ask.
    """
    at = at or timezone.now()
    days = in_force().remind_after_days
    if days is None:
        return 0
    overdue = Order.objects.overdue(timezone.localdate(at) - timedelta(days=days - 1))
    told = overdue.filter(origin__in=ORIGINS_WITH_MAIL).order_by("payment_due_on", "id")
    return sum(_remind_once(number, at=at) for number in told.values_list("number", flat=True))


@write_transaction
def _remind_once(number: str, *, at: datetime) -> bool:
    """Remind unless the customer was, since this due date passed, or has paid meanwhile."""
    order = hold(number)
    due_on = order.payment_due_on
    if order.due <= 0 or due_on is None or due_on >= timezone.localdate(at) or is_erased(order.email):
        return False
    late_from = start_of_day(due_on + timedelta(days=1))
    if _reminders(order).filter(facts__due_on=str(due_on), at__gte=late_from).exists():
        return False
    _write(order, by=SYSTEM, at=at)
    return True


def _reminders(order: Order) -> QuerySet[OrderEvent]:
    return OrderEvent.objects.filter(order=order, kind=EventKind.REMINDED)


def _write(order: Order, *, by: Actor, at: datetime) -> OrderEvent:
    due_on = order.payment_due_on
    facts = {"due": str(order.due), "due_on": str(due_on) if due_on else ""}
    return happened(order, EventKind.REMINDED, facts, by=by, at=at, is_keyed=True)
