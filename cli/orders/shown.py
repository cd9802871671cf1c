"""The group of verbs, and what they share: the order a number means, quantities of lines, and its fields."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.terminal.console import columns, is_terminal, print_rows, put, say, wrong_use
from cli.terminal.verbs import group
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from orders.models import Order

app = group("Look at orders; place, ship, deliver, cancel, return and export them.")

STEPS = columns("step", "detail", "amount:n")

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="An order's number, such as B-100042.")]
Lines = Annotated[
    list[str] | None,
    typer.Option(
        "--line", metavar="SKU=QTY", help="Only so many of this SKU; may be repeated. Default: all."
    ),
]


def quantities(lines: Sequence[str] | None) -> dict[str, int] | None:
    """Read `TEA-01=2` as {"TEA-01": 2}; None when no line is chosen."""
    if not lines:
        return None
    wanted: dict[str, int] = {}
    for line in lines:
        sku, separator, quantity = line.rpartition("=")
        if not separator or not quantity.strip().isdecimal():
            wrong_use(_("--line %(line)s is not SKU=QTY, such as TEA-01=2.") % {"line": f"{line!r}"})
        wanted[sku.strip()] = wanted.get(sku.strip(), 0) + int(quantity)
    return wanted


def as_text(wanted: Mapping[str, int] | None) -> str:
    """Write the quantities alike in whatever order and case they were given."""
    from backoffice.text import identity_key

    return str(wanted and sorted((identity_key(sku), quantity) for sku, quantity in wanted.items()))


def say_open_units(order: "Order", wanted: Mapping[str, int] | None) -> None:
    """Say which open units are meant: all, or those wanted by SKU."""
    from backoffice.text import identity_key

    chosen = None if wanted is None else {identity_key(sku): quantity for sku, quantity in wanted.items()}
    for line in order.lines.all():
        quantity = line.open if chosen is None else chosen.get(identity_key(line.sku), 0)
        if quantity:
            say(f"{quantity} of {line.open} open units of {line.sku} {line.name}")


def in_short(order: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a person reads before an order's lines: the address as one field, the code alone."""
    from backoffice.countries import postal_lines

    left_out = ("lines", "explanation", "shipments", "events")
    promo, address = order["promo"] or {}, order["shipping_address"] or {}
    return {
        **{name: value for name, value in order.items() if name not in left_out},
        "promo": promo.get("code"),
        "shipping_address": [*postal_lines(address), *filter(None, [address["phone"]])] if address else [],
    }


def print_part(title: str, rows: Sequence[Mapping[str, Any]], shown: Any) -> None:
    if is_terminal():
        put(f"\n{title}")
    print_rows(rows, shown)
