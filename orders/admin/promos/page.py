"""What a promo code, or a batch of codes, brought and cost, above its form."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import User
from backoffice.admin.short_cache import remembered
from backoffice.money import percent
from orders.admin import words
from orders.admin.dashboard.cards import Figure
from orders.admin.dashboard.charts import Chart, Series, bars_per_day
from orders.admin.promos.history import Entry, history_of
from orders.admin.promos.orders import Uses, uses_of
from orders.models import PromoCode, PromoState, Promotion
from orders.promotions import (
    CodesUsed,
    PromoFigures,
    codes_used,
    promo_figures,
    promotion_state,
    uses_by_day,
)

CHART_DAYS = 30
KEPT_SECONDS = 60
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Bar:
    """How far something is used up; `percent` is None without a limit."""

    title: str
    value: str
    note: str
    tone: str
    percent: int | None


@dataclass(frozen=True, slots=True)
class PromoPage:
    title: str
    labels: list[SafeString]
    discount: str
    window: str
    figures: list[Figure]
    bar: Bar
    chart: Chart | None
    terms: list[tuple[str, str]]
    uses: Uses | None
    history: list[Entry]
    # Of a code that belongs to a batch.
    batch: Promotion | None = None
    batch_url: str = ""
    batch_is_paused: bool = False
    # Of a batch.
    codes_title: str = ""
    codes_url: str = ""


def page_of(promo_code: PromoCode, request: HttpRequest) -> PromoPage:
    promotion = promo_code.promotion
    figures = remembered(
        f"promo:{promo_code.pk}:{promo_code.times_used}", KEPT_SECONDS, lambda: promo_figures(promo_code)
    )
    batch = promotion if promotion.is_batch else None
    return PromoPage(
        title=promo_code.code,
        labels=_labels(promo_code),
        discount=promotion.discount_in_words,
        window=words.window(promotion),
        figures=cards_of(figures, request.user),
        bar=_uses_bar(promo_code),
        chart=_chart(promo_code, promotion) if figures.orders else None,
        terms=_terms(promotion, _limit("Uses in total", promo_code.max_uses)),
        uses=uses_of(promo_code, request),
        history=history_of(promo_code, _reader(request)),
        batch=batch,
        batch_url=reverse("admin:orders_promotion_change", args=[batch.pk]) if batch else "",
        batch_is_paused=promotion.is_paused,
    )


def batch_page_of(batch: Promotion, request: HttpRequest) -> PromoPage:
    codes = codes_used(batch)
    figures = remembered(f"batch:{batch.pk}:{codes.uses}", KEPT_SECONDS, lambda: promo_figures(batch))
    return PromoPage(
        title=batch.name,
        labels=[words.state_label(promotion_state(batch, has_uses_left=codes.left != 0))],
        discount=batch.discount_in_words,
        window=words.window(batch),
        figures=cards_of(figures, request.user),
        bar=_codes_bar(codes),
        chart=_chart(batch, batch) if figures.orders else None,
        terms=_terms(batch, ("Codes", f"{codes.codes:,}")),
        uses=uses_of(batch, request),
        history=history_of(batch, _reader(request)),
        codes_title=words.counted(codes.codes, "code"),
        codes_url=f"{reverse('admin:orders_promocode_changelist')}?batch={batch.pk}",
    )


def cards_of(figures: PromoFigures, user: User | AnonymousUser) -> list[Figure]:
    cards = [Figure("Orders", f"{figures.orders:,}", note=words.counted(figures.customers, "customer"))]
    if user.has_perm("orders.view_revenue"):
        cards.append(Figure("Revenue", words.money(figures.revenue), note=_share_of_revenue(figures)))
        share = figures.discount_share
        note = f"{percent(share)} of the full price" if share is not None else "not used yet"
        cards.append(Figure("Discount given", words.money(figures.discount), note=note))
    return cards


def _reader(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _share_of_revenue(figures: PromoFigures) -> str:
    share = figures.revenue_share
    return f"after discount, {percent(share)} of all since" if share is not None else "after discount"


def _labels(promo_code: PromoCode) -> list[SafeString]:
    """The state; and that it is paused too, for a cancelled order gives its use back."""
    labels = [words.state_label(promo_code.state)]
    if promo_code.is_paused and promo_code.state == PromoState.USED_UP:
        labels.append(words.state_label(PromoState.PAUSED))
    return labels


def _uses_bar(promo_code: PromoCode) -> Bar:
    used, limit = promo_code.times_used, promo_code.max_uses
    left = None if limit is None else limit - used
    return Bar("Uses", words.uses(promo_code), *_what_is_left(left), _share(used, limit))


def _codes_bar(codes: CodesUsed) -> Bar:
    note, tone = _what_is_left(codes.left)
    if codes.paused:
        note = f"{note}, {codes.paused:,} paused alone"
    return Bar(
        "Codes used", f"{codes.used:,} of {codes.codes:,}", note, tone, _share(codes.used, codes.codes)
    )


def _what_is_left(left: int | None) -> tuple[str, str]:
    if left is None:
        return "no limit of uses", "muted"
    return (f"{words.counted(left, 'use')} left", "muted") if left else ("limit reached", "warn")


def _share(used: int, limit: int | None) -> int | None:
    return min(100, round(100 * used / limit)) if limit else None


def _chart(of: PromoCode | Promotion, promotion: Promotion) -> Chart:
    """Uses per day: of the last thirty days, or of the thirty before its end."""
    last = _last_day(promotion)
    days = uses_by_day(of, last - timedelta(days=CHART_DAYS - 1), last)
    return bars_per_day("Uses per day", [day for day, _ in days], Series("Uses", [uses for _, uses in days]))


def _last_day(promotion: Promotion) -> date:
    ends_at = promotion.ends_at
    now = timezone.now()
    # The end itself is not in the window.
    return timezone.localdate(ends_at - timedelta.resolution if ends_at and ends_at <= now else now)


def _terms(promotion: Promotion, of_code: tuple[str, str]) -> list[tuple[str, str]]:
    """The terms in words, for those who may see and not change them."""
    return [
        ("Name", promotion.name),
        ("Discount", promotion.discount_in_words),
        ("Minimum spend", words.money(promotion.minimum_spend) if promotion.minimum_spend else "none"),
        ("Applies to", _applies_to(promotion)),
        ("Window", words.window(promotion)),
        ("Time zone", settings.TIME_ZONE),
        of_code,
        _limit("Uses per customer", promotion.max_uses_per_customer),
        ("First order only", "yes" if promotion.first_order_only else "no"),
    ]


def _limit(title: str, limit: int | None) -> tuple[str, str]:
    return title, f"{limit:,}" if limit else "no limit"


def _applies_to(promotion: Promotion) -> str:
    if not promotion.is_restricted:
        return "everything"
    things = [*promotion.categories.all(), *promotion.products.all()[:MOST_NAMED]]
    return f"only {', '.join(map(str, things))}" if things else "nothing"
