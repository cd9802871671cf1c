"""shopctl orders ship, deliver: send orders on their way."""

from typing import Annotated

import typer

from cli.actors import actor
from cli.console import As, Json, show_one
from cli.orders.shown import Lines, Number, app, order_with_number, quantities
from cli.verbs import verb


@verb(
    app,
    "ship",
    examples="""
    shopctl orders ship B-100042 --carrier DHL --tracking 00340434161094
    shopctl orders ship B-100042 --line TEA-01=2
    """,
)
def ship(
    number: Number,
    lines: Lines = None,
    carrier: Annotated[str, typer.Option(help="Such as DHL.")] = "",
    tracking: Annotated[str, typer.Option(help="The tracking number.")] = "",
    as_: As = None,
    json: Json = False,
) -> None:
    """Ship what is left of an order, or chosen quantities. The customer gets an e-mail."""
    from orders.lifecycle import ship_order

    by = actor(as_, "orders.ship_order")
    shipment = ship_order(number, by=by, lines=quantities(lines), carrier=carrier, tracking_number=tracking)
    order = order_with_number(number)
    row = {"number": order.number, "status": order.status, "shipment": shipment.reference}
    show_one({**row, "carrier": carrier, "tracking_number": tracking}, as_json=json)


@verb(
    app,
    "deliver",
    examples="""
    shopctl orders deliver B-100042
    shopctl orders deliver B-100042 --shipment B-100042-S1
    """,
)
def deliver(
    number: Number,
    shipment: Annotated[str | None, typer.Option(metavar="REF", help="Only this shipment.")] = None,
    as_: As = None,
    json: Json = False,
) -> None:
    """Mark an order's shipments as delivered."""
    from orders.lifecycle import deliver_order

    by = actor(as_, "orders.ship_order")
    deliver_order(number, by=by, shipment=shipment)
    order = order_with_number(number)
    show_one({"number": order.number, "status": order.status}, as_json=json)
