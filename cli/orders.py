"""shopctl orders: look at orders; ship, deliver and cancel them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.actors import actor
from cli.console import (
    As,
    DryRun,
    FailIfEmpty,
    Json,
    Jsonl,
    Limit,
    Listing,
    Yes,
    columns,
    is_terminal,
    print_json,
    print_rows,
    proceed,
    say,
    show_one,
    wrong_use,
)
from cli.moments import length, moment
from cli.verbs import group, verb

if TYPE_CHECKING:
    from orders.models import Order, OrderLine
    from orders.models.order import OrderQuerySet

app = group("Look at orders; ship, deliver and cancel them.")

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
STEPS = columns("step", "detail", "amount:n")
EVENTS = columns("at=When", "kind", "text", "actor=By", "source=Through")

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="An order's number, such as B-100042.")]
Lines = Annotated[
    list[str] | None,
    typer.Option(
        "--line", metavar="SKU=QTY", help="Only so many of this SKU; may be repeated. Default: all."
    ),
]


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
    status: Annotated[
        list[str] | None,
        typer.Option(help="pending, partially_shipped, shipped, delivered or cancelled; may be repeated."),
    ] = None,
    older_than: Annotated[str | None, typer.Option(metavar="LENGTH", help="Such as 24h or 7d.")] = None,
    from_: Annotated[str | None, typer.Option("--from", metavar="WHEN", help="Placed then or later.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="WHEN", help="Placed before.")] = None,
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

    orders = _in_status(Order.objects.order_by("-placed_at", "-id"), status or [])
    if (age := length(older_than, option="older-than")) is not None:
        orders = orders.filter(placed_at__lte=timezone.now() - age)
    if (start := moment(from_, option="from")) is not None:
        orders = orders.filter(placed_at__gte=start)
    if (end := moment(to, option="to")) is not None:
        orders = orders.filter(placed_at__lt=end)
    if customer:
        orders = orders.filter(customer__email=normalised_email(customer))
    if promo:
        orders = orders.filter(promo_code=normalised_code(promo))
    Listing(json, jsonl, limit, fail_if_empty).show(map(_as_row, orders.iterator(2_000)), LISTED)


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
    order = _order_with_number(number)
    parts = _parts(order)
    if explain:
        parts["explanation"] = order.explanation
    if json:
        print_json({**_as_row(order), **_details(order), **parts})
        return
    show_one({**_as_row(order), **_details(order)}, as_json=False)
    _print_part("Lines", parts["lines"], LINES)
    if explain:
        _print_part("How the price came about", order.explanation, STEPS)
    _print_part("Timeline", parts["timeline"], EVENTS)


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
    shipment = ship_order(number, by=by, lines=_quantities(lines), carrier=carrier, tracking_number=tracking)
    order = _order_with_number(number)
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
    order = _order_with_number(number)
    show_one({"number": order.number, "status": order.status}, as_json=json)


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
    order = _order_with_number(number)
    wanted = _quantities(lines)
    if is_allowed(Action.CANCEL, order.status) and order.status != "cancelled":
        _show_what_is_cancelled(order, wanted)
        proceed(f"Cancel these units of {order.number} ({order.email})?", yes=yes, dry_run=dry_run)
    order = cancel_order(number, by=by, reason=reason, lines=wanted)
    order = _order_with_number(number)
    show_one({"number": order.number, "status": order.status, "refunded": order.refunded}, as_json=json)


def _show_what_is_cancelled(order: "Order", wanted: Mapping[str, int] | None) -> None:
    from backoffice.fields import folded

    chosen = None if wanted is None else {folded(sku): quantity for sku, quantity in wanted.items()}
    for line in order.lines.all():
        quantity = line.open if chosen is None else chosen.get(folded(line.sku), 0)
        if quantity:
            say(f"{quantity} of {line.open} open units of {line.sku} {line.name}")


def _in_status(orders: "OrderQuerySet", wanted: Sequence[str]) -> "OrderQuerySet":
    from orders.status import OrderStatus

    statuses = [status.strip().casefold().replace("-", "_").replace(" ", "_") for status in wanted]
    for status in statuses:
        if status not in OrderStatus.values:
            wrong_use(f"{status!r} is no status: {', '.join(OrderStatus.values)}.")
    return orders.filter(status__in=statuses) if statuses else orders


def _order_with_number(number: str) -> "Order":
    from backoffice.errors import NotFound
    from orders.models import Order

    order = Order.objects.with_number(number).first()
    if order is None:
        raise NotFound(f"There is no order {number}.")
    return order


def _quantities(lines: Sequence[str] | None) -> dict[str, int] | None:
    """`TEA-01=2` as {"TEA-01": 2}; None when no line is chosen."""
    if not lines:
        return None
    quantities: dict[str, int] = {}
    for line in lines:
        sku, separator, quantity = line.rpartition("=")
        if not separator or not quantity.strip().isdecimal():
            wrong_use(f"--line {line!r} is not SKU=QTY, such as TEA-01=2.")
        quantities[sku.strip()] = quantities.get(sku.strip(), 0) + int(quantity)
    return quantities


def _print_part(title: str, rows: Sequence[Mapping[str, Any]], shown: Any) -> None:
    if is_terminal():
        print(f"\n{title}")
    print_rows(rows, shown)


def _as_row(order: "Order") -> dict[str, Any]:
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
        "refunded": order.refunded,
        "net": order.net,
        "currency": order.currency,
        "promo_code": order.promo_code,
        "source": order.source,
        "is_demo": order.is_demo,
    }


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


def _parts(order: "Order") -> dict[str, Any]:
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
                "text": event.text,
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
