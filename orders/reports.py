"""Figures about the shop's orders; each is one statement that only reads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db import connection
from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.utils import timezone

from backoffice.db.money_fields import MoneyField
from backoffice.moments import start_of_day
from backoffice.money import rounded, rounded_to, zero
from orders.models import Order, OrderLine, PromoCode, PromoState, Promotion
from orders.status import OrderStatus

LATE_AFTER = timedelta(hours=24)
# Each span is a range of the index: grouping by date, SQLite would call Python for every row.
SALES_BY_SPAN = """
    WITH spans (number, begins, ends) AS (VALUES {spans})
    SELECT spans.number, placed.status, COUNT(*), SUM(placed.net), SUM(placed.credited)
    FROM spans
    JOIN orders_order AS placed ON placed.placed_at >= spans.begins AND placed.placed_at < spans.ends
    GROUP BY spans.number, placed.status
"""


@dataclass(frozen=True, slots=True)
class Sales:
    """What was ordered in a span of time: how many orders are in which status, what is left of their value.

    `net` is what was sold minus `credited`: what was given up of it since by cancelling and returning.
    """

    by_status: Mapping[str, int] = field(default_factory=dict)
    net: Decimal = field(default_factory=zero)
    credited: Decimal = field(default_factory=zero)

    def __add__(self, other: "Sales") -> "Sales":
        statuses = {*self.by_status, *other.by_status}
        return Sales(
            {each: self.by_status.get(each, 0) + other.by_status.get(each, 0) for each in statuses},
            self.net + other.net,
            self.credited + other.credited,
        )

    @property
    def orders(self) -> int:
        """How many orders there are without the cancelled ones: it is as though they had not been placed."""
        return sum(self.by_status.values()) - self.by_status.get(OrderStatus.CANCELLED, 0)

    @property
    def average(self) -> Decimal:
        return rounded(self.net / self.orders) if self.orders else zero()

    @property
    def credited_share(self) -> Decimal:
        """Which share of what was sold is credited, in percent."""
        sold = self.net + self.credited
        return rounded_to(100 * self.credited / sold, 1) if sold else Decimal(0)


@dataclass(frozen=True, slots=True)
class ProductSales:
    """How much of one product was sold, without what was cancelled or came back."""

    product_id: int
    units: int
    net: Decimal


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
    # What the customer owes of some orders, and is owed of others.
    due: Decimal
    owed: Decimal


def to_pay_back() -> tuple[int, Decimal]:
    """Return how many orders are to be paid back, and how much in all."""
    return _how_many_and_much(Order.objects.filter(due__below_zero=True))


def overdue(today: date) -> tuple[int, Decimal]:
    """Return how many orders should have been paid before this day, and how much is due of them."""
    return _how_many_and_much(Order.objects.overdue(today))


def _how_many_and_much(orders: QuerySet[Order]) -> tuple[int, Decimal]:
    found = orders.order_by().aggregate(count=Count("pk"), due=Sum("due"))
    return found["count"], rounded(abs(found["due"] or 0))


def placed_on(first: date, last: date, moment: str = "placed_at") -> Q:
    """Return a condition: the moment lies on a day from first to last, in the shop's time zone."""
    return Q(
        **{f"{moment}__gte": start_of_day(first), f"{moment}__lt": start_of_day(last + timedelta(days=1))}
    )


def sales_between(moments: Sequence[datetime]) -> list[Sales]:
    """Return the sales of each span from one of the moments to the next, in one statement."""
    spans = list(pairwise(map(connection.ops.adapt_datetimefield_value, moments)))
    if not spans:
        return []
    places = ", ".join(["(%s, %s, %s)"] * len(spans))
    values = [value for number, span in enumerate(spans) for value in (number, *span)]
    sales = [Sales() for _span in spans]
    with connection.cursor() as cursor:
        cursor.execute(SALES_BY_SPAN.format(spans=places), values)
        for number, status, orders, net, credited in cursor.fetchall():
            sales[number] += Sales({status: orders}, rounded(Decimal(net)), rounded(Decimal(credited)))
    return sales


def top_products(first: date, last: date, *, by: str, limit: int) -> list[ProductSales]:
    """Find what sold best of the orders of these days, by `net` or by `units`."""
    rows = _sold_by_product(first, last).filter(sold_units__gt=0)
    return _product_sales(rows.order_by(f"-sold_{by}", "product")[:limit])


def sales_of_products(products: Iterable[int], first: date, last: date) -> dict[int, ProductSales]:
    """Return how these products sold on these days; one that did not is left out."""
    rows = _sold_by_product(first, last).filter(product__in=list(products))
    return {each.product_id: each for each in _product_sales(rows)}


def _sold_by_product(first: date, last: date) -> QuerySet[Any, Any]:
    lines: QuerySet[Any, Any] = OrderLine.objects.filter(placed_on(first, last, "order__placed_at"))
    return (
        lines.order_by()
        .values("product")
        .annotate(
            sold_units=Sum(F("quantity") - F("cancelled") - F("returned")),
            sold_net=Sum(F("subtotal") - F("discount") - F("credited"), output_field=MoneyField()),
        )
    )


def _product_sales(rows: QuerySet[Any, Any]) -> list[ProductSales]:
    return [
        ProductSales(row["product"], row["sold_units"], rounded(row["sold_net"]))
        for row in rows.values("product", "sold_units", "sold_net")
    ]


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


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


def oldest_open() -> tuple[str, datetime] | None:
    """Return the number of the order that has waited longest, and when it was placed."""
    return Order.objects.open().order_by("placed_at", "id").values_list("number", "placed_at").first()


def codes_ending_before(moment: datetime) -> QuerySet[PromoCode]:
    """Find single codes that still work but will have ended by that moment, the next to end first."""
    return (
        PromoCode.objects.in_state(PromoState.ACTIVE)
        .filter(promotion__ends_at__lte=moment, promotion__is_batch=False)
        .select_related("promotion")
        .order_by("promotion__ends_at", "pk")
    )


def batches_ending_before(moment: datetime, *, limit: int) -> list[Promotion]:
    """Find batches that run but will have ended by that moment, the next to end first."""
    now = timezone.now()
    begun = Q(starts_at=None) | Q(starts_at__lte=now)
    ending = Promotion.objects.filter(
        begun, is_batch=True, is_paused=False, ends_at__gt=now, ends_at__lte=moment
    )
    return list(ending.order_by("ends_at", "pk")[:limit])


def customer_figures(customer_id: int) -> CustomerFigures:
    row = Order.objects.filter(customer=customer_id).aggregate(
        orders=Count("pk"),
        spent=Sum("net"),
        last=Max("placed_at"),
        to_pay=Sum("due", filter=Q(due__above_zero=True)),
        to_pay_back=Sum("due", filter=Q(due__below_zero=True)),
    )
    spent, due, owed = (rounded(row[name] or 0) for name in ("spent", "to_pay", "to_pay_back"))
    return CustomerFigures(row["orders"], spent, row["last"], due, -owed)
