"""shopctl orders cancel, return: take back what was ordered."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.orders.shown import Lines, Number, app, as_text, quantities, say_open_units
from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.console import As, DryRun, Json, Yes, say, show_one
from cli.terminal.idempotency import IdempotencyKey, answer_kept
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from accounts.actors import Actor
    from orders.fulfilment.units import Units
    from orders.models import Order


@verb(
    app,
    "cancel",
    examples="""
    shopctl orders cancel B-100042 --reason "customer asked"
    shopctl orders cancel B-100042 --line TEA-01=1 --yes --idempotency-key call-4711
    shopctl orders cancel B-100042 --dry-run
    """,
)
def cancel(
    number: Number,
    lines: Lines = None,
    reason: Annotated[str, typer.Option(help="Kept in the timeline, and told in the e-mail.")] = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Cancel what has not shipped, wholly or by line.

    The units can be sold again; the customer gets an e-mail.
    """
    by = actor(as_, "orders.cancel_order")
    wanted = quantities(lines)
    operation = f"cancel {number.strip().upper()} {as_text(wanted)} {reason} {by}"
    say_plan, question = _cancelling(number, wanted)
    change = RequestedChange(operation, idempotency_key, dry_run, yes, question, say_plan)
    show_one(change.made(partial(_cancel, number, wanted, reason, by)), as_json=json)


def _cancelling(number: str, wanted: Mapping[str, int] | None) -> "tuple[Callable[[], None], str]":
    """Return what says what would be cancelled, and the question; none for what is cancelled already."""
    from orders.held_order import order_with_number

    order = order_with_number(number)
    whose = {"number": order.number, "email": order.email}
    question = _("Cancel these units of %(number)s (%(email)s)?") % whose
    return partial(say_open_units, order, wanted), "" if order.status == "cancelled" else question


def _cancel(number: str, wanted: Mapping[str, int] | None, reason: str, by: "Actor") -> dict[str, Any]:
    from orders.fulfilment.lifecycle import cancel_order
    from orders.held_order import order_with_number

    cancel_order(number, by=by, reason=reason, lines=wanted)
    order = order_with_number(number)
    return {"number": order.number, "status": order.status, "credited": order.credited}


@verb(
    app,
    "return",
    examples="""
    shopctl orders return B-100042 --line TEA-01=1 --dry-run
    shopctl orders return B-100042 --line TEA-01=1 --line MUG-7=2 --reason "did not fit" --yes
    shopctl orders return B-100042 --line MUG-7=1 --write-off --reason broken --idempotency-key rma-4711 --yes
    """,
)
def register_return(
    number: Number,
    lines: Annotated[
        list[str], typer.Option("--line", metavar="SKU=QTY", help="What came back; may be repeated.")
    ],
    write_off: Annotated[
        bool, typer.Option("--write-off", help="Do not put these units back on sale.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Kept with the return.")] = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Register units that came back: on sale again, or written off.

    Their credit value is what was charged for them. The status stays, and the customer gets an e-mail.
    """
    by = actor(as_, "orders.return_order")
    wanted = quantities(lines) or {}
    operation = f"return {number.strip().upper()} {as_text(wanted)} {write_off} {reason} {by}"
    row = answer_kept(idempotency_key, operation)
    if row is None:
        order, units = _coming_back(number, wanted)
        whose = {"number": order.number, "email": order.email}
        question = _("Register this return of %(number)s (%(email)s)?") % whose
        say_plan = partial(_say_what_comes_back, order, units, write_off=write_off)
        change = RequestedChange(operation, idempotency_key, dry_run, yes, question, say_plan)
        row = change.made(partial(_return, order, wanted, write_off=write_off, reason=reason, by=by))
    show_one(row, as_json=json)


def _coming_back(number: str, wanted: Mapping[str, int]) -> "tuple[Order, Sequence[Units]]":
    """Return the order and the units that would come back. Raises what `return_items` would raise."""
    from backoffice.db.transactions import write_transaction
    from orders.fulfilment.units import returnable_units
    from orders.held_order import begin
    from orders.status import Action

    @write_transaction
    def look() -> "tuple[Order, Sequence[Units]]":
        order, lines = begin(number, Action.RETURN, expected_version=None)
        return order, returnable_units(lines, wanted.items())

    return look()


def _say_what_comes_back(order: "Order", units: "Sequence[Units]", *, write_off: bool) -> None:
    fate = "written off" if write_off else "back on sale"
    for each in units:
        line = each.line
        worth = f"worth {each.credit()} {order.currency}"
        say(f"{each.quantity} of {line.shipped} shipped units of {line.sku} {line.name}, {worth}, {fate}")


def _return(
    order: "Order", wanted: Mapping[str, int], *, write_off: bool, reason: str, by: "Actor"
) -> dict[str, Any]:
    """Register the return, unless the order has changed since it was shown."""
    from orders.fulfilment.lifecycle import ReturnedItem, return_items
    from orders.held_order import order_with_number

    items = [ReturnedItem(sku, quantity, restock=not write_off) for sku, quantity in wanted.items()]
    version = order.version
    returned = return_items(order.number, by=by, items=items, reason=reason, expected_version=version)
    order = order_with_number(order.number)
    row = {"number": order.number, "status": order.status, "return": returned.reference}
    return {**row, "credit": returned.credit, "credited": order.credited, "restock": not write_off}
