"""Packing with a scanner: an order's number opens it, a product ticks a unit, a tracking number ships."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from accounts.admin.actor import actor_of
from accounts.models import User
from backoffice.admin.base import DomainAdmin
from backoffice.admin.idempotency import IdempotencyKeyField, SentAlready, done_once, new_idempotency_key
from backoffice.db.fields import one_line
from backoffice.errors import Invalid, Refusal
from orders.admin import counted, words
from orders.admin.shipping.bulk_rows import ANOTHER_CARRIER, carrier_in, usual_carrier
from orders.fulfilment.holding import is_held, why_held
from orders.fulfilment.lifecycle import ship_order
from orders.fulfilment.tracking import CARRIERS
from orders.held_order import UnknownOrder, order_with_number
from orders.models import Order, OrderLine, Shipment
from orders.status import Action, is_allowed
from orders.visibility import may_know_customers

LEFT_ALREADY = gettext_lazy(
    "A parcel has left from this page already. What is still to ship is shown now: pack it as a new parcel."
)
NOT_UNDERSTOOD = gettext_lazy(
    "What was sent could not be read; nothing was shipped. Scan the order once more."
)


class ParcelForm(forms.Form):
    """A packed parcel; `version` is the shown order's, `key` stays the same if the form is sent again."""

    order = forms.CharField(max_length=40, validators=[one_line])
    version = forms.IntegerField()
    key = IdempotencyKeyField()


@dataclass(frozen=True, slots=True)
class PackedParcel:
    """What was packed: the order, the units by SKU, and how the parcel travels."""

    order: str
    version: int
    units: Mapping[str, int]
    carrier: str
    tracking_number: str


@dataclass(frozen=True, slots=True)
class PackedLine:
    """A line with units to ship, and how many of them were ticked."""

    line: OrderLine
    picked: int

    @property
    def others(self) -> str:
        """Return the other SKUs of its product, one a line: it may have been renamed since it was ordered."""
        product = self.line.product
        return "\n".join([product.sku, *(each.sku for each in product.earlier_skus.all())])


class Scanning(DomainAdmin):
    """The part of the orders' admin that packs with a scanner."""

    def has_scan_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perms(["orders.view_order", "orders.ship_order"])

    @action(description=gettext_lazy("Scan"), permissions=["scan"], icon="barcode_scanner", url_path="scan")
    def scan(self, request: HttpRequest) -> HttpResponse:
        """Show the order whose number was scanned; a POST ships what was ticked."""
        if request.method == "POST":
            return self._shipped(request)
        number = request.GET.get("order", "").replace("\x00", "").strip()
        if not number:
            return self._scan_page(request, {"sent": _left_with(request.GET.get("shipped", ""))})
        try:
            return self._scan_page(request, _order_to_pack(order_with_number(number), {}))
        except UnknownOrder as refusal:
            return self._scan_page(request, {"refusal": refusal.detail})

    def _shipped(self, request: HttpRequest) -> HttpResponse:
        form = ParcelForm(request.POST)
        units = _ticked_in(request.POST)
        if not form.is_valid() or units is None:
            return self._scan_page(request, {"refusal": NOT_UNDERSTOOD})
        parcel = PackedParcel(
            order=form.cleaned_data["order"],
            version=form.cleaned_data["version"],
            units=units,
            carrier=carrier_in(request.POST),
            tracking_number=request.POST.get("tracking_number", "").strip(),
        )
        try:
            reference = _ship(request, parcel, key=form.cleaned_data["key"])
        except Refusal as refusal:
            return self._refused(request, parcel, refusal)
        return HttpResponseRedirect(f"{_page_url()}?{urlencode({'shipped': reference})}")

    def _refused(self, request: HttpRequest, parcel: PackedParcel, refusal: Refusal) -> HttpResponse:
        """Show the order as it is now, with what was ticked and typed."""
        order = Order.objects.with_number(parcel.order).first()
        if order is None:
            return self._scan_page(request, {"refusal": refusal.detail})
        left_already = isinstance(refusal, SentAlready)
        context = {
            **_order_to_pack(order, {} if left_already else parcel.units),
            "refusal": LEFT_ALREADY if left_already else refusal.detail,
            "tracking_number": "" if left_already else parcel.tracking_number,
            "is_part": "part" in request.POST and not left_already,
        }
        return self._scan_page(request, context)

    def _scan_page(self, request: HttpRequest, context: Mapping[str, Any]) -> HttpResponse:
        assert isinstance(request.user, User)
        was_chosen = "carrier" in request.POST
        carrier = carrier_in(request.POST) if was_chosen else usual_carrier()
        frame = {
            "title": _("Scan"),
            "knows_customers": may_know_customers(request.user),
            "carriers": CARRIERS,
            "carrier": carrier,
            "is_other": carrier not in CARRIERS,
            "another": ANOTHER_CARRIER,
            "was_chosen": was_chosen,
        }
        return self.page(request, "orders/admin/scan.html", {**frame, **context})


