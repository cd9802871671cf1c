"""The first page: what needs somebody now, and how the shop does. Cards follow permissions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice import dates
from backoffice.admin.lists import VIEW
from backoffice.admin.short_cache import acted_at, remembered
from catalog.models import Product
from orders import reports
from orders.admin import words
from orders.admin.dashboard.charts import Chart, Series, bars_per_day
from orders.admin.navigation import open_order_counts
from orders.admin.saved_views import ENDING_SOON
from orders.placing.open_limits import large_holders
from orders.reports import Day, Sales
from orders.status import OrderStatus

PERIOD_DAYS = 30
KEPT_SECONDS = 60
ROWS = 8


@dataclass(frozen=True, slots=True)
class FigureCard:
    """A card with one number and what it means; the card and its note may each link to a page."""

    title: str
    value: str
    note: str = ""
    note_tone: str = "muted"
    change: str = ""
    change_tone: str = "muted"
    url: str = ""
    note_url: str = ""


@dataclass(frozen=True, slots=True)
class StatusBar:
    title: str
    count: int
    percent: int
    tone: str
    url: str


@dataclass(frozen=True, slots=True)
class LowProduct:
    pk: int
    sku: str
    name: str
    available: int
    threshold: int


@dataclass(frozen=True, slots=True)
class LowStock:
    count: int
    products: list[LowProduct]


@dataclass(frozen=True, slots=True)
class LargeHolder:
    url: str
    name: str
    holds: str


@dataclass(frozen=True, slots=True)
class EndingCode:
    url: str
    code: str
    discount: str
    ends: str
    used: str


def dashboard_context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the figures that this user may see to the context of the admin's index."""
    may = request.user.has_perm
    days = _days(request) if may("orders.view_order") or may("orders.view_revenue") else []
    low = _kept(request, "low-stock", _low_stock) if may("catalog.view_product") else None
    figures = [*_order_figures(request, days), *([_low_stock_figure(low)] if low else [])]
    context = {**context, "title": _("Dashboard")}
    if not figures:
        return context
    return {
        **context,
        "dashboard_template": "orders/admin/dashboard.html",
        "dashboard_styles": ("orders/figures.css", "orders/dashboard.css"),
        "figures": figures,
        "revenue_chart": _revenue_chart(days) if may("orders.view_revenue") else None,
        "statuses": _statuses(request) if may("orders.view_order") else None,
        "low_stock": low,
        "large_holders": (
            _large_holders(request) if may("orders.view_order") and may("accounts.view_customer") else []
        ),
        "ending_codes": _ending_codes(request) if may("orders.view_promocode") else None,
    }


def _kept[T](request: HttpRequest, name: str, compute: Callable[[], T]) -> T:
    return remembered(name, KEPT_SECONDS, compute, since=acted_at(request))


def _days(request: HttpRequest) -> list[Day]:
    """Return the days of the previous period, followed by those of this one."""
    today = timezone.localdate()
    first = today - timedelta(days=2 * PERIOD_DAYS - 1)
    return _kept(request, f"days:{today}", lambda: reports.sales_by_day(first, today))


def _order_figures(request: HttpRequest, days: list[Day]) -> list[FigureCard]:
    may = request.user.has_perm
    before, now = reports.summed(days[:PERIOD_DAYS]), reports.summed(days[PERIOD_DAYS:])
    figures = [_to_ship_figure(request)] if may("orders.view_order") else []
    if may("orders.view_revenue"):
        figures.append(_revenue_figure(now, before))
    if may("orders.view_order"):
        figures.append(_orders_figure(now, before))
    if may("orders.view_revenue"):
        figures.append(_average_figure(now, before))
    return figures


def _to_ship_figure(request: HttpRequest) -> FigureCard:
    counts = open_order_counts(request)
    orders = reverse("admin:orders_order_changelist")
    return FigureCard(
        title=_("To ship"),
        value=f"{counts.to_ship:,}",
        url=f"{orders}?{VIEW}=to_ship",
        note=(
            _("%(count)s older than 24 h") % {"count": f"{counts.late:,}"}
            if counts.late
            else _("none older than 24 h")
        ),
        note_tone="warn" if counts.late else "muted",
        note_url=f"{orders}?{VIEW}=late" if counts.late else "",
    )


