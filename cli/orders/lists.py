"""shopctl orders list, show: look at orders."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.orders.shown import (
    STEPS,
    From,
    Number,
    Status,
    To,
    app,
    as_row,
    narrowed,
    print_part,
)
from cli.terminal.console import FailIfEmpty, Json, Jsonl, Limit, Listing, columns, print_json, show_one
from cli.terminal.moments import length
from cli.terminal.verbs import verb

if TYPE_CHECKING:
    from orders.models import Order, OrderLine

LISTED = columns("number", "placed_at=Placed", "status", "email", "units:n", "total:n", "promo_code")
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
EVENTS = columns("at=When", "kind", "text", "actor=By", "source=Through")


@verb(
    app,
    "list",
    examples="""
    shopctl orders list --status pending --older-than 24h
    shopctl orders list --from 2026-11-01 --to 2026-12-01 --jsonl
    shopctl orders list --customer theo@example.com --fail-if-empty
    """,
)
def list_orders(
    status: Status = None,
    older_than: Annotated[str | None, typer.Option(metavar="LENGTH", help="Such as 24h or 7d.")] = None,
    from_: From = None,
    to: To = None,
    customer: Annotated[str | None, typer.Option(metavar="EMAIL", help="Only this customer's.")] = None,
    promo: Annotated[str | None, typer.Option(metavar="CODE", help="Only those that used this code.")] = None,
    limit: Limit = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """List orders, newest first."""
    from django.utils import timezone

    from accounts.models import normalised_email
    from orders.models import Order
    from orders.models.promo import normalised_code

    orders = narrowed(Order.objects.order_by("-placed_at", "-id"), status=status, from_=from_, to=to)
    if (age := length(older_than, option="older-than")) is not None:
        orders = orders.filter(placed_at__lte=timezone.now() - age)
    if customer:
        orders = orders.filter(customer__email=normalised_email(customer))
    if promo:
        orders = orders.with_promo_code(normalised_code(promo))
    Listing(json, jsonl, limit, fail_if_empty).show(map(as_row, orders.iterator(2_000)), LISTED)


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
    """Show an order with its lines, shipments and timeline."""
    from orders.fulfilment.transition import order_with_number

    order = order_with_number(number)
    parts = _parts(order)
    if explain:
        parts["explanation"] = _explanation(order)
    if json:
        print_json({**as_row(order), **_details(order), **parts})
        return
    show_one({**as_row(order), **_details(order)}, as_json=False)
    print_part("Lines", parts["lines"], LINES)
    if explain:
        print_part("How the price came about", parts["explanation"], STEPS)
    print_part("Timeline", parts["timeline"], EVENTS)


def _details(order: "Order") -> dict[str, Any]:
    names = ("name", "line1", "line2", "postcode", "city", "region", "country", "phone")
    return {
        "customer": str(order.customer),
        "address": [value for name in names if (value := getattr(order, f"ship_{name}"))],
        "note": order.note,
        "placed_by": order.placed_by.email if order.placed_by else None,
        "updated_at": order.updated_at,
        "version": order.version,
    }


def _explanation(order: "Order") -> list[dict[str, Any]]:
    from orders.price_words import explained
    from orders.pricing import step_from_json

    return [asdict(step) for step in explained(map(step_from_json, order.explanation), order.currency)]


def _parts(order: "Order") -> dict[str, Any]:
    from orders.timeline_words import sentence_of

    return {
        "lines": [_line(line) for line in order.lines.all()],
        "shipments": [
            {
                "reference": each.reference,
                "carrier": each.carrier,
                "tracking_number": each.tracking_number,
                "shipped_at": each.shipped_at,
                "delivered_at": each.delivered_at,
            }
            for each in order.shipments.all()
        ],
        "timeline": [
            {
                "at": event.at,
                "kind": event.kind,
                "text": sentence_of(event.kind, event.facts),
                "facts": event.facts,
                "actor": event.actor.email if event.actor else None,
                "source": event.source,
            }
            for event in order.events.select_related("actor").order_by("id")
        ],
    }


def _line(line: "OrderLine") -> dict[str, Any]:
    return {
        "sku": line.sku,
        "name": line.name,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "discount": line.discount,
        "total": line.total,
        "shipped": line.shipped,
        "delivered": line.delivered,
        "cancelled": line.cancelled,
        "returned": line.returned,
        "open": line.open,
    }
