"""The tabs over the lists: named conditions, which the lists narrow by and the navigation counts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from orders.models import PromoState, Return
from orders.models.promo import PromoCodeQuerySet
from orders.reports import LATE_AFTER
from orders.status import OPEN_STATUSES, OrderStatus

ENDING_SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class OrderView:
    """`counted` names the figure of OpenOrders that stands in the tab's title."""

    key: str
    title: str
    condition: Callable[[datetime], Q | Exists]
    empty_title: str
    empty_text: str
    counted: str = ""

    @property
    def is_queue(self) -> bool:
        """Whether it is to be worked off, from the oldest."""
        return bool(self.counted)


@dataclass(frozen=True, slots=True)
class PromoView:
    key: str
    title: str
    narrowed: Callable[[PromoCodeQuerySet, datetime], PromoCodeQuerySet]
    empty_title: str
    empty_text: str


def _with_status(*statuses: OrderStatus) -> Callable[[datetime], Q]:
    return lambda _: Q(status__in=statuses)


def _late(now: datetime) -> Q:
    return Q(status__in=OPEN_STATUSES, placed_at__lt=now - LATE_AFTER)


def _has_returns(_: datetime) -> Exists:
    return Exists(Return.objects.filter(order=OuterRef("pk")))


ORDER_VIEWS = (
    OrderView(
        "to_ship",
        "To ship",
        _with_status(*OPEN_STATUSES),
        "Everything is shipped",
        "New orders appear here, the oldest first.",
        counted="to_ship",
    ),
    OrderView(
        "late",
        "Late",
        _late,
        "Nothing is late",
        "No order has been waiting for more than 24 hours.",
        counted="late",
    ),
    OrderView(
        "part_shipped",
        "Part-shipped",
        _with_status(OrderStatus.PARTIALLY_SHIPPED),
        "No order is shipped in part",
        "Orders of which some units have left and some have not appear here.",
        counted="part_shipped",
    ),
    OrderView(
        "in_transit",
        "In transit",
        _with_status(OrderStatus.SHIPPED),
        "Nothing is in transit",
        "Shipped orders stay here until they are marked as delivered.",
    ),
    OrderView(
        "delivered",
        "Delivered",
        _with_status(OrderStatus.DELIVERED),
        "Nothing has been delivered yet",
        "Orders appear here when all their parcels have arrived.",
    ),
    OrderView(
        "returns",
        "Returns",
        _has_returns,
        "Nothing has come back",
        "Orders appear here once a return is registered on their page.",
    ),
    OrderView(
        "cancelled",
        "Cancelled",
        _with_status(OrderStatus.CANCELLED),
        "Nothing was cancelled",
        "Orders that were called off before they were shipped appear here.",
    ),
)


def _in_state(state: PromoState) -> Callable[[PromoCodeQuerySet, datetime], PromoCodeQuerySet]:
    return lambda codes, now: codes.in_state(state, now)


def _ending_soon(codes: PromoCodeQuerySet, now: datetime) -> PromoCodeQuerySet:
    return codes.in_state(PromoState.ACTIVE, now).filter(promotion__ends_at__lte=now + ENDING_SOON)


PROMO_VIEWS = (
    PromoView(
        "active",
        "Active",
        _in_state(PromoState.ACTIVE),
        "No code is active",
        "Codes that customers can use now appear here.",
    ),
    PromoView(
        "scheduled",
        "Scheduled",
        _in_state(PromoState.SCHEDULED),
        "Nothing is scheduled",
        "A code whose start lies ahead waits here and starts by itself.",
    ),
    PromoView(
        "ending_soon",
        "Ending soon",
        _ending_soon,
        "No code ends soon",
        "Active codes that end within 7 days appear here.",
    ),
    PromoView(
        "expired",
        "Expired",
        _in_state(PromoState.EXPIRED),
        "No code has expired",
        "Codes appear here when their end has passed.",
    ),
)
