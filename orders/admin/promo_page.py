"""What a promo code brought and cost, above its form."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import User
from backoffice.money import percent
from backoffice.remembered import remembered
from orders.admin import words
from orders.admin.charts import Chart, Series, bars_per_day
from orders.admin.dashboard import Figure
from orders.models import PromoCode, Promotion
from orders.promotions import PromoFigures, promo_figures, uses_by_day

CHART_DAYS = 30
KEPT_SECONDS = 60
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class PromoPage:
    promo_code: PromoCode
    label: SafeString
    discount: str
    window: str
    figures: list[Figure]
    uses: str
    used_percent: int | None
    chart: Chart | None
    terms: list[tuple[str, str]]


def page_of(promo_code: PromoCode, user: User | AnonymousUser) -> PromoPage:
    figures = remembered(
        f"promo:{promo_code.pk}:{promo_code.times_used}",
        KEPT_SECONDS,
        lambda: promo_figures(promo_code),
    )
    return PromoPage(
        promo_code=promo_code,
        label=words.state_label(promo_code.state),
        discount=promo_code.promotion.discount_in_words,
        window=words.window(promo_code.promotion),
        figures=_cards(figures, shows_revenue=user.has_perm("orders.view_revenue")),
        uses=words.uses(promo_code),
        used_percent=_used_percent(promo_code),
        chart=_chart(promo_code) if figures.orders else None,
        terms=_terms(promo_code),
    )


def _cards(figures: PromoFigures, *, shows_revenue: bool) -> list[Figure]:
    cards = [Figure("Orders", f"{figures.orders:,}", note=words.counted(figures.customers, "customer"))]
    if shows_revenue:
        cards.append(Figure("Revenue", words.money(figures.revenue), note=_share_of_revenue(figures)))
        share = figures.discount_share
        note = f"{percent(share)} of the full price" if share is not None else "not used yet"
        cards.append(Figure("Discount given", words.money(figures.discount), note=note))
    return cards


def _share_of_revenue(figures: PromoFigures) -> str:
    share = figures.revenue_share
    return f"after discount, {percent(share)} of all since" if share is not None else "after discount"


def _used_percent(promo_code: PromoCode) -> int | None:
    limit = promo_code.max_uses
    return min(100, round(100 * promo_code.times_used / limit)) if limit else None


def _chart(promo_code: PromoCode) -> Chart:
    """Uses per day: of the last thirty days, or of the thirty before its end."""
    last = _last_day(promo_code)
    days = uses_by_day(promo_code, last - timedelta(days=CHART_DAYS - 1), last)
    return bars_per_day("Uses per day", [day for day, _ in days], Series("Uses", [uses for _, uses in days]))


def _last_day(promo_code: PromoCode) -> date:
    ends_at = promo_code.promotion.ends_at
    now = timezone.now()
    return timezone.localdate(ends_at if ends_at and ends_at < now else now)


def _terms(promo_code: PromoCode) -> list[tuple[str, str]]:
    """The terms in words, for those who may see and not change them."""
    promotion = promo_code.promotion
    per_customer = promotion.max_uses_per_customer
    return [
        ("Name", promotion.name),
        ("Discount", promotion.discount_in_words),
        ("Minimum spend", words.money(promotion.minimum_spend) if promotion.minimum_spend else "none"),
        ("Applies to", _applies_to(promotion)),
        ("Window", words.window(promotion)),
        ("Uses in total", f"{promo_code.max_uses:,}" if promo_code.max_uses else "no limit"),
        ("Uses per customer", f"{per_customer:,}" if per_customer else "no limit"),
        ("First order only", "yes" if promotion.first_order_only else "no"),
    ]


def _applies_to(promotion: Promotion) -> str:
    things = [*promotion.categories.all(), *promotion.products.all()[:MOST_NAMED]]
    return ", ".join(map(str, things)) or "everything"
