"""An order's shipments, cancellations and returns as its page shows them; one statement each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.countries import postal_lines
from backoffice.db.statements import selecting
from orders.admin import words
from orders.fulfilment.shipments import came_back
from orders.fulfilment.tracking import tracking_url
from orders.models import CancellationLine, Order, OrderLine, ReturnLine, Shipment, ShipmentLine
from orders.status import Action, is_allowed


@dataclass(slots=True)
class ParcelCard:
    reference: str
    carrier: str
    tracking_number: str
    tracking_url: str
    shipped_at: datetime
    delivered_at: datetime | None
    undone_at: datetime | None
    # Where it went, if the order's address is another one now.
    address: list[str]
    contents: list[str]
    # Units of it were returned, so that it did leave.
    came_back: bool = False
    # Open the dialogs; "" where the status of the parcel or of the order does not allow it.
    correct_url: str = ""
    undo_url: str = ""


@dataclass(slots=True)
class Reversal:
    """A return or a cancellation."""

    reference: str
    reason: str
    at: datetime
    credit: str
    contents: list[str]


def parcels_of(order: Order, lines: dict[int, OrderLine]) -> list[ParcelCard]:
    parcels: dict[int, ParcelCard] = {}
    for content in _shipped(order.pk):
        shipment = content.shipment
        parcel = parcels.setdefault(
            shipment.pk,
            ParcelCard(
                reference=shipment.reference,
                carrier=shipment.carrier,
                tracking_number=shipment.tracking_number,
                tracking_url=tracking_url(shipment.carrier, shipment.tracking_number),
                shipped_at=shipment.shipped_at,
                delivered_at=shipment.delivered_at,
                undone_at=shipment.undone_at,
                address=_address_of(shipment, order),
                contents=[],
            ),
        )
        line = lines[content.order_line_id]
        parcel.contents.append(_units(content.quantity, line))
        parcel.came_back |= came_back(line, content.quantity)
    return list(parcels.values())


@selecting
def _shipped(order: int) -> QuerySet[ShipmentLine]:
    contents = ShipmentLine.objects.filter(shipment__order=order).select_related("shipment")
    return contents.order_by("shipment_id", "pk")


def with_dialogs(parcels: Sequence[ParcelCard], order: Order) -> None:
    """Let each parcel open the dialogs that its status and that of the order allow."""
    for parcel in parcels:
        if parcel.undone_at is None and is_allowed(Action.CORRECT_SHIPMENT, order.status):
            parcel.correct_url = _dialog("correct_shipment", order, parcel)
        may_be_here = parcel.undone_at is None and parcel.delivered_at is None and not parcel.came_back
        if may_be_here and is_allowed(Action.UNDO_SHIPMENT, order.status):
            parcel.undo_url = _dialog("undo_shipment", order, parcel)


def _dialog(name: str, order: Order, parcel: ParcelCard) -> str:
    url = reverse(f"admin:orders_order_{name}", args=[order.pk])
    return f"{url}?{urlencode({'shipment': parcel.reference})}"


def _address_of(shipment: Shipment, order: Order) -> list[str]:
    if shipment.shipping_address == order.shipping_address:
        return []
    return postal_lines(shipment.shipping_address)


def returns_of(order: Order, lines: dict[int, OrderLine]) -> list[Reversal]:
    found: dict[int, Reversal] = {}
    contents = ReturnLine.objects.filter(returned__order=order).select_related("returned")
    for content in contents.order_by("returned_id", "pk"):
        whole = content.returned
        credit = words.money(whole.credit + whole.shipping_credit, order.currency)
        reversal = found.setdefault(whole.pk, Reversal(whole.reference, whole.reason, whole.at, credit, []))
        units = _units(content.quantity, lines[content.order_line_id])
        fate = _("%(units)s, restocked") if content.restock else _("%(units)s, written off")
        reversal.contents.append(fate % {"units": units})
    return list(found.values())


def cancellations_of(order: Order, lines: dict[int, OrderLine]) -> list[Reversal]:
    found: dict[int, Reversal] = {}
    contents = CancellationLine.objects.filter(cancellation__order=order).select_related("cancellation")
    for content in contents.order_by("cancellation_id", "pk"):
        whole = content.cancellation
        credit = words.money(whole.credit + whole.shipping_credit, order.currency)
        reversal = found.setdefault(whole.pk, Reversal(whole.reference, whole.reason, whole.at, credit, []))
        reversal.contents.append(_units(content.quantity, lines[content.order_line_id]))
    return list(found.values())


def _units(quantity: int, line: OrderLine) -> str:
    return f"{quantity} × {line.name} ({line.sku})"
