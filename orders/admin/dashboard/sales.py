"""What was sold in a period beside the period before: figures, the chart, and orders by status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from backoffice.admin.charts import Chart, Series, bar_chart
from backoffice.money import percent, rounded_to
from backoffice.numbers import grouped
from orders import reports
from orders.admin import words
from orders.admin.dashboard.period import Period, in_words, same_time_the_day_before
from orders.admin.figures import FigureCard, compared
from orders.reports import Sales
from orders.status import OrderStatus

KEPT = tuple(status for status in OrderStatus if status != OrderStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class ComparedSales:
    """Sales by span and in all, of a period and of the one before.

    Today is compared with yesterday up to the same time, `until`.
    """

    now: Sequence[Sales]
    before: Sequence[Sales]
    all_now: Sales
    all_before: Sales
    until: datetime | None


@dataclass(frozen=True, slots=True)
class StatusShare:
    title: str
    count: int
    percent: str
    dot: str
    url: str


def compared_sales(period: Period) -> ComparedSales:
    """Count both periods in one statement."""
    now, before = period.spans(), period.before.spans()
    until = same_time_the_day_before(timezone.now()) if period.key == "today" else None
    moments = sorted({now[-1].ends, *(span.begins for span in (*before, *now)), *([until] if until else [])})
    found = list(zip(moments, reports.sales_between(moments), strict=False))
    return ComparedSales(
        now=[_within(found, span.begins, span.ends) for span in now],
        before=[_within(found, span.begins, span.ends) for span in before],
        all_now=_within(found, now[0].begins, now[-1].ends),
        all_before=_within(found, before[0].begins, until or before[-1].ends),
        until=until,
    )


def _within(found: Sequence[tuple[datetime, Sales]], begins: datetime, ends: datetime) -> Sales:
    return sum((sales for at, sales in found if begins <= at < ends), Sales())


def compared_with(period: Period, sales: ComparedSales) -> str:
    if sales.until:
        at = timezone.localtime(sales.until)
        return _("Compared with yesterday until %(time)s") % {"time": f"{at:%H:%M}"}
    before = period.before
    return _("Compared with %(days)s") % {"days": in_words(before.first, before.last)}


def orders_url(period: Period, statuses: Sequence[str], *more: str) -> str:
    """Return the list of orders placed in the period that are in one of the statuses."""
    chosen = [f"status__exact={status}" for status in statuses]
    return f"{reverse('admin:orders_order_changelist')}?{'&'.join([period.placed, *chosen, *more])}"


def sales_figure(period: Period, sales: ComparedSales) -> FigureCard:
    now, before = sales.all_now.net, sales.all_before.net
    return _money_figure(pgettext("amount", "Sales"), now, before, orders_url(period, KEPT))


def orders_figure(period: Period, sales: ComparedSales) -> FigureCard:
    now, before = sales.all_now.orders, sales.all_before.orders
    url = orders_url(period, KEPT)
    return compared(_("Orders"), now, before, value=grouped(now), was=grouped(before), url=url)


def average_figure(period: Period, sales: ComparedSales) -> FigureCard:
    now, before = sales.all_now.average, sales.all_before.average
    return _money_figure(_("Average order"), now, before, orders_url(period, KEPT))


def credited_figure(period: Period, sales: ComparedSales) -> FigureCard:
    """Say what was given up since of what was sold in the period, and which share that is."""
    now, before = sales.all_now, sales.all_before
    shares = {"now": percent(now.credited_share), "before": percent(before.credited_share)}
    note = (
        _("%(now)s of totals, was %(before)s") % shares
        if before.net + before.credited
        else _("%(now)s of totals") % shares
    )
    url = orders_url(period, (), "credited=yes")
    return FigureCard(_("Credited"), words.money(now.credited), note=note, url=url)


def _money_figure(title: str, now: Decimal, before: Decimal, url: str) -> FigureCard:
    return compared(title, now, before, value=words.money(now), was=words.money(before), url=url)


def sales_chart(period: Period, sales: ComparedSales) -> Chart | None:
    """Draw the sales of the period beside those of the period before; None where nothing was sold."""
    if not any(each.net for each in (*sales.now, *sales.before)):
        return None
    title, column_title = _titles(period)
    now, before = _names(period)
    return bar_chart(
        title,
        [span.label for span in period.spans()],
        Series(now, [each.net for each in sales.now]),
        column_title=column_title,
        before=Series(before, [each.net for each in sales.before]),
        told=lambda amount: words.money(Decimal(amount)),
        told_on_axis=words.whole_money,
    )


def _titles(period: Period) -> tuple[str, str]:
    if period.is_by_hour:
        return _("Sales by hour"), _("Hour")
    if period.is_by_week:
        return _("Sales by week"), _("Week")
    return _("Sales by day"), _("Day")


def _names(period: Period) -> tuple[str, str]:
    """Return what the period and the one before are called in the legend."""
    if period.key == "today":
        return _("Today"), _("Yesterday")
    before = period.before
    return in_words(period.first, period.last), in_words(before.first, before.last)


def status_shares(period: Period, sales: ComparedSales) -> list[StatusShare]:
    counts = sales.all_now.by_status
    whole = sum(counts.values())
    return [
        StatusShare(
            title=str(status.label),
            count=counts.get(status, 0),
            percent=f"{rounded_to(Decimal(100 * counts.get(status, 0)) / whole, 2)}%" if whole else "0%",
            dot=words.STATUS_DOTS[status],
            url=orders_url(period, [status.value]),
        )
        for status in OrderStatus
    ]
