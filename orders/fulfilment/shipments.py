"""What turns out about a shipment afterwards: that its carrier or number was wrong, or that it never left."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import NotFound
from catalog import stock
from orders.emails.overtaken import withdraw_notices_of
from orders.fulfilment.lifecycle import checked_parcel, checked_reason
from orders.fulfilment.units import Units, as_facts, by_product
from orders.held_order import IllegalTransition, begin, finish
from orders.models import EventKind, Order, OrderLine, ReturnLine, Shipment
from orders.status import Action
from orders.timeline import happened


class UnknownShipment(NotFound):
    code = "unknown_shipment"
    title = gettext_lazy("No such shipment")


@write_transaction
def correct_shipment(
    number: str,
    reference: str,
    *,
    by: Actor,
    carrier: str | None = None,
    tracking_number: str | None = None,
    notify: bool = True,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> Shipment:
    """Correct the carrier or the tracking number of a shipment; None leaves them. The same changes nothing.

    Args:
        notify: whether the customer, who knows what was there before, is told. Of what has arrived nobody is.

    Raises:
        UnknownOrder, UnknownShipment, IllegalTransition, Invalid, Stale.
    """
    order, lines = begin(number, Action.CORRECT_SHIPMENT, expected_version=expected_version)
    shipment = _shipment_of(order, reference)
    _refuse_undone(shipment)
    before = (shipment.carrier, shipment.tracking_number)
    after = checked_parcel(
        before[0] if carrier is None else carrier, before[1] if tracking_number is None else tracking_number
    )
    if before == after:
        return shipment
    shipment.carrier, shipment.tracking_number = after
    shipment.save(update_fields=["carrier", "tracking_number"])
    finish(order, lines)
    names = ("carrier", "tracking_number")
    changes = {name: [old, new] for name, old, new in zip(names, before, after, strict=True) if old != new}
    facts = {
        "shipment": shipment.reference,
        "changes": changes,
        "told": notify and shipment.delivered_at is None,
    }
    happened(order, EventKind.SHIPMENT_CORRECTED, facts, by=by, at=at or timezone.now(), shipment=shipment)
    return shipment


@write_transaction
def undo_shipment(
    number: str,
    reference: str,
    *,
    by: Actor,
    reason: str = "",
    notify: bool = True,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> Shipment:
    """Undo a shipment that never left: its units are on the shelf again, reserved for the order as before.

    Args:
        notify: whether the customer, who heard that it is on its way, is told that it is not. When the notice
            still waits to be sent, it is withdrawn, and there is nothing to tell.

    Raises:
        UnknownOrder, UnknownShipment, Invalid, Stale.
        IllegalTransition: it was delivered or undone, or units of it came back.
    """
    at = at or timezone.now()
    order, lines = begin(number, Action.UNDO_SHIPMENT, expected_version=expected_version)
    shipment = _shipment_of(order, reference)
    _refuse_undone(shipment)
    if shipment.delivered_at is not None:
        text = _("%(shipment)s was delivered: what comes back is a return.")
        raise IllegalTransition(text % {"shipment": shipment.reference})
    units = _units_of(shipment, lines)
    _refuse_returned(shipment, units)
    for each in units:
        each.line.shipped -= each.quantity
    stock.unship(by_product(units), reference=shipment.reference, held_for=order.number, by=by, at=at)
    shipment.undone_at = at
    shipment.save(update_fields=["undone_at"])
    finish(order, lines, counters=["shipped"])
    has_heard = withdraw_notices_of(shipment)
    facts = {
        "shipment": shipment.reference,
        "carrier": shipment.carrier,
        "tracking_number": shipment.tracking_number,
        "reason": checked_reason(reason),
        "told": notify and has_heard,
        "lines": as_facts(units),
    }
    happened(order, EventKind.SHIPMENT_UNDONE, facts, by=by, at=at, shipment=shipment)
    return shipment


def _shipment_of(order: Order, reference: str) -> Shipment:
    """Raises UnknownShipment."""
    wanted = reference.strip().upper()
    shipment = order.shipments.filter(reference=wanted).first()
    if shipment is None:
        text = _("%(order)s has no shipment %(shipment)s.")
        raise UnknownShipment(text % {"order": order.number, "shipment": wanted[:60]})
    return shipment


def _refuse_undone(shipment: Shipment) -> None:
    if shipment.undone_at is not None:
        raise IllegalTransition(_("%(shipment)s was undone already.") % {"shipment": shipment.reference})


def _units_of(shipment: Shipment, lines: Sequence[OrderLine]) -> list[Units]:
    by_pk = {line.pk: line for line in lines}
    return [Units(by_pk[each.order_line_id], each.quantity) for each in shipment.lines.order_by("pk")]


def came_back(line: OrderLine, quantity: int) -> bool:
    """Whether units of a shipment with so many came back: more did than other shipments hold."""
    return line.returned > line.shipped - quantity


def _refuse_returned(shipment: Shipment, units: Sequence[Units]) -> None:
    returned = [each.line for each in units if came_back(each.line, each.quantity)]
    if not returned:
        return
    found = ReturnLine.objects.filter(order_line__in=[line.pk for line in returned])
    names = sorted(set(found.values_list("returned__reference", flat=True)))
    text = _("Units of %(shipment)s came back (%(returns)s): it has left, and cannot be undone.")
    raise IllegalTransition(text % {"shipment": shipment.reference, "returns": ", ".join(names)})
