"""Figures about the shop's orders; each is one statement that only reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from backoffice.moments import start_of_day
from backoffice.money import rounded, zero
from orders.models import Order, PromoCode, PromoState, Promotion
from orders.status import OrderStatus

LATE_AFTER = timedelta(hours=24)
# Each day is a range of the index: grouping by date, SQLite would call Python for every row.
SALES_BY_DAY = """
    WITH days (number, first, next) AS (VALUES {days})
    SELECT days.number, SUM(CASE placed.status WHEN %s THEN 0 ELSE 1 END), SUM(placed.net)
    FROM days JOIN orders_order AS placed ON placed.placed_at >= days.first AND placed.placed_at < days.next
    GROUP BY days.number
"""


@dataclass(frozen=True, slots=True)
class Day:
    """One calendar day in the shop's time zone. Cancelled orders bring no revenue and are not counted."""

    date: date
    orders: int
    revenue: Decimal


@dataclass(frozen=True, slots=True)
class Sales:
    """What was sold in a period; revenue is net of credits."""

    orders: int
    revenue: Decimal

    @property
    def average(self) -> Decimal:
        return rounded(self.revenue / self.orders) if self.orders else zero()


@dataclass(frozen=True, slots=True)
class OpenOrders:
    """How many orders have units still to ship; how many of them wait too long, or have shipped in part."""

    to_ship: int
    late: int
    part_shipped: int


@dataclass(frozen=True, slots=True)
class CustomerFigures:
    orders: int
    spent: Decimal
    last_order_at: datetime | None


def placed_on(first: date, last: date, moment: str = "placed_at") -> Q:
    """Return a condition: the moment lies on a day from first to last, in the shop's time zone."""
    return Q(
        **{f"{moment}__gte": start_of_day(first), f"{moment}__lt": start_of_day(last + timedelta(days=1))}
    )


def sales_by_day(first: date, last: date) -> list[Day]:
    """Return every day from first to last, also those without orders."""
    days = days_between(first, last)
    if not days:
        return []
    bounds = [
        connection.ops.adapt_datetimefield_value(start_of_day(day))
        for day in (*days, last + timedelta(days=1))
    ]
    ranges = [value for number in range(len(days)) for value in (number, bounds[number], bounds[number + 1])]
    places = ", ".join(["(%s, %s, %s)"] * len(days))
    with connection.cursor() as cursor:
        cursor.execute(SALES_BY_DAY.format(days=places), [*ranges, OrderStatus.CANCELLED])
        sales = {number: (orders, rounded(Decimal(revenue))) for number, orders, revenue in cursor.fetchall()}
    return [Day(day, *sales.get(number, (0, zero()))) for number, day in enumerate(days)]


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def summed(days: Sequence[Day]) -> Sales:
    return Sales(sum(day.orders for day in days), sum((day.revenue for day in days), zero()))


def orders_by_status(since: date) -> dict[OrderStatus, int]:
    """Count the orders placed since that day in each status, also those that have none."""
    rows = (
        Order.objects.filter(placed_at__gte=start_of_day(since))
        .order_by()
        .values_list("status")
        .annotate(orders=Count("pk"))
    )
    found = dict(rows)
    return {status: found.get(status.value, 0) for status in OrderStatus}


def open_orders(now: datetime | None = None) -> OpenOrders:
    now = now or timezone.now()
    counts = (
        Order.objects.open()
        .order_by()
        .aggregate(
            to_ship=Count("pk"),
            late=Count("pk", filter=Q(placed_at__lt=now - LATE_AFTER)),
            part_shipped=Count("pk", filter=Q(status=OrderStatus.PARTIALLY_SHIPPED)),
        )
    )
    return OpenOrders(**counts)


def codes_ending_before(moment: datetime, *, limit: int) -> list[PromoCode]:
    """Find single codes that still work but will have ended by that moment, the next to end first."""
    ending = (
        PromoCode.objects.in_state(PromoState.ACTIVE)
        .filter(promotion__ends_at__lte=moment, promotion__is_batch=False)
        .select_related("promotion")
        .order_by("promotion__ends_at", "pk")
    )
    return list(ending[:limit])


def batches_ending_before(moment: datetime, *, limit: int) -> list[Promotion]:
    """Find batches that run but will have ended by that moment, the next to end first."""
    now = timezone.now()
    begun = Q(starts_at=None) | Q(starts_at__lte=now)
    ending = Promotion.objects.filter(
        begun, is_batch=True, is_paused=False, ends_at__gt=now, ends_at__lte=moment
    )
    return list(ending.annotate(uses=Sum("codes__times_used")).order_by("ends_at", "pk")[:limit])


def customer_figures(customer_id: int) -> CustomerFigures:
    row = Order.objects.filter(customer=customer_id).aggregate(
        orders=Count("pk"), spent=Sum("net"), last=Max("placed_at")
    )
    return CustomerFigures(row["orders"], rounded(row["spent"] or 0), row["last"])
