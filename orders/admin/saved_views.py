"""The tabs over the lists: named conditions, which the lists narrow by and the navigation counts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.models import PromoState, Return
from orders.models.promo import PromoCodeQuerySet
from orders.reports import LATE_AFTER
from orders.status import OPEN_STATUSES, OrderStatus

ENDING_SOON = timedelta(days=7)
KNOWS_PAYMENTS = "orders.view_payment_state"


@dataclass(frozen=True, slots=True)
class OrderView:
    """A view of orders; `counted` names the figure of OpenOrders that its tab shows."""

    key: str
    title: str | Promise
    condition: Callable[[datetime], Q | Exists]
    empty_title: str | Promise
    empty_text: str | Promise
    counted: str = ""
    # The permission that it takes beside that to see orders.
    needs: str = ""

    @property
    def is_queue(self) -> bool:
        """Tell whether the view is worked off from the oldest order on."""
        return bool(self.counted)


@dataclass(frozen=True, slots=True)
class PromoView:
    key: str
    title: str | Promise
    narrowed: Callable[[PromoCodeQuerySet, datetime], PromoCodeQuerySet]
    empty_title: str | Promise
    empty_text: str | Promise


def _with_status(*statuses: OrderStatus) -> Callable[[datetime], Q]:
    return lambda _now: Q(status__is_one_of=statuses)


def _late(now: datetime) -> Q:
    return Q(status__is_one_of=OPEN_STATUSES, placed_at__lt=now - LATE_AFTER)


def _has_returns(_now: datetime) -> Exists:
    return Exists(Return.objects.filter(order=OuterRef("pk")))


def _overdue(now: datetime) -> Q:
    today = timezone.localdate(now)
    return Q(due__above_zero=True, payment_due_on__isnull=False, payment_due_on__lt=today)


ORDER_VIEWS = (
    OrderView(
        "to_ship",
        _("To ship"),
        _with_status(*OPEN_STATUSES),
        _("Everything is shipped"),
        _("New orders appear here, the oldest first."),
        counted="to_ship",
    ),
    OrderView(
        "late",
        _("Late"),
        _late,
        _("Nothing is late"),
        _("No order has been waiting for more than 24 hours."),
        counted="late",
    ),
    OrderView(
        "part_shipped",
        _("Part-shipped"),
        _with_status(OrderStatus.PARTIALLY_SHIPPED),
        _("No order is shipped in part"),
        _("Orders of which some units have left and some have not appear here."),
        counted="part_shipped",
    ),
    OrderView(
        "in_transit",
        _("In transit"),
        _with_status(OrderStatus.SHIPPED),
        _("Nothing is in transit"),
        _("Shipped orders stay here until they are marked as delivered."),
    ),
    OrderView(
        "delivered",
        _("Delivered"),
        _with_status(OrderStatus.DELIVERED),
        _("Nothing has been delivered yet"),
        _("Orders appear here when all their parcels have arrived."),
    ),
    OrderView(
        "returns",
        _("Returns"),
        _has_returns,
        _("Nothing has come back"),
        _("Orders appear here once a return is registered on their page."),
    ),
    OrderView(
        "to_pay",
        _("To pay"),
        lambda _now: Q(due__above_zero=True),
        _("Everything is paid"),
        _("Orders of which something is still due appear here."),
        needs=KNOWS_PAYMENTS,
    ),
    OrderView(
        "overdue",
        _("Overdue"),
        _overdue,
        _("Nothing is overdue"),
        _("Orders that should have been paid by now appear here."),
        needs=KNOWS_PAYMENTS,
    ),
    OrderView(
        "to_pay_back",
        _("To pay back"),
        lambda _now: Q(due__below_zero=True),
        _("Nobody is owed anything"),
        _("Orders appear here when more was paid than is due, as after a return."),
        needs=KNOWS_PAYMENTS,
    ),
    OrderView(
        "cancelled",
        _("Cancelled"),
        _with_status(OrderStatus.CANCELLED),
        _("Nothing was cancelled"),
        _("Orders that were called off before they were shipped appear here."),
    ),
)


def _in_state(state: PromoState) -> Callable[[PromoCodeQuerySet, datetime], PromoCodeQuerySet]:
    return lambda codes, now: codes.in_state(state, now)


def _ending_soon(codes: PromoCodeQuerySet, now: datetime) -> PromoCodeQuerySet:
    return codes.in_state(PromoState.ACTIVE, now).filter(promotion__ends_at__lte=now + ENDING_SOON)


PROMO_VIEWS = (
    PromoView(
        "active",
        _("Active"),
        _in_state(PromoState.ACTIVE),
        _("No code is active"),
        _("Codes that customers can use now appear here."),
    ),
    PromoView(
        "scheduled",
        _("Scheduled"),
        _in_state(PromoState.SCHEDULED),
        _("Nothing is scheduled"),
        _("A code whose start lies ahead waits here and starts by itself."),
    ),
    PromoView(
        "ending_soon",
        _("Ending soon"),
        _ending_soon,
        _("No code ends soon"),
        _("Active codes that end within 7 days appear here."),
    ),
    PromoView(
        "expired",
        _("Expired"),
        _in_state(PromoState.EXPIRED),
        _("No code has expired"),
        _("Codes appear here when their end has passed."),
    ),
)
