"""`shopctl demo`: data to play with."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from cli.terminal.console import FOUND_PROBLEMS, DryRun, Json, Yes, print_json, proceed, put, say
from cli.terminal.verbs import lone_verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from cli.demo.loading import LoadingOutcome

NEWEST = 1_500


@lone_verb(
    examples="""
    shopctl demo
    shopctl demo --all --yes
    """
)
def demo(
    everything: Annotated[
        bool, typer.Option("--all", help="Every order of the sample, not the newest 1,500.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Also into a shop with orders of its own.")] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Fill the shop with a real retailer's orders, moved to the present. Run again, it adds what is missing.

    Products, stock, customers, promo codes and staff come with them; none of the orders' e-mails is sent.
    Orders are priced with the prices that the sample saw last, so their totals differ from history. The
    sample is "Online Retail" by D. Chen (2015), UCI Machine Learning Repository, CC BY 4.0.
    """
    from backoffice.db.migrating import migrate
    from cli.demo.loading import is_a_real_shop, load
    from cli.demo.reading import read_sample

    sample = read_sample()
    chosen = sample.orders if everything else sample.orders[-NEWEST:]
    products = {sku for order in chosen for sku in order.lines}
    say(
        _("The demo: %(orders)s orders of %(products)s products. What is there already stays.")
        % {"orders": f"{len(chosen):,}", "products": f"{len(products):,}"}
    )
    proceed(_("Load it?"), yes=yes, dry_run=dry_run)
    migrate()
    if is_a_real_shop() and not force:
        say(_("This shop has orders of its own: nothing was loaded. --force puts the demo beside them."))
        return
    outcome = load(sample, chosen, follow=_with_a_bar if sys.stderr.isatty() else _in_lines)
    _report(outcome, as_json=as_json)
    if outcome.problems:
        raise typer.Exit(FOUND_PROBLEMS)


def _report(outcome: "LoadingOutcome", *, as_json: bool) -> None:
    from cli.demo.loading import shop_in_numbers

    numbers = shop_in_numbers()
    if as_json:
        print_json(
            {
                "loaded": outcome.loaded,
                "shop": numbers,
                "refused": dict(outcome.refused),
                "left_out": dict(outcome.left_out),
                "problems": [f"{problem.subject}: {problem.detail}" for problem in outcome.problems],
            }
        )
        return
    put(
        _("Loaded %(loaded)s orders.") % {"loaded": f"{outcome.loaded:,}"}
        if outcome.loaded
        else _("Every order was there already.")
    )
    told = {
        name.replace("_", " "): f"{value:,}" if isinstance(value, int) else value
        for name, value in numbers.items()
    }
    put(
        _("The shop: %(figures)s.")
        % {"figures": ", ".join((f"{value} {name}" for name, value in told.items()))}
    )
    for title, reasons in (
        (_("Refused"), outcome.refused),
        (_("Lines of the sample left out"), outcome.left_out),
    ):
        for reason, count in reasons.most_common():
            put(f"{title}: {count:,} {reason}")
    put(_("Prices are the latest that the sample has, so totals differ from history."))
    if outcome.statement:
        put(_("A bank’s file to try: %(path)s") % {"path": outcome.statement})
    for problem in outcome.problems:
        put(f"{_('Problem')}: {problem.subject}: {problem.check}: {problem.detail}")
    if not outcome.problems:
        put(_("The audit of stock, orders and payments found nothing wrong."))


def _in_lines(label: str, total: int, increments: Iterator[int]) -> None:
    """Print a line for each quarter that is done."""
    done, told = 0, 0
    for increment in increments:
        done += increment
        quarter = 4 * done // total if total else 4
        if quarter > told:
            told = quarter
            say(
                _("%(what)s: %(done)s of %(total)s")
                % {"what": label, "done": f"{done:,}", "total": f"{total:,}"}
            )


def _with_a_bar(label: str, total: int, increments: Iterator[int]) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:<26}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(label, total=total)
        for increment in increments:
            progress.advance(task, increment)
