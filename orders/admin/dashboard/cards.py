"""The first page: what needs somebody now, and how the shop does. Cards follow permissions."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.admin.lists import VIEW
from backoffice.numbers import grouped
from orders.admin.dashboard.attention import attention_rows, may_know_any
from orders.admin.dashboard.happened import happened_today
from orders.admin.dashboard.kept import KeptFigures
from orders.admin.dashboard.money import SEES_MONEY, PaymentsCard, payments_card
from orders.admin.dashboard.period import (
    DAYS,
    PERIOD,
    USUAL,
    Period,
    UnclearPeriod,
    in_words,
    named,
    period_of,
)
from orders.admin.dashboard.sales import (
    ComparedSales,
    average_figure,
    compared_sales,
    compared_with,
    credited_figure,
    orders_figure,
    sales_chart,
    sales_figure,
    status_shares,
)
from orders.admin.dashboard.top_products import NET, UNITS, best_of, best_rows
from orders.admin.figures import FigureCard
from orders.admin.navigation import open_order_counts
from orders.payments.report import moved_by_method

SEGMENTS: dict[str, str | Promise] = {
    "today": gettext_lazy("Today"),
    "7d": gettext_lazy("7 days"),
    "30d": gettext_lazy("30 days"),
    "90d": gettext_lazy("90 days"),
}


@dataclass(frozen=True, slots=True)
class Segment:
    title: str
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Picker:
    """The choice of a period: named ones, and one's own days, which are never after `latest`."""

    segments: list[Segment]
    own: str
    is_own: bool
    first: str
    last: str
    latest: str
    compared_with: str


def dashboard_context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what this user may know to the context of the admin's index."""
    context = {**context, "title": _("Dashboard")}
    may = request.user.has_perm
    sees_sales = may("orders.view_order") or may("orders.view_revenue")
    if not sees_sales and not may_know_any(request.user):
        return context
    kept = KeptFigures(request)
    return {
        **context,
        "dashboard_template": "orders/admin/dashboard.html",
        "dashboard_styles": ("backoffice/charts.css", "orders/figures.css", "orders/dashboard.css"),
        **(_about_sales(request, kept) if sees_sales else {}),
        "attention": attention_rows(request, kept) if may_know_any(request.user) else None,
        "happened": happened_today(request, kept),
        "as_of": kept.as_of,
    }


def _about_sales(request: HttpRequest, kept: KeptFigures) -> dict[str, Any]:
    may = request.user.has_perm
    today = timezone.localdate()
    period, complaint = _period(request, today)
    sales = kept.get(_key("sales", period), lambda: compared_sales(period))
    return {
        "picker": _picker(period, sales, today),
        "complaint": complaint,
        "figures": _figures(request, period, sales),
        "shows_revenue": may("orders.view_revenue"),
        "chart": sales_chart(period, sales) if may("orders.view_revenue") else None,
        "statuses": status_shares(period, sales) if may("orders.view_order") else None,
        "best": _best(request, period, kept) if may("catalog.view_product") else None,
        "money": _money(period, kept) if all(map(may, SEES_MONEY)) else None,
    }


def _key(name: str, period: Period) -> str:
    return f"{name}:{period.key}:{period.first}:{period.last}"


def _period(request: HttpRequest, today: date) -> tuple[Period, str]:
    """Return the period that was asked for, or the usual one and why."""
    try:
        return period_of(request.GET, today), ""
    except UnclearPeriod as reason:
        return named(USUAL, today), _("%(reason)s Showing the last 30 days.") % {"reason": reason}


def _picker(period: Period, sales: ComparedSales, today: date) -> Picker:
    return Picker(
        segments=[Segment(str(SEGMENTS[key]), f"?{PERIOD}={key}", key == period.key) for key in DAYS],
        own=in_words(period.first, period.last, with_year=True),
        is_own=not period.key,
        first=period.first.isoformat(),
        last=period.last.isoformat(),
        latest=today.isoformat(),
        compared_with=compared_with(period, sales),
    )


def _figures(request: HttpRequest, period: Period, sales: ComparedSales) -> list[FigureCard]:
    sees_orders, sees_revenue = map(request.user.has_perm, ("orders.view_order", "orders.view_revenue"))
    figures = [
        (sees_orders, lambda: _to_ship_figure(request)),
        (sees_revenue, lambda: sales_figure(period, sales)),
        (sees_orders, lambda: orders_figure(period, sales)),
        (sees_revenue, lambda: average_figure(period, sales)),
        (sees_revenue, lambda: credited_figure(period, sales)),
    ]
    shown = [figure() for is_shown, figure in figures if is_shown]
    return shown if sees_orders else [replace(figure, url="") for figure in shown]


def _to_ship_figure(request: HttpRequest) -> FigureCard:
    counts = open_order_counts(request)
    note = _("%(count)s older than 24 h") % {"count": grouped(counts.late)}
    return FigureCard(
        title=_("To ship"),
        value=grouped(counts.to_ship),
        url=f"{reverse('admin:orders_order_changelist')}?{VIEW}=to_ship",
        note=note if counts.late else _("none older than 24 h"),
        note_tone="bad" if counts.late else "muted",
    )


def _money(period: Period, kept: KeptFigures) -> PaymentsCard:
    moved = kept.get(_key("money", period), lambda: moved_by_method(period.first, period.last))
    return payments_card(period, moved)


def _best(request: HttpRequest, period: Period, kept: KeptFigures) -> list[Any]:
    by = NET if request.user.has_perm("orders.view_revenue") else UNITS
    return best_rows(kept.ranking(_key(f"best-{by}", period), lambda: best_of(period, by)), by)