def _revenue_figure(now: Sales, before: Sales) -> FigureCard:
    title = _("Revenue, %(days)s days") % {"days": PERIOD_DAYS}
    return _compared_figure(title, words.money(now.revenue), now.revenue, before.revenue)


def _orders_figure(now: Sales, before: Sales) -> FigureCard:
    title = _("Orders, %(days)s days") % {"days": PERIOD_DAYS}
    return _compared_figure(title, f"{now.orders:,}", now.orders, before.orders)


def _average_figure(now: Sales, before: Sales) -> FigureCard:
    return _compared_figure(_("Average order"), words.money(now.average), now.average, before.average)


def _compared_figure(title: str, value: str, now: Decimal | int, before: Decimal | int) -> FigureCard:
    if not before:
        return FigureCard(title, value, note=_("nothing to compare with"))
    note = _("vs previous %(days)s days") % {"days": PERIOD_DAYS}
    change = round(100 * (Decimal(now) - before) / before)
    tone = "good" if change > 0 else "bad" if change < 0 else "muted"
    sign = "−" if change < 0 else "+" if change else ""
    return FigureCard(title, value, note=note, change=f"{sign}{abs(change):,} %", change_tone=tone)


def _low_stock_figure(low: LowStock) -> FigureCard:
    return FigureCard(
        title=_("Low stock"),
        value=f"{low.count:,}",
        note=_("at or under their threshold") if low.count else _("all above their threshold"),
        note_tone="warn" if low.count else "muted",
        url=f"{reverse('admin:catalog_product_changelist')}?{VIEW}=low",
    )


def _revenue_chart(days: list[Day]) -> Chart | None:
    before, now = days[:PERIOD_DAYS], days[PERIOD_DAYS:]
    if not any(day.revenue for day in days):
        return None
    return bars_per_day(
        _("Revenue per day, last %(days)s days") % {"days": PERIOD_DAYS},
        [day.date for day in now],
        Series(_("Revenue"), [day.revenue for day in now]),
        dashed=Series(_("Previous %(days)s days") % {"days": PERIOD_DAYS}, [day.revenue for day in before]),
        currency=settings.SHOP_CURRENCY,
    )


def _statuses(request: HttpRequest) -> list[StatusBar]:
    since: date = timezone.localdate() - timedelta(days=PERIOD_DAYS - 1)
    counts = _kept(request, f"statuses:{since}", lambda: reports.orders_by_status(since))
    whole = sum(counts.values())
    orders = reverse("admin:orders_order_changelist")
    return [
        StatusBar(
            title=str(status.label),
            count=count,
            percent=round(100 * count / whole) if whole else 0,
            tone=words.STATUS_TONES[status],
            url=f"{orders}?status__exact={status.value}",
        )
        for status, count in counts.items()
        if status != OrderStatus.PARTIALLY_SHIPPED or count
    ]


def _low_stock() -> LowStock:
    low = Product.objects.low_stock()
    worst = low.order_by("available", "sku")[:ROWS]
    rows = [LowProduct(each.pk, each.sku, each.name, each.available, each.threshold) for each in worst]
    return LowStock(low.count(), rows)


def _large_holders(request: HttpRequest) -> list[LargeHolder]:
    found = _kept(request, "large-holders", lambda: large_holders(ROWS))
    return [
        LargeHolder(reverse("admin:accounts_customer_change", args=[each.customer_id]), each.name, each.holds)
        for each in found
    ]


def _ending_codes(request: HttpRequest) -> list[EndingCode]:
    """Return single codes and promotions with many codes that end soon, the next to end first."""
    until = timezone.now() + ENDING_SOON
    codes = _kept(request, "ending-codes", lambda: reports.codes_ending_before(until, limit=ROWS))
    batches: list[Any] = _kept(
        request, "ending-batches", lambda: reports.batches_ending_before(until, limit=ROWS)
    )
    found = [
        *(("promocode", code.pk, code.code, code.promotion, words.uses(code)) for code in codes),
        *(("promotion", batch.pk, batch.name, batch, f"{batch.uses or 0:,}") for batch in batches),
    ]
    found.sort(key=lambda row: row[3].ends_at or until)
    return [
        EndingCode(
            url=reverse(f"admin:orders_{model}_change", args=[pk]),
            code=title,
            discount=promotion.discount_in_words,
            ends=dates.end(promotion.ends_at),
            used=used,
        )
        for model, pk, title, promotion, used in found[:ROWS]
    ]
