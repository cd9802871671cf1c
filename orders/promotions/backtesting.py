"""What a promotion would have cost: its terms run over past orders. Nothing is written."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median_low
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.errors import Fault, Invalid
from backoffice.money import places, rounded, smallest, zero
from orders.models import Order, OrderLine, PromotionKind
from orders.pricing import PromoReason, Terms, discount_of
from orders.promotions.codes import promo_code_named
from orders.promotions.figures import codes_used
from orders.promotions.terms import (
    PromotionTerms,
    refuse_impossible,
    refuse_impossible_uses,
    terms_of_promotion,
)

MOST_BANDS = 8
READ_AT_ONCE = 5_000


class PastOrder(NamedTuple):
    """An order as a promotion sees it; `eligible` is the value of goods it applies to, before discounts."""

    customer_id: int
    placed_at: datetime
    goods: Decimal
    eligible: Decimal
    had_discount: bool
    is_first: bool


@dataclass(frozen=True, slots=True)
class QualifyingOrder:
    """An order that would have had the discount."""

    placed_at: datetime
    customer_id: int
    goods: Decimal
    discount: Decimal
    had_discount: bool


@dataclass(frozen=True, slots=True)
class Week:
    """A calendar week of the shop's time zone, from Monday on."""

    monday: date
    orders: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Band:
    """How many orders would have had a discount of at least `at_least` and below `below`."""

    at_least: Decimal
    below: Decimal
    orders: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Backtest:
    """The result over the orders placed in [start, end) that were not cancelled.

    Goods are at full price: a discount that an order really had is ignored, and only counted in
    `had_discount`. `revenue` is net of credits, as everywhere. Shipping fees are taken not to change.
    """

    start: datetime
    end: datetime
    orders: int
    revenue: Decimal
    qualifying: int
    customers: int
    had_discount: int
    cost: Decimal
    goods: Decimal
    smallest: Decimal | None
    median: Decimal | None
    largest: Decimal | None
    refused: dict[PromoReason, int]
    bands: tuple[Band, ...]
    weeks: tuple[Week, ...]

    @property
    def share_of_orders(self) -> Decimal | None:
        """Return the qualifying orders in percent of all."""
        return round(Decimal(100 * self.qualifying) / self.orders, 1) if self.orders else None

    @property
    def share_of_revenue(self) -> Decimal | None:
        """Return the cost in percent of the revenue of all orders."""
        return round(100 * self.cost / self.revenue, 1) if self.revenue else None

    @property
    def average_before(self) -> Decimal | None:
        """Return the goods per qualifying order at full price."""
        return rounded(self.goods / self.qualifying) if self.qualifying else None

    @property
    def average_after(self) -> Decimal | None:
        return rounded((self.goods - self.cost) / self.qualifying) if self.qualifying else None


def backtest(
    terms: PromotionTerms, *, start: datetime, end: datetime, max_uses: int | None = None
) -> Backtest:
    """Run the terms over the orders placed in [start, end), in the order in which they came.

    The window and the pause of the terms are left out of account; `max_uses` counts over all customers.

    Raises:
        Invalid: the terms or the period cannot be.
    """
    refuse_impossible(terms)
    refuse_impossible_uses("max_uses", max_uses)
    if not start < end:
        detail = _("The period must end after it starts.")
        raise Invalid(detail, faults=[Fault("/to", "validation", detail)])
    placed = Order.objects.kept().filter(placed_at__gte=start, placed_at__lt=end)
    revenue = rounded(placed.aggregate(sum=Sum("net"))["sum"] or 0)
    refused: Counter[PromoReason] = Counter()
    uses = list(_uses(_past_orders(placed, terms), terms, max_uses, refused))
    discounts = [use.discount for use in uses]
    return Backtest(
        start=start,
        end=end,
        orders=len(uses) + refused.total(),
        revenue=revenue,
        qualifying=len(uses),
        customers=len({use.customer_id for use in uses}),
        had_discount=sum(use.had_discount for use in uses),
        cost=sum(discounts, zero()),
        goods=sum((use.goods for use in uses), zero()),
        smallest=min(discounts, default=None),
        median=median_low(discounts) if discounts else None,
        largest=max(discounts, default=None),
        refused=dict(refused),
        bands=_bands(discounts),
        weeks=_weeks(uses),
    )


def backtest_promo_code(code: str, *, start: datetime, end: datetime) -> Backtest:
    """Back-test the terms and the limit of a code; for a batch, with the limits of its codes added up.

    Raises:
        UnknownPromoCode, Invalid.
    """
    promo_code = promo_code_named(code)
    promotion = promo_code.promotion
    max_uses = codes_used(promotion).limit if promotion.is_batch else promo_code.max_uses
    return backtest(terms_of_promotion(promotion), start=start, end=end, max_uses=max_uses)


