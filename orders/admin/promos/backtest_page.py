"""The result of a back-test, in words and figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice import dates
from backoffice.admin.charts import Chart, Label, Series, bar_chart
from backoffice.money import percent
from backoffice.numbers import grouped
from orders.admin import words
from orders.admin.figures import FigureCard
from orders.pricing import PromoReason
from orders.promotions import Backtest
from orders.promotions.backtesting import Band

REASONS = {
    PromoReason.USED_UP: gettext_lazy("All uses were taken by then"),
    PromoReason.ALREADY_USED: gettext_lazy("The customer had used it as often as one may"),
    PromoReason.NOT_FIRST_ORDER: gettext_lazy("Not the customer's first order"),
    PromoReason.NOTHING_ELIGIBLE: gettext_lazy("Nothing in it that the promo applies to"),
    PromoReason.MINIMUM_SPEND: gettext_lazy("Below the minimum spend"),
}


@dataclass(frozen=True, slots=True)
class BandRow:
    discount: str
    orders: str
    cost: str
    percent: int


@dataclass(frozen=True, slots=True)
class WeekRow:
    week: str
    orders: str
    cost: str


@dataclass(frozen=True, slots=True)
class BacktestResult:
    found: Backtest
    terms: str
    period: str
    figures: list[FigureCard]
    chart: Chart | None
    weeks: list[WeekRow]
    bands: list[BandRow]
    refused: list[tuple[str, str]]
    had_discount: str


def result_of(found: Backtest, terms: Mapping[str, Any], discount: str) -> BacktestResult:
    """Put the result into words; `terms` is the cleaned data of the form."""
    return BacktestResult(
        found=found,
        terms=" · ".join([discount, *_limits(terms)]),
        period=dates.window(found.start, found.end),
        figures=_figures(found),
        chart=_chart(found),
        weeks=[
            WeekRow(dates.day(week.monday), grouped(week.orders), words.money(week.cost))
            for week in found.weeks
        ],
        bands=_bands(found.bands),
        refused=[(str(REASONS[reason]), grouped(orders)) for reason, orders in _most_first(found.refused)],
        had_discount=_had_discount(found),
    )


def _limits(terms: Mapping[str, Any]) -> list[str]:
    """Return a phrase for each limit of the terms."""
    limits = []
    if terms["minimum_spend"]:
        limits.append(_("minimum spend %(amount)s") % {"amount": words.money(terms["minimum_spend"])})
    if limit := terms["max_uses_per_customer"]:
        told = ngettext("%(count)s use per customer", "%(count)s uses per customer", limit)
        limits.append(told % {"count": grouped(limit)})
    if limit := terms["max_uses"]:
        told = ngettext("%(count)s use in total", "%(count)s uses in total", limit)
        limits.append(told % {"count": grouped(limit)})
    if terms["first_order_only"]:
        limits.append(_("first orders only"))
    if terms["is_restricted"]:
        things = [*terms["categories"], *terms["products"]]
        limits.append(_("only %(things)s") % {"things": ", ".join(map(str, things))})
    return limits


def _figures(found: Backtest) -> list[FigureCard]:
    after = {"before": _money(found.average_before), "after": _money(found.average_after)}
    of_revenue = {"share": _percent(found.share_of_revenue), "revenue": words.money(found.revenue)}
    spread = {"smallest": _money(found.smallest), "largest": _money(found.largest)}
    return [
        FigureCard(_("Orders that qualify"), grouped(found.qualifying), note=_share_of_orders(found)),
        FigureCard(
            _("Cost"),
            words.money(found.cost),
            note=_("%(share)s of the revenue of %(revenue)s") % of_revenue,
        ),
        FigureCard(
            _("Average order"),
            _("%(before)s → %(after)s") % after,
            note=_("goods of an order that qualifies, before and after"),
        ),
        FigureCard(
            _("Discount per order"),
            _money(found.median),
            note=_("the median; from %(smallest)s to %(largest)s") % spread,
        ),
    ]


def _share_of_orders(found: Backtest) -> str:
    """Return `20.5 % of 1,234 orders, by 200 customers`."""
    orders = ngettext("%(count)s order", "%(count)s orders", found.orders)
    customers = ngettext("%(count)s customer", "%(count)s customers", found.customers)
    return _("%(share)s of %(orders)s, by %(customers)s") % {
        "share": _percent(found.share_of_orders),
        "orders": orders % {"count": grouped(found.orders)},
        "customers": customers % {"count": grouped(found.customers)},
    }


def _chart(found: Backtest) -> Chart | None:
    if not found.weeks:
        return None
    mondays = [week.monday for week in found.weeks]
    return bar_chart(
        _("Cost by week, from its Monday"),
        [Label(dates.day_of_month(monday), dates.day(monday)) for monday in mondays],
        Series(_("Cost"), [week.cost for week in found.weeks]),
        column_title=_("Week from"),
        told=lambda cost: words.money(Decimal(cost)),
        told_on_axis=words.whole_money,
    )


def _bands(bands: Sequence[Band]) -> list[BandRow]:
    most = max((band.orders for band in bands), default=0)
    return [
        BandRow(
            discount=_range(band),
            orders=grouped(band.orders),
            cost=words.money(band.cost),
            percent=round(100 * band.orders / most),
        )
        for band in bands
    ]


def _range(band: Band) -> str:
    """Name a band; one whose orders all got the same, as under a cap, is named by that amount."""
    if band.orders and band.cost == band.orders * band.at_least:
        return words.money(band.at_least)
    return f"{words.money(band.at_least)} – {words.money(band.below)}"


def _most_first(refused: Mapping[PromoReason, int]) -> list[tuple[PromoReason, int]]:
    return sorted(refused.items(), key=lambda each: -each[1])


def _had_discount(found: Backtest) -> str:
    if not found.had_discount:
        return _("None of these orders had a discount already.")
    told = ngettext(
        "%(count)s of these orders had a discount already: it is left out of account, for goods count at "
        "full price.",
        "%(count)s of these orders had a discount already: it is left out of account, for goods count at "
        "full price.",
        found.had_discount,
    )
    return told % {"count": grouped(found.had_discount)}


def _percent(share: Decimal | None) -> str:
    return "–" if share is None else percent(share)


def _money(amount: Decimal | None) -> str:
    return "–" if amount is None else words.money(amount)
