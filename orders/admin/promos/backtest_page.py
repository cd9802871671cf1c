"""The result of a back-test, in words and figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from backoffice.money import percent
from orders.admin import words
from orders.admin.dashboard.cards import Figure
from orders.admin.dashboard.charts import Chart, Series, bars_per_day
from orders.pricing import PromoReason
from orders.promotions import Backtest
from orders.promotions.backtesting import Band

REASONS = {
    PromoReason.USED_UP: "All uses were taken by then",
    PromoReason.ALREADY_USED: "The customer had used it as often as one may",
    PromoReason.NOT_FIRST_ORDER: "Not the customer's first order",
    PromoReason.NOTHING_ELIGIBLE: "Nothing in it that the promo applies to",
    PromoReason.MINIMUM_SPEND: "Below the minimum spend",
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
class Result:
    found: Backtest
    terms: str
    period: str
    figures: list[Figure]
    chart: Chart | None
    weeks: list[WeekRow]
    bands: list[BandRow]
    refused: list[tuple[str, str]]
    had_discount: str


def result_of(found: Backtest, terms: Mapping[str, Any], discount: str) -> Result:
    """`terms` are the form's, cleaned."""
    return Result(
        found=found,
        terms=" · ".join([discount, *_limits(terms)]),
        period=f"{words.beginning(found.start)} – {words.end(found.end)}",
        figures=_figures(found),
        chart=_chart(found),
        weeks=[
            WeekRow(words.day(week.monday), f"{week.orders:,}", words.money(week.cost))
            for week in found.weeks
        ],
        bands=_bands(found.bands),
        refused=[(REASONS[reason], f"{orders:,}") for reason, orders in _most_first(found.refused)],
        had_discount=_had_discount(found),
    )


def _limits(terms: Mapping[str, Any]) -> list[str]:
    told = []
    if terms["minimum_spend"]:
        told.append(f"minimum spend {words.money(terms['minimum_spend'])}")
    if limit := terms["max_uses_per_customer"]:
        told.append(f"{words.counted(limit, 'use')} per customer")
    if limit := terms["max_uses"]:
        told.append(f"{words.counted(limit, 'use')} in total")
    if terms["first_order_only"]:
        told.append("first orders only")
    if terms["is_restricted"]:
        things = [*terms["categories"], *terms["products"]]
        told.append(f"only {', '.join(map(str, things))}")
    return told


def _figures(found: Backtest) -> list[Figure]:
    share = f"{_percent(found.share_of_orders)} of {words.counted(found.orders, 'order')}"
    return [
        Figure(
            "Orders that qualify",
            f"{found.qualifying:,}",
            note=f"{share}, by {words.counted(found.customers, 'customer')}",
        ),
        Figure(
            "Cost",
            words.money(found.cost),
            note=f"{_percent(found.share_of_revenue)} of the revenue of {words.money(found.revenue)}",
        ),
        Figure(
            "Average order",
            f"{_money(found.average_before)} → {_money(found.average_after)}",
            note="goods of an order that qualifies, before and after",
        ),
        Figure(
            "Discount per order",
            _money(found.median),
            note=f"the median; from {_money(found.smallest)} to {_money(found.largest)}",
        ),
    ]


def _chart(found: Backtest) -> Chart | None:
    if not found.weeks:
        return None
    costs = Series("Cost", [week.cost for week in found.weeks])
    return bars_per_day("Cost by week, from its Monday", [week.monday for week in found.weeks], costs)


def _bands(bands: Sequence[Band]) -> list[BandRow]:
    most = max((band.orders for band in bands), default=0)
    return [
        BandRow(
            discount=_range(band),
            orders=f"{band.orders:,}",
            cost=words.money(band.cost),
            percent=round(100 * band.orders / most),
        )
        for band in bands
    ]


def _range(band: Band) -> str:
    """The last band often holds what a cap left, and nothing else."""
    if band.orders and band.cost == band.orders * band.at_least:
        return words.money(band.at_least)
    return f"{words.money(band.at_least)} – {words.money(band.below)}"


def _most_first(refused: Mapping[PromoReason, int]) -> list[tuple[PromoReason, int]]:
    return sorted(refused.items(), key=lambda each: -each[1])


def _had_discount(found: Backtest) -> str:
    if not found.had_discount:
        return "None of these orders had a discount already."
    had = f"{found.had_discount:,} of these orders"
    return f"{had} had a discount already: it is left out of account, for goods count at full price."


def _percent(share: Decimal | None) -> str:
    return "–" if share is None else percent(share)


def _money(amount: Decimal | None) -> str:
    return "–" if amount is None else words.money(amount)
