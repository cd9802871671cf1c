"""An order's shipments, cancellations and returns as its page shows them; one statement each."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from orders.admin import words
from orders.fulfilment.tracking import tracking_url
from orders.models import CancellationLine, Order, OrderLine, ReturnLine, ShipmentLine


@dataclass(slots=True)
class ParcelCard:
    reference: str
    carrier: str
    tracking_number: str
    tracking_url: str
    shipped_at: datetime
    delivered_at: datetime | None
    contents: list[str]


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
    contents = ShipmentLine.objects.filter(shipment__order=order).select_related("shipment")
    for content in contents.order_by("shipment_id", "pk"):
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
                contents=[],
            ),
        )
        parcel.contents.append(_units(content.quantity, lines[content.order_line_id]))
    return list(parcels.values())


def returns_of(order: Order, lines: dict[int, OrderLine]) -> list[Reversal]:
    found: dict[int, Reversal] = {}
    contents = ReturnLine.objects.filter(returned__order=order).select_related("returned")
    for content in contents.order_by("returned_id", "pk"):
        whole = content.returned
        credit = words.money(whole.credit, order.currency)
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
