"""What a promo code, or a promotion with all its codes, brought and cost; shown above the form."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from backoffice import dates
from backoffice.admin.charts import Chart, Label, Series, bar_chart
from backoffice.admin.short_cache import acted_at, remembered
from backoffice.money import percent
from backoffice.numbers import grouped
from orders.admin import words
from orders.admin.figures import FigureCard
from orders.admin.promos.history import PromotionEntry, history_of
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
class UsageBar:
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
    figures: list[FigureCard]
    bar: UsageBar
    chart: Chart | None
    terms: list[tuple[str, str]]
    uses: Uses | None
    history: list[PromotionEntry]
    # Set for a code of a batch.
    promotion: Promotion | None = None
    promotion_url: str = ""
    promotion_is_paused: bool = False
    # Set for a batch.
    codes_title: str = ""
    codes_url: str = ""


def promo_code_page(promo_code: PromoCode, request: HttpRequest) -> PromoPage:
    promotion = promo_code.promotion
    figures = remembered(
        f"promo:{promo_code.pk}:{promo_code.times_used}",
        KEPT_SECONDS,
        lambda: promo_figures(promo_code),
        since=acted_at(request),
    )
    shared = promotion if promotion.is_batch else None
    return PromoPage(
        title=promo_code.code,
        labels=_labels(promo_code),
        discount=promotion.discount_in_words,
        window=dates.window(promotion.starts_at, promotion.ends_at),
        figures=cards_of(figures, request.user),
        bar=_uses_bar(promo_code),
        chart=_chart(promo_code, promotion) if figures.orders else None,
        terms=_terms(promotion, _limit(_("Uses in total"), promo_code.max_uses)),
        uses=uses_of(promo_code, request),
        history=history_of(promo_code, _reader(request)),
        promotion=shared,
        promotion_url=reverse("admin:orders_promotion_change", args=[shared.pk]) if shared else "",
        promotion_is_paused=promotion.is_paused,
    )


def promotion_page(promotion: Promotion, request: HttpRequest) -> PromoPage:
    codes = codes_used(promotion)
    counted_codes = ngettext("%(count)s code", "%(count)s codes", codes.codes)
    figures = remembered(
        f"promotion:{promotion.pk}:{codes.uses}",
        KEPT_SECONDS,
        lambda: promo_figures(promotion),
        since=acted_at(request),
    )
    return PromoPage(
        title=promotion.name,
        labels=[words.state_label(promotion_state(promotion, has_uses_left=codes.left != 0))],
        discount=promotion.discount_in_words,
        window=dates.window(promotion.starts_at, promotion.ends_at),
        figures=cards_of(figures, request.user),
        bar=_codes_bar(codes),
        chart=_chart(promotion, promotion) if figures.orders else None,
        terms=_terms(promotion, (_("Codes"), grouped(codes.codes))),
        uses=uses_of(promotion, request),
        history=history_of(promotion, _reader(request)),
        codes_title=counted_codes % {"count": grouped(codes.codes)},
        codes_url=f"{reverse('admin:orders_promocode_changelist')}?promotion={promotion.pk}",
    )


def cards_of(figures: PromoFigures, user: User | AnonymousUser) -> list[FigureCard]:
    customers = ngettext("%(count)s customer", "%(count)s customers", figures.customers)
    note = customers % {"count": grouped(figures.customers)}
    cards = [FigureCard(_("Orders"), grouped(figures.orders), note=note)]
    if user.has_perm("orders.view_revenue"):
        cards.append(FigureCard(_("Revenue"), words.money(figures.revenue), note=_share_of_revenue(figures)))
        share = figures.discount_share
        note = (
            _("not used yet")
            if share is None
            else _("%(share)s of the full price") % {"share": percent(share)}
        )
        cards.append(FigureCard(_("Discount given"), words.money(figures.discount), note=note))
    return cards


def _reader(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _share_of_revenue(figures: PromoFigures) -> str:
    share = figures.revenue_share
    if share is None:
        return _("after discount")
    return _("after discount, %(share)s of all since") % {"share": percent(share)}


def _labels(promo_code: PromoCode) -> list[SafeString]:
    """Label the state, and a used-up code's pause too: a cancelled order would make the code usable again."""
    labels = [words.state_label(promo_code.state)]
    if promo_code.is_paused and promo_code.state == PromoState.USED_UP:
        labels.append(words.state_label(PromoState.PAUSED))
    return labels


def _uses_bar(promo_code: PromoCode) -> UsageBar:
    used, limit = promo_code.times_used, promo_code.max_uses
    left = None if limit is None else limit - used
    note, tone = _uses_left(left)
    return UsageBar(_("Uses"), words.uses(promo_code), note, tone, _percent_used(used, limit))


def _codes_bar(codes: CodesUsed) -> UsageBar:
    note, tone = _uses_left(codes.left)
    if codes.paused:
        note = _("%(left)s, %(paused)s paused alone") % {"left": note, "paused": grouped(codes.paused)}
    used = _("%(used)s of %(codes)s") % {"used": grouped(codes.used), "codes": grouped(codes.codes)}
    return UsageBar(_("Codes used"), used, note, tone, _percent_used(codes.used, codes.codes))


def _uses_left(left: int | None) -> tuple[str, str]:
    """Return in words how many uses are left, and the tone to show them in."""
    if left is None:
        return _("no limit of uses"), "muted"
    if not left:
        return _("limit reached"), "warn"
    return ngettext("%(count)s use left", "%(count)s uses left", left) % {"count": grouped(left)}, "muted"


def _percent_used(used: int, limit: int | None) -> int | None:
    return min(100, round(100 * used / limit)) if limit else None


def _chart(of: PromoCode | Promotion, promotion: Promotion) -> Chart:
    """Chart the uses per day of the last thirty days, or of the thirty before the promotion ended."""
    last = _last_day(promotion)
    days = uses_by_day(of, last - timedelta(days=CHART_DAYS - 1), last)
    return bar_chart(
        _("Uses per day"),
        [Label(dates.day_of_month(day), dates.day(day)) for day, _uses in days],
        Series(_("Uses"), [uses for _day, uses in days]),
        column_title=_("Day"),
    )


def _last_day(promotion: Promotion) -> date:
    ends_at = promotion.ends_at
    now = timezone.now()
    # The moment of the end is no longer in the window.
    return timezone.localdate(ends_at - timedelta.resolution if ends_at and ends_at <= now else now)


def _terms(promotion: Promotion, of_code: tuple[str, str]) -> list[tuple[str, str]]:
    """Return the terms in words, for those who may see but not change them."""
    spend = words.money(promotion.minimum_spend) if promotion.minimum_spend else _("none")
    return [
        (_("Name"), promotion.name),
        (_("Discount"), promotion.discount_in_words),
        (_("Minimum spend"), spend),
        (_("Applies to"), _what_it_applies_to(promotion)),
        (_("Window"), dates.window(promotion.starts_at, promotion.ends_at)),
        (_("Time zone"), settings.TIME_ZONE),
        of_code,
        _limit(_("Uses per customer"), promotion.max_uses_per_customer),
        (_("First order only"), _("yes") if promotion.first_order_only else _("no")),
    ]


def _limit(title: str, limit: int | None) -> tuple[str, str]:
    return title, grouped(limit) if limit else _("no limit")


def _what_it_applies_to(promotion: Promotion) -> str:
    if not promotion.is_restricted:
        return _("everything")
    things = [*promotion.categories.all(), *promotion.products.all()[:MOST_NAMED]]
    return _("only %(things)s") % {"things": ", ".join(map(str, things))} if things else _("nothing")
