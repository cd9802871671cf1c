"""An order's shipments, cancellations and returns as its page shows them; one statement each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from backoffice.countries import postal_lines
from backoffice.db.statements import selecting
from backoffice.money import zero
from orders.admin import counted, words
from orders.admin.order.goods import Goods, GoodsRow, Shop
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
    rows: list[GoodsRow]
    shipped_by: str = ""
    # Units of it were returned, so that it did leave.
    came_back: bool = False
    # Open the dialogs; "" where the status of the parcel or of the order does not allow it.
    deliver_url: str = ""
    correct_url: str = ""
    undo_url: str = ""

    @property
    def title(self) -> str:
        if self.undone_at:
            return _("Never left")
        return _("Delivered") if self.delivered_at else _("Shipped")

    @property
    def goods(self) -> Goods:
        return Goods(self.rows)

    @property
    def count(self) -> str:
        return counted.lines(len(self.rows))

    @property
    def left(self) -> SafeString:
        return words.time_tag(self.shipped_at, words.moment(self.shipped_at))

    @property
    def ended(self) -> SafeString | None:
        """Return when it arrived, or when it turned out that it never left."""
        at = self.undone_at or self.delivered_at
        return words.time_tag(at, words.moment(at)) if at else None


@dataclass(slots=True)
class Reversal:
    """A return or a cancellation."""

    reference: str
    reason: str
    at: SafeString
    credit: str
    rows: list[GoodsRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reversals:
    """All returns of an order, or all its cancellations."""

    each: Sequence[Reversal]
    credit: str

    @property
    def contents(self) -> str:
        """Write `2 lines · Glass jar, 1 l × 1`: of several lines the first is named."""
        rows = [row for reversal in self.each for row in reversal.rows]
        first = f"{rows[0].name} × {rows[0].quantity}" if len(rows) == 1 else ""
        units = "" if first else counted.units(sum(row.quantity for row in rows))
        return " · ".join(filter(None, [counted.lines(len(rows)), first, units]))


def parcels_of(
    order: Order, lines: Mapping[int, OrderLine], shop: Shop, *, shipped_by: Mapping[str, str]
) -> list[ParcelCard]:
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
                rows=[],
                shipped_by=shipped_by.get(shipment.reference, ""),
            ),
        )
        line = lines[content.order_line_id]
        parcel.rows.append(shop.row(line, content.quantity))
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
        if parcel.undone_at or parcel.delivered_at:
            continue
        if is_allowed(Action.DELIVER, order.status):
            parcel.deliver_url = _dialog("mark_delivered", order, parcel)
        if not parcel.came_back and is_allowed(Action.UNDO_SHIPMENT, order.status):
            parcel.undo_url = _dialog("undo_shipment", order, parcel)


def _dialog(name: str, order: Order, parcel: ParcelCard) -> str:
    url = reverse(f"admin:orders_order_{name}", args=[order.pk])
    return f"{url}?{urlencode({'shipment': parcel.reference})}"


def _address_of(shipment: Shipment, order: Order) -> list[str]:
    if shipment.shipping_address == order.shipping_address:
        return []
    return postal_lines(shipment.shipping_address)


def returns_of(order: Order, lines: Mapping[int, OrderLine], shop: Shop) -> Reversals:
    contents = ReturnLine.objects.filter(returned__order=order).select_related("returned")
    return _reversals(contents.order_by("returned_id", "pk"), "returned", lines, shop, _fate_of)


def cancellations_of(order: Order, lines: Mapping[int, OrderLine], shop: Shop) -> Reversals:
    contents = CancellationLine.objects.filter(cancellation__order=order).select_related("cancellation")
    return _reversals(contents.order_by("cancellation_id", "pk"), "cancellation", lines, shop, _no_note)


def _reversals(
    contents: QuerySet[ReturnLine] | QuerySet[CancellationLine],
    whole_of: str,
    lines: Mapping[int, OrderLine],
    shop: Shop,
    note_of: Callable[[ReturnLine | CancellationLine], str],
) -> Reversals:
    found: dict[int, Reversal] = {}
    worth: dict[int, Decimal] = {}
    for content in contents:
        whole = getattr(content, whole_of)
        worth[whole.pk] = whole.credit + whole.shipping_credit
        at = words.time_tag(whole.at, words.moment(whole.at))
        reversal = Reversal(whole.reference, whole.reason, at, shop.money(worth[whole.pk]))
        row = shop.row(lines[content.order_line_id], content.quantity, note=note_of(content))
        found.setdefault(whole.pk, reversal).rows.append(row)
    return Reversals(list(found.values()), shop.money(sum(worth.values(), zero())))


def _fate_of(content: ReturnLine | CancellationLine) -> str:
    assert isinstance(content, ReturnLine)
    return _("restocked") if content.restock else _("written off")


def _no_note(_content: ReturnLine | CancellationLine) -> str:
    return ""


def without_reasons(reversals: Reversals) -> Reversals:
    """Leave out what was said of them: it may name the customer."""
    for reversal in reversals.each:
        reversal.reason = ""
    return reversals


def without_whereabouts(parcels: Sequence[ParcelCard]) -> None:
    """Leave out where the parcels went and where they can be followed."""
    for parcel in parcels:
        parcel.tracking_number, parcel.tracking_url, parcel.address = "", "", []
