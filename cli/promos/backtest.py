"""shopctl promos backtest: what a promo code would have cost."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.promos.shown import app
from cli.promos.terms import DiscountOptions
from cli.terminal.actors import actor
from cli.terminal.console import (
    As,
    Json,
    columns,
    is_terminal,
    print_json,
    print_rows,
    put,
    show_one,
    wrong_use,
)
from cli.terminal.moments import end_moment, moment
from cli.terminal.options import limit, taking
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from datetime import datetime

    from orders.promotions import Backtest

USUAL_PERIOD = "-90d"
WEEKS = columns("monday=Week of", "orders:n", "cost:n", "bar=Compared")
BANDS = columns("at_least:n=Discount from", "below:n=below", "orders:n", "cost:n", "bar=Compared")
SHOWN = (
    *("from", "to", "orders", "revenue", "qualifying", "customers", "had_discount", "cost", "goods"),
    *("share_of_orders", "share_of_revenue", "average_before", "average_after"),
    *("smallest", "median", "largest"),
)
REFUSED = columns("reason=Why not", "orders:n")
LONGEST_BAR = 30


@verb(
    app,
    "backtest",
    examples="""
    shopctl promos backtest SUMMER20 --from 2026-06-01 --to 2026-08-31
    shopctl promos backtest --percent 15 --max-discount 30 --category Lanterns
    shopctl promos backtest --amount 5 --minimum-spend 40 --max-uses 1000 --json
    """,
)
@taking(DiscountOptions)
def backtest(
    code: Annotated[
        str | None,
        typer.Argument(metavar="CODE", help="A code that exists; else give --percent or --amount."),
    ] = None,
    given: DiscountOptions = DiscountOptions(),
    max_uses: Annotated[
        int | None, typer.Option(parser=limit, metavar="USES", help="How often in all, or none.")
    ] = None,
    from_: Annotated[
        str, typer.Option("--from", metavar="WHEN", help="Orders placed then or later.")
    ] = USUAL_PERIOD,
    to: Annotated[
        str, typer.Option(metavar="WHEN", help="Orders placed until then; a day until it is over, at 24:00.")
    ] = "now",
    as_: As = None,
    json: Json = False,
) -> None:
    """Try terms on past orders: how many would have had the discount, and what it would have cost.

    Nothing is written. Orders count in the order of time at full price; the code's window and pause are left
    out of account. WHEN is a date such as 2026-06-01, -90d or now: from a day's first moment, to a day's end.
    """
    from orders.readers.backtests import backtest_as_data

    actor(as_, "orders.view_promocode").require("orders.view_revenue")
    start, end = moment(from_, option="from"), end_moment(to, option="to")
    assert start is not None
    assert end is not None
    found = backtest_as_data(_found(code, given, max_uses, start, end))
    if json:
        print_json(found)
    else:
        _print(found)


def _found(
    code: str | None, given: DiscountOptions, max_uses: int | None, start: "datetime", end: "datetime"
) -> "Backtest":
    from orders import promotions

    if code is None:
        return promotions.backtest(given.terms(), start=start, end=end, max_uses=max_uses)
    if given != DiscountOptions() or max_uses is not None:
        wrong_use(_("Give either a code, which has its own terms, or terms."))
    return promotions.backtest_promo_code(code, start=start, end=end)


def _print(found: dict[str, Any]) -> None:
    parts = {name: found.pop(name) for name in ("refused", "weeks", "bands")}
    show_one({name: found[name] for name in SHOWN}, as_json=False, headings=_headings())
    refused = [{"reason": reason, "orders": orders} for reason, orders in parts["refused"].items()]
    _print_part(_("Orders that would not have had it"), refused, REFUSED)
    _print_part(_("Cost by week"), _with_bars(parts["weeks"], "cost"), WEEKS)
    _print_part(_("Orders by discount"), _with_bars(parts["bands"], "orders"), BANDS)


def _print_part(title: str, rows: Sequence[Mapping[str, Any]], shown: Any) -> None:
    if rows and is_terminal():
        put(f"\n{title}")
    print_rows(rows, shown)


def _with_bars(rows: Sequence[dict[str, Any]], measured: str) -> list[dict[str, Any]]:
    """Add a bar to each row on a terminal, as long as its share of the largest."""
    if not is_terminal():
        return list(rows)
    largest = max((row[measured] for row in rows), default=0)
    return [
        {**row, "bar": "█" * round(LONGEST_BAR * row[measured] / largest) if largest else ""} for row in rows
    ]


def _headings() -> dict[str, str]:
    return {
        "from": _("From"),
        "to": _("To, not included"),
        "revenue": _("Revenue of all"),
        "qualifying": _("Would have had it"),
        "customers": _("… by customers"),
        "had_discount": _("… really had a discount"),
        "cost": _("Would have cost"),
        "goods": _("Goods at full price"),
        "share_of_orders": _("% of orders"),
        "share_of_revenue": _("% of revenue"),
        "average_before": _("Average goods before"),
        "average_after": _("… after"),
        "smallest": _("Smallest discount"),
        "median": _("Median"),
        "largest": _("Largest"),
    }