def _page_url() -> str:
    return reverse("admin:orders_order_scan")


def _left_with(reference: str) -> dict[str, Any] | None:
    """Return what has left with this shipment and what is still to ship; None for no such shipment."""
    shipment = (
        Shipment.objects.select_related("order").filter(reference=reference.replace("\x00", "")).first()
    )
    if shipment is None:
        return None
    units = shipment.lines.aggregate(units=Sum("quantity"))["units"] or 0
    left = sum(line.open for line in shipment.order.lines.all())
    return {
        "order": shipment.order,
        "units": counted.units(units),
        "left": counted.units(left) if left else "",
        "parcel": " ".join(filter(None, (shipment.carrier, shipment.tracking_number))),
    }


def _order_to_pack(order: Order, units: Mapping[str, int]) -> dict[str, Any]:
    """Return the order with its open lines; `surplus` names ticked units that are not open any more.

    An order that is held shows none, but why: nobody is to pack it.
    """
    by_line = {line.sku: line for line in _lines_of(order)}
    can_ship = is_allowed(Action.SHIP, order.status)
    held = why_held(order) if can_ship and is_held(order) else ""
    is_open = can_ship and not held
    open_by_sku = {sku: line.open if is_open else 0 for sku, line in by_line.items()}
    surplus = {sku: ticked - open_by_sku.get(sku, 0) for sku, ticked in units.items()}
    return {
        "order": order,
        "status": words.status_label(order.status),
        "held": held,
        "lines": [
            PackedLine(line, min(units.get(sku, 0), line.open))
            for sku, line in by_line.items()
            if open_by_sku[sku]
        ],
        "surplus": [f"{count} × {sku}" for sku, count in surplus.items() if count > 0],
        "key": new_idempotency_key(),
    }


def _lines_of(order: Order) -> QuerySet[OrderLine]:
    lines = order.lines.select_related("product").prefetch_related("product__earlier_skus")
    return lines.order_by("position")


def _ticked_in(data: QueryDict) -> dict[str, int] | None:
    """Return the ticked units by SKU, without zeros; None when the form cannot be read."""
    skus, counts = data.getlist("sku"), data.getlist("quantity")
    if len(skus) != len(counts) or len(set(skus)) != len(skus):
        return None
    if not all(count.isdecimal() and count.isascii() and len(count) < 10 for count in counts):
        return None
    return {sku: int(count) for sku, count in zip(skus, counts, strict=True) if int(count)}


def _ship(request: HttpRequest, parcel: PackedParcel, *, key: str) -> str:
    """Ship the parcel once per key, however often it is sent, and return the shipment's reference.

    Raises:
        Refusal: nothing was shipped.
    """
    by = actor_of(request)

    def ship() -> dict[str, Any]:
        if not parcel.tracking_number:
            raise Invalid(_("Scan the tracking number of the parcel; nothing was shipped."))
        shipment = ship_order(
            parcel.order,
            by=by,
            lines=parcel.units,
            carrier=parcel.carrier,
            tracking_number=parcel.tracking_number,
            expected_version=parcel.version,
        )
        return {"reference": shipment.reference}

    return str(done_once(request, key, ship)["reference"])