def _past_orders(placed: QuerySet[Order], terms: PromotionTerms) -> Iterator[PastOrder]:
    """Read the orders in one statement, and in one more what restricted terms apply to."""
    eligible = _eligible(placed, terms) if terms.is_restricted else None
    earlier = Order.objects.kept().filter(customer=OuterRef("customer"), placed_at__lt=OuterRef("placed_at"))
    rows = placed.annotate(
        had_discount=Q(discount__gt=0),
        is_first=~Exists(earlier) if terms.first_order_only else Value(True),
    ).order_by("placed_at", "pk")
    columns = ("pk", "customer_id", "placed_at", "subtotal", "had_discount", "is_first")
    for pk, customer, placed_at, goods, *flags in rows.values_list(*columns).iterator(READ_AT_ONCE):
        applies_to = goods if eligible is None else eligible.get(pk, zero())
        yield PastOrder(customer, placed_at, goods, applies_to, *map(bool, flags))


def _eligible(placed: QuerySet[Order], terms: PromotionTerms) -> dict[int, Decimal]:
    """Return the value the terms apply to in each order; summing lines is far quicker than asking orders."""
    applies = Q(product__in=terms.product_ids) | Q(product__category__in=terms.category_ids)
    lines = OrderLine.objects.filter(applies, order__in=placed).order_by().values_list("order")
    return {order: rounded(goods) for order, goods in lines.annotate(goods=Sum("subtotal"))}


def _uses(
    past: Iterable[PastOrder], terms: PromotionTerms, max_uses: int | None, refused: Counter[PromoReason]
) -> Iterator[QualifyingOrder]:
    """Yield orders that would have had the discount; count in `refused` why the others would not."""
    priced, limits, decimals = _priced_terms(terms), _Limits(terms, max_uses), places()
    for order in past:
        if reason := limits.refusal(order):
            refused[reason] += 1
            continue
        limits.count(order)
        discount = discount_of(priced, order.eligible, decimals)
        yield QualifyingOrder(order.placed_at, order.customer_id, order.goods, discount, order.had_discount)


class _Limits:
    """The rules of use, with the uses counted so far."""

    def __init__(self, terms: PromotionTerms, max_uses: int | None) -> None:
        self.terms = terms
        self.max_uses = max_uses
        self.uses = 0
        self.uses_of: Counter[int] = Counter()

    def count(self, order: PastOrder) -> None:
        self.uses += 1
        self.uses_of[order.customer_id] += 1

    def refusal(self, order: PastOrder) -> PromoReason | None:
        if self.max_uses is not None and self.uses >= self.max_uses:
            return PromoReason.USED_UP
        limit = self.terms.max_uses_per_customer
        if limit is not None and self.uses_of[order.customer_id] >= limit:
            return PromoReason.ALREADY_USED
        if self.terms.first_order_only and not order.is_first:
            return PromoReason.NOT_FIRST_ORDER
        if order.eligible <= 0:
            return PromoReason.NOTHING_ELIGIBLE
        return PromoReason.MINIMUM_SPEND if order.eligible < self.terms.minimum_spend else None


def _priced_terms(terms: PromotionTerms) -> Terms:
    is_percentage = terms.kind == PromotionKind.PERCENTAGE
    return Terms(
        code="",
        percent_off=terms.percent_off if is_percentage else None,
        amount_off=None if is_percentage else terms.amount_off,
        max_discount=terms.max_discount,
        minimum_spend=terms.minimum_spend,
    )


def _bands(discounts: Sequence[Decimal]) -> tuple[Band, ...]:
    """Return at most eight bands of a round width, from nothing to the largest discount."""
    width = _round_width(max(discounts, default=zero()))
    found: dict[int, list[Decimal]] = {}
    for discount in discounts:
        found.setdefault(int(discount // width), []).append(discount)
    return tuple(_band(index, width, found.get(index, [])) for index in range(max(found, default=-1) + 1))


def _band(index: int, width: Decimal, inside: Sequence[Decimal]) -> Band:
    return Band(rounded(index * width), rounded((index + 1) * width), len(inside), sum(inside, zero()))


def _round_width(largest: Decimal) -> Decimal:
    width = smallest()
    for step in (Decimal(2), Decimal("2.5"), Decimal(2)) * 12:
        if largest < MOST_BANDS * width:
            return width
        width *= step
    return width


def _weeks(uses: Sequence[QualifyingOrder]) -> tuple[Week, ...]:
    """Return every week from the first use to the last, also those without any."""
    discounts: dict[date, list[Decimal]] = {}
    zone = timezone.get_current_timezone()
    for use in uses:
        day = use.placed_at.astimezone(zone).date()
        discounts.setdefault(day - timedelta(days=day.weekday()), []).append(use.discount)
    if not discounts:
        return ()
    first, last = min(discounts), max(discounts)
    mondays = (first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1))
    return tuple(
        Week(monday, len(given := discounts.get(monday, [])), sum(given, zero())) for monday in mondays
    )
