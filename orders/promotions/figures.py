"""What a promo code, or a promotion with all its codes, brought and cost."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, F, Min, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from backoffice.money import rounded
from orders.models import Order, PromoCode, PromoState, Promotion, Redemption, RedemptionState
from orders.reports import days_between, placed_on


@dataclass(frozen=True, slots=True)
class PromoFigures:
    """Figures over the orders that still use the code or promotion; revenue is net of credits."""

    orders: int
    customers: int
    revenue: Decimal
    discount: Decimal
    first_used_at: datetime | None
    revenue_since: Decimal

    @property
    def discount_share(self) -> Decimal | None:
        """Return the discount as a percentage of what the goods would have cost without it."""
        before = self.revenue + self.discount
        return round(100 * self.discount / before, 1) if before else None

    @property
    def revenue_share(self) -> Decimal | None:
        """Return its revenue as a percentage of the shop's since its first use."""
        return round(100 * self.revenue / self.revenue_since, 1) if self.revenue_since else None


@dataclass(frozen=True, slots=True)
class CodesUsed:
    """How far the codes of a promotion are used up; `limit` and `left` are None without a limit."""

    codes: int
    used: int
    used_up: int
    paused: int
    uses: int
    limit: int | None

    @property
    def left(self) -> int | None:
        return None if self.limit is None else self.limit - self.uses


def promo_figures(of: PromoCode | Promotion) -> PromoFigures:
    """Compute the figures in two statements, however many orders and codes there are."""
    row = _uses(of).aggregate(
        orders=Count("pk"),
        customers=Count("customer", distinct=True),
        revenue=Sum("order__net"),
        discount=Sum("discount"),
        first=Min("redeemed_at"),
    )
    first = row["first"]
    since = Order.objects.filter(placed_at__gte=first).aggregate(sum=Sum("net"))["sum"] if first else None
    return PromoFigures(
        orders=row["orders"],
        customers=row["customers"],
        revenue=rounded(row["revenue"] or 0),
        discount=rounded(row["discount"] or 0),
        first_used_at=first,
        revenue_since=rounded(since or 0),
    )


def uses_by_day(of: PromoCode | Promotion, first: date, last: date) -> list[tuple[date, int]]:
    """Return how often it was used on each day from first to last."""
    rows = (
        _uses(of)
        .filter(placed_on(first, last, "redeemed_at"))
        .order_by()
        .values_list(TruncDate("redeemed_at"))
        .annotate(uses=Count("pk"))
    )
    found = dict(rows)
    return [(day, found.get(day, 0)) for day in days_between(first, last)]


def codes_used(promotion: Promotion) -> CodesUsed:
    """Count how far the codes are used up, in one statement."""
    return codes_used_of([promotion.pk]).get(promotion.pk, CodesUsed(0, 0, 0, 0, 0, 0))


def codes_used_of(promotions: Iterable[int]) -> dict[int, CodesUsed]:
    """Return the same by promotion, in one statement; a promotion without codes is left out."""
    rows = (
        PromoCode.objects.filter(promotion__in=promotions)
        .order_by()
        .values("promotion")
        .annotate(
            codes=Count("pk"),
            used=Count("pk", filter=Q(times_used__gt=0)),
            used_up=Count("pk", filter=Q(times_used__gte=F("max_uses"))),
            paused=Count("pk", filter=Q(is_paused=True)),
            uses=Sum("times_used"),
            limit=Sum("max_uses"),
            unlimited=Count("pk", filter=Q(max_uses=None)),
        )
    )
    return {
        row["promotion"]: CodesUsed(
            codes=row["codes"],
            used=row["used"],
            used_up=row["used_up"],
            paused=row["paused"],
            uses=row["uses"],
            limit=None if row["unlimited"] else row["limit"],
        )
        for row in rows
    }


def promotion_state(promotion: Promotion, *, has_uses_left: bool) -> PromoState:
    """Return the state of those of its codes that are not paused alone."""
    state = PromoCode(promotion=promotion).state
    return PromoState.USED_UP if state != PromoState.EXPIRED and not has_uses_left else state


def _uses(of: PromoCode | Promotion) -> QuerySet[Redemption]:
    return of.redemptions.filter(state=RedemptionState.ACTIVE)
