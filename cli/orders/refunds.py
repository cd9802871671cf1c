"""shopctl orders cancel: take back what was ordered."""

from typing import Annotated

import typer

from cli.actors import actor
from cli.console import As, DryRun, Json, Yes, proceed, show_one
from cli.orders.shown import Lines, Number, app, order_with_number, quantities, say_open_units
from cli.verbs import verb


@verb(
    app,
    "cancel",
    examples="""
    shopctl orders cancel B-100042 --reason "customer asked"
    shopctl orders cancel B-100042 --line TEA-01=1 --yes
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
    json: Json = False,
) -> None:
    """Cancel what has not shipped, wholly or by line.

    The units can be sold again; the customer gets an e-mail.
    """
    from orders.lifecycle import cancel_order
    from orders.status import Action, is_allowed

    by = actor(as_, "orders.cancel_order")
    order = order_with_number(number)
    wanted = quantities(lines)
    if is_allowed(Action.CANCEL, order.status) and order.status != "cancelled":
        say_open_units(order, wanted)
        proceed(f"Cancel these units of {order.number} ({order.email})?", yes=yes, dry_run=dry_run)
    order = cancel_order(number, by=by, reason=reason, lines=wanted)
    order = order_with_number(number)
    show_one({"number": order.number, "status": order.status, "refunded": order.refunded}, as_json=json)
