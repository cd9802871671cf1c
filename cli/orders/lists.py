"""shopctl orders list, show: look at orders."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cli.orders.options import OrderOptions
from cli.orders.shown import STEPS, Number, app, in_short, print_part
from cli.terminal.console import FailIfEmpty, Json, Jsonl, Limit, Listing, columns, print_json, show_one
from cli.terminal.moments import length
from cli.terminal.options import taking
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _

LISTED = columns(
    "number", "placed_at=Placed", "status", "email", "units:n", "total:n", "promo.code=Promo code"
)
LINES = columns(
    "sku",
    "name",
    "quantity:n",
    "unit_price:n=Price",
    "discount:n",
    "total:n",
    "shipped:n",
    "cancelled:n",
    "returned:n",
)
PARCELS = columns("reference", "carrier", "tracking_number", "shipped_at", "delivered_at", "units")
EVENTS = columns("at=When", "kind", "text", "actor=By", "source=Through")


@verb(
    app,
    "list",
    examples="""
    shopctl orders list --status pending --older-than 24h
    shopctl orders list --placed-after 2026-11-01 --placed-before 2026-12-01 --jsonl
    shopctl orders list --email theo@example.com --fail-if-empty
    """,
)
@taking(OrderOptions)
def list_orders(
    given: OrderOptions = OrderOptions(),
    older_than: Annotated[str | None, typer.Option(metavar="LENGTH", help="Such as 24h or 7d.")] = None,
    limit: Limit = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """List orders, newest first."""
    from django.utils import timezone

    from orders.models import Order
    from orders.readers.orders import summaries_as_data

    orders = given.filter().of(Order.objects.order_by("-placed_at", "-id"))
    if (age := length(older_than, option="older-than")) is not None:
        orders = orders.filter(placed_at__lte=timezone.now() - age)
    Listing(json, jsonl, limit, fail_if_empty).show(summaries_as_data(orders), LISTED)


@verb(
    app,
    "show",
    examples="""
    shopctl orders show B-100042
    shopctl orders show B-100042 --explain
    shopctl orders show B-100042 --json
    """,
)
def show_order(
    number: Number,
    explain: Annotated[bool, typer.Option("--explain", help="Also how the price came about.")] = False,
    json: Json = False,
) -> None:
    """Show an order with its lines, parcels and timeline."""
    from orders.models import OrderEvent
    from orders.readers.events import events_as_data
    from orders.readers.orders import order_data

    order = order_data(number, to=None)
    events = OrderEvent.objects.filter(order__number=order["number"]).order_by("id")
    order["events"] = list(events_as_data(events, to=None))
    if json:
        print_json(order)
        return
    show_one(in_short(order), as_json=False)
    print_part("Lines", order["lines"], LINES)
    if explain:
        print_part(_("How the price came about"), order["explanation"], STEPS)
    if order["shipments"]:
        print_part(_("Parcels"), list(map(_parcel, order["shipments"])), PARCELS)
    print_part("Timeline", order["events"], EVENTS)


def _parcel(shipment: Mapping[str, Any]) -> dict[str, Any]:
    units = [f"{line['sku']}={line['quantity']}" for line in shipment["lines"]]
    return {**shipment, "units": units}
