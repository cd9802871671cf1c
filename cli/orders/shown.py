"""The group of verbs, and what they share: the order a number means, quantities of lines, and its fields."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.terminal.console import columns, is_terminal, print_rows, say, wrong_use
from cli.terminal.moments import moment
from cli.terminal.verbs import group

if TYPE_CHECKING:
    from orders.models import Order
    from orders.models.order import OrderQuerySet

app = group("Look at orders; place, ship, deliver, cancel, return and export them.")

STEPS = columns("step", "detail", "amount:n")

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="An order's number, such as B-100042.")]
Lines = Annotated[
    list[str] | None,
    typer.Option(
        "--line", metavar="SKU=QTY", help="Only so many of this SKU; may be repeated. Default: all."
    ),
]
Status = Annotated[
    list[str] | None,
    typer.Option(
        metavar="STATUS", help="pending, partially_shipped, shipped, delivered or cancelled; may be repeated."
    ),
]
From = Annotated[str | None, typer.Option("--from", metavar="WHEN", help="Placed then or later.")]
To = Annotated[
    str | None, typer.Option("--to", metavar="WHEN", help="Placed before: a day without a time is left out.")
]


def narrowed(
    orders: "OrderQuerySet", *, status: Sequence[str] | None, from_: str | None, to: str | None
) -> "OrderQuerySet":
    """Those in one of the statuses that were placed in this time.

    Raises:
        typer.BadParameter: no such status, no such time, or a time that ends before it begins.
    """
    orders = _in_status(orders, status or [])
    start, end = moment(from_, option="from"), moment(to, option="to")
    if start is not None and end is not None and end <= start:
        wrong_use(f"--to {to} is not after --from {from_}: a day as --to is left out, name the next one.")
    if start is not None:
        orders = orders.filter(placed_at__gte=start)
    if end is not None:
        orders = orders.filter(placed_at__lt=end)
    return orders


def _in_status(orders: "OrderQuerySet", wanted: Sequence[str]) -> "OrderQuerySet":
    from orders.status import OrderStatus

    statuses = [status.strip().casefold().replace("-", "_").replace(" ", "_") for status in wanted]
    for status in statuses:
        if status not in OrderStatus.values:
            wrong_use(f"{status!r} is no status: {', '.join(OrderStatus.values)}.")
    return orders.filter(status__in=statuses) if statuses else orders


def quantities(lines: Sequence[str] | None) -> dict[str, int] | None:
    """`TEA-01=2` as {"TEA-01": 2}; None when no line is chosen."""
    if not lines:
        return None
    wanted: dict[str, int] = {}
    for line in lines:
        sku, separator, quantity = line.rpartition("=")
        if not separator or not quantity.strip().isdecimal():
            wrong_use(f"--line {line!r} is not SKU=QTY, such as TEA-01=2.")
        wanted[sku.strip()] = wanted.get(sku.strip(), 0) + int(quantity)
    return wanted


def say_open_units(order: "Order", wanted: Mapping[str, int] | None) -> None:
    """Those that are meant: all that are open, or quantities by SKU."""
    from backoffice.db.fields import folded

    chosen = None if wanted is None else {folded(sku): quantity for sku, quantity in wanted.items()}
    for line in order.lines.all():
        quantity = line.open if chosen is None else chosen.get(folded(line.sku), 0)
        if quantity:
            say(f"{quantity} of {line.open} open units of {line.sku} {line.name}")


def as_row(order: "Order") -> dict[str, Any]:
    return {
        "number": order.number,
        "status": order.status,
        "placed_at": order.placed_at,
        "email": order.email,
        "units": order.units,
        "subtotal": order.subtotal,
        "discount": order.discount,
        "shipping": order.shipping,
        "total": order.total,
        "credited": order.credited,
        "net": order.net,
        "currency": order.currency,
        "promo_code": order.promo_code,
        "source": order.source,
        "origin": order.origin,
        "external_number": order.external_number,
    }


def print_part(title: str, rows: Sequence[Mapping[str, Any]], shown: Any) -> None:
    if is_terminal():
        print(f"\n{title}")
    print_rows(rows, shown)
