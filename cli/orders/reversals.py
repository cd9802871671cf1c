"""shopctl orders cancel, return: take back what was ordered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.orders.shown import Lines, Number, app, as_text, quantities, say_open_units
from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.console import As, DryRun, Json, Yes, say, show_one, wrong_use
from cli.terminal.idempotency import IdempotencyKey, answer_kept
from cli.terminal.options import number as amount
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
    row = {"number": order.number, "status": order.status, "credited": order.credited}
    return {**row, "paid": order.paid, "due": order.due}


@verb(
    app,
    "return",
    examples="""
    shopctl orders return B-100042 --line TEA-01=1 --dry-run
    shopctl orders return B-100042 --line TEA-01=1 --line MUG-7=2 --reason "did not fit" --yes
    shopctl orders return B-100042 --line MUG-7=1 --write-off --reason broken --idempotency-key rma-4711 --yes
    shopctl orders return B-100042 --line TEA-01=2 --written-off TEA-01=1 --shipping-credit 4.90 --yes
    """,
)
def register_return(
    number: Number,
    lines: Annotated[
        list[str] | None, typer.Option("--line", metavar="SKU=QTY", help="What came back; may be repeated.")
    ] = None,
    write_off: Annotated[
        bool, typer.Option("--write-off", help="Do not put these units back on sale.")
    ] = False,
    written_off: Annotated[
        list[str] | None,
        typer.Option(metavar="SKU=QTY", help="What came back and is written off; may be repeated."),
    ] = None,
    shipping_credit: Annotated[
        Decimal | None,
        typer.Option(parser=amount, metavar="AMOUNT", help="How much of the shipping fee is given back."),
    ] = None,
    reason: Annotated[str, typer.Option(help="Kept with the return.")] = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Register units that came back: on sale again, or written off; of one SKU also both.

    Their credit value is what was charged for them. The status stays, and the customer gets an e-mail.
    """
    by = actor(as_, "orders.return_order")
    restocked, lost = quantities(lines) or {}, quantities(written_off) or {}
    if not (restocked or lost):
        wrong_use(_("Name what came back: --line or --written-off."))
    fee = shipping_credit or Decimal()
    back = _ComingBack(number, {} if write_off else restocked, _sum(lost, restocked if write_off else {}))
    units = f"{as_text(back.restocked)} {as_text(back.written_off)}"
    operation = f"return {number.strip().upper()} {units} {fee} {reason} {by}"
    row = answer_kept(idempotency_key, operation)
    if row is None:
        order, chosen = back.looked_at()
        whose = {"number": order.number, "email": order.email}
        question = _("Register this return of %(number)s (%(email)s)?") % whose
        say_plan = partial(back.say, order, chosen, fee)
        change = RequestedChange(operation, idempotency_key, dry_run, yes, question, say_plan)
        row = change.made(partial(back.register, order, fee, reason, by))
    show_one(row, as_json=json)


def _sum(some: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    return {sku: some.get(sku, 0) + more.get(sku, 0) for sku in (*some, *more)}


@dataclass(frozen=True, slots=True)
class _ComingBack:
    """Units that came back of an order, by SKU and by what becomes of them."""

    number: str
    restocked: Mapping[str, int]
    written_off: Mapping[str, int]

    @property
    def wanted(self) -> list[tuple[str, int]]:
        return [*self.restocked.items(), *self.written_off.items()]

    @property
    def fates(self) -> list[bool]:
        """Tell of each whether it goes back on sale."""
        return [*[True] * len(self.restocked), *[False] * len(self.written_off)]

    def looked_at(self) -> "tuple[Order, Sequence[Units]]":
        """Return the order and the units that would come back. Raises what `return_items` would raise."""
        from backoffice.db.transactions import write_transaction
        from orders.fulfilment.units import returnable_units
        from orders.held_order import begin
        from orders.status import Action

        @write_transaction
        def look() -> "tuple[Order, Sequence[Units]]":
            order, lines = begin(self.number, Action.RETURN, expected_version=None)
            return order, returnable_units(lines, self.wanted, self.fates)

        return look()

    def say(self, order: "Order", units: "Sequence[Units]", fee: Decimal) -> None:
        for each, is_restocked in zip(units, self.fates, strict=True):
            line = each.line
            fate = "back on sale" if is_restocked else "written off"
            worth = f"worth {each.credit()} {order.currency}"
            say(f"{each.quantity} of {line.shipped} shipped units of {line.sku} {line.name}, {worth}, {fate}")
            # What more units of the line are worth follows from how many came back before.
            line.returned += each.quantity
        if fee:
            say(f"{fee} {order.currency} of the shipping fee")

    def register(self, order: "Order", fee: Decimal, reason: str, by: "Actor") -> dict[str, Any]:
        """Register the return, unless the order has changed since it was shown."""
        from orders.fulfilment.lifecycle import ReturnedItem, return_items
        from orders.held_order import order_with_number

        items = [ReturnedItem(*units, fate) for units, fate in zip(self.wanted, self.fates, strict=True)]
        returned = return_items(
            order.number,
            by=by,
            items=items,
            shipping_credit=fee,
            reason=reason,
            expected_version=order.version,
        )
        order = order_with_number(order.number)
        return {
            "number": order.number,
            "status": order.status,
            "return": returned.reference,
            "credit": returned.credit,
            "shipping_credit": returned.shipping_credit,
            "credited": order.credited,
            "paid": order.paid,
            "due": order.due,
            "restocked": sum(self.restocked.values()),
            "written_off": sum(self.written_off.values()),
        }
