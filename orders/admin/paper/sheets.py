"""What is printed of orders: packing slips and pick lists. Few statements, whatever the number of orders."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Count, F, Max, Min, Prefetch, QuerySet, Sum
from django.utils import translation
from django.utils.translation import gettext as _

from backoffice.dates import moment_with_year
from backoffice.languages import language_of_shop
from orders.admin import counted
from orders.admin.order.items import address_of, with_phone
from orders.models import Order, OrderLine, Shipment
from orders.models.order_line import OPEN_UNITS


@dataclass(frozen=True, slots=True)
class SlipLine:
    """A line as it was ordered; `now` is the SKU of its product if it was renamed since, else empty."""

    sku: str
    name: str
    quantity: int
    now: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """A packing slip for one parcel, in the language of the order.

    It shows no prices or promo codes: the parcel may be a present.
    """

    number: str
    language: str
    placed: str
    address: list[str]
    note: str
    lines: list[SlipLine]
    parcel: str = ""
    tracking: str = ""

    @property
    def contents(self) -> str:
        units = counted.units(sum(line.quantity for line in self.lines))
        return _("%(units)s of %(products)s") % {
            "units": units,
            "products": counted.products(len(self.lines)),
        }


@dataclass(frozen=True, slots=True)
class Pick:
    """Units of one product to fetch from the shelf; `was` are other SKUs that it was ordered by."""

    sku: str
    name: str
    barcode: str
    units: int
    on_hand: int
    orders: int
    was: str = ""


def printable(orders: QuerySet[Order], pks: Sequence[int]) -> list[Order]:
    """Return these orders with lines and shipments, in the order of the keys, in three statements."""
    lines = Prefetch("lines", queryset=OrderLine.objects.select_related("product").order_by("position"))
    buyers = orders.select_related("customer__user")
    found = buyers.prefetch_related(lines, "shipments").in_bulk(list(pks))
    return [found[pk] for pk in pks if pk in found]


def slips_of(orders: Iterable[Order]) -> list[Slip]:
    """Return a slip of what is still to ship for each order; orders with nothing left have none."""
    slips = (_slip(order, [(line, line.open) for line in order.lines.all() if line.open]) for order in orders)
    return [slip for slip in slips if slip.lines]


def slip_of_shipment(order: Order, shipment: Shipment) -> Slip:
    """Return a slip of what was sent in this parcel."""
    contents = shipment.lines.select_related("order_line__product").order_by("order_line__position")
    sent = [(content.order_line, content.quantity) for content in contents]
    tracking = " ".join(filter(None, [shipment.carrier, shipment.tracking_number]))
    slip = _slip(order, sent, parcel=shipment.reference, tracking=tracking)
    with translation.override(slip.language):
        return replace(slip, address=with_phone(shipment.shipping_address))


def picks_for(pks: Sequence[int]) -> list[Pick]:
    """Return what is still to ship of these orders, summed by product and sorted by SKU."""
    lines = OrderLine.objects.filter(order__in=pks, quantity__gt=F("shipped") + F("cancelled"))
    product = [f"product__{name}" for name in ("sku", "name", "barcode")]
    summed = lines.values("product").annotate(
        units=Sum(OPEN_UNITS), orders=Count("order"), first=Min("sku"), last=Max("sku")
    )
    figures = ("units", "product__on_hand", "orders", "first", "last")
    rows = summed.order_by("product__sku_key").values_list(*product, *figures)
    return [
        Pick(sku, name, barcode or "", units, on_hand, orders, was=", ".join(sorted({*ordered_as} - {sku})))
        for sku, name, barcode, units, on_hand, orders, *ordered_as in rows
    ]


def _slip_line(line: OrderLine, quantity: int) -> SlipLine:
    now = line.product.sku
    return SlipLine(line.sku, line.name, quantity, now if now != line.sku else "")


def _slip(
    order: Order, contents: Iterable[tuple[OrderLine, int]], *, parcel: str = "", tracking: str = ""
) -> Slip:
    language = order.language_spoken or language_of_shop()
    with translation.override(language):
        placed, address = moment_with_year(order.placed_at), address_of(order)
    return Slip(
        number=str(order),
        language=language,
        placed=placed,
        address=address,
        note=order.note,
        lines=[_slip_line(line, quantity) for line, quantity in contents],
        parcel=parcel,
        tracking=tracking,
    )
