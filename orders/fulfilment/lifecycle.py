"""What may happen to a placed order. Each use case holds the order's row: of two at once, one wins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from backoffice.db.inserting import insert
from backoffice.db.transactions import write_transaction
from backoffice.errors import Fault, Invalid
from backoffice.money import ZERO, formatted, rounded, too_many_places
from backoffice.numbers import grouped
from backoffice.text import fault_of
from catalog import stock
from orders.fulfilment.holding import refuse_held
from orders.fulfilment.reversals import shipping_left, write_cancellation, write_return
from orders.fulfilment.tracking_numbers import refuse_as_tracking_number
from orders.fulfilment.units import (
    all_open,
    as_credited_facts,
    as_facts,
    by_product,
    open_units,
    returnable_units,
)
from orders.held_order import IllegalTransition, begin, finish
from orders.models import EventKind, Order, OrderEvent, Return, Shipment, ShipmentLine
from orders.promotions import redemption
from orders.status import Action, OrderStatus, status_of
from orders.timeline import happened

MAX_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class ReturnedItem:
    """Units of one line that came back, to be restocked or written off."""

    sku: str
    quantity: int
    restock: bool = True


@write_transaction
def ship_order(
    number: str,
    *,
    by: Actor,
    lines: Mapping[str, int] | None = None,
    carrier: str = "",
    tracking_number: str = "",
    unpaid: bool = False,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> Shipment:
    """Ship units: all that are left, or the quantities in `lines` by SKU.

    Args:
        unpaid: ship it although it is held until it is paid; that takes `orders.ship_unpaid`.

    Raises:
        UnknownOrder, IllegalTransition, NotPaid, Invalid, Stale.
    """
    at = at or timezone.now()
    order, order_lines = begin(number, Action.SHIP, expected_version=expected_version)
    refuse_held(order, by=by, unpaid=unpaid)
    units = all_open(order_lines) if lines is None else open_units(order_lines, lines)
    carrier, tracking_number = checked_parcel(carrier, tracking_number)
    shipment = Shipment(
        order=order,
        reference=f"{order.number}-S{order.shipments.count() + 1}",
        carrier=carrier,
        tracking_number=tracking_number,
        shipping_address=order.shipping_address,
        shipped_at=at,
    )
    insert([shipment])
    insert([ShipmentLine(shipment=shipment, order_line=each.line, quantity=each.quantity) for each in units])
    for each in units:
        each.line.shipped += each.quantity
    stock.ship(by_product(units), reference=shipment.reference, held_for=order.number, by=by, at=at)
    finish(order, order_lines, counters=["shipped"])
    facts = {
        "shipment": shipment.reference,
        "carrier": shipment.carrier,
        "tracking_number": shipment.tracking_number,
        "lines": as_facts(units),
    }
    happened(order, EventKind.SHIPPED, facts, by=by, at=at, shipment=shipment)
    return shipment


@write_transaction
def deliver_order(
    number: str,
    *,
    by: Actor,
    shipment: str | None = None,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> Order:
    """Mark one shipment (by its reference), or all that are under way, as delivered.

    Raises:
        UnknownOrder, IllegalTransition, Stale.
    """
    at = at or timezone.now()
    order, order_lines = begin(number, Action.DELIVER, expected_version=expected_version)
    arriving = order.shipments.under_way()
    if shipment is not None:
        arriving = arriving.filter(reference=shipment.strip().upper())
    references = list(arriving.values_list("reference", flat=True))
    if not references:
        raise IllegalTransition(_("%(order)s has no such shipment under way.") % {"order": order.number})
    by_pk = {line.pk: line for line in order_lines}
    for arrived in ShipmentLine.objects.filter(shipment__in=arriving):
        by_pk[arrived.order_line_id].delivered += arrived.quantity
    arriving.update(delivered_at=at)
    finish(order, order_lines, counters=["delivered"])
    happened(order, EventKind.DELIVERED, {"shipments": references}, by=by, at=at)
    return order


@write_transaction
def cancel_order(
    number: str,
    *,
    by: Actor,
    reason: str = "",
    lines: Mapping[str, int] | None = None,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> Order:
    """Cancel what has not shipped, wholly or by quantities; a cancelled order stays as it is.

    Raises:
        UnknownOrder, IllegalTransition, Invalid, Stale.
    """
    at = at or timezone.now()
    order, order_lines = begin(number, Action.CANCEL, expected_version=expected_version)
    if order.status == OrderStatus.CANCELLED:
        return order
    units = all_open(order_lines) if lines is None else open_units(order_lines, lines)
    reason = checked_reason(reason)
    cancellation, worth = write_cancellation(order, order_lines, units, reason=reason, at=at)
    is_whole = status_of(order_lines) == OrderStatus.CANCELLED
    if is_whole:
        redemption.release(order, at=at)
    stock.release(by_product(units), reference=cancellation.reference, held_for=order.number, by=by, at=at)
    finish(order, order_lines, counters=["cancelled", "credited"], fields=["credited"])
    facts = {
        "cancellation": cancellation.reference,
        "is_whole": is_whole,
        "reason": reason,
        "credit": str(cancellation.credit),
        "shipping_credit": str(cancellation.shipping_credit),
        "lines": as_credited_facts(units, worth),
    }
    happened(order, EventKind.CANCELLED, facts, by=by, at=at)
    return order


@write_transaction
def return_items(
    number: str,
    *,
    by: Actor,
    items: Sequence[ReturnedItem],
    shipping_credit: Decimal = ZERO,
    reason: str = "",
    at: datetime | None = None,
    expected_version: int | None = None,
) -> Return:
    """Register units that came back, restocked or written off, also both of one line; the status stays.

    Args:
        shipping_credit: what is given back of the shipping fee: at most what was charged and not given back.

    Raises:
        UnknownOrder, IllegalTransition, Invalid, Stale.
    """
    at = at or timezone.now()
    order, order_lines = begin(number, Action.RETURN, expected_version=expected_version)
    restock = [item.restock for item in items]
    units = returnable_units(order_lines, [(item.sku, item.quantity) for item in items], restock)
    reason = checked_reason(reason)
    refuse_shipping_credit(shipping_credit, at_most=shipping_left(order, order_lines), order=order)
    fee = rounded(shipping_credit)
    returned, worth = write_return(order, units, restock, shipping=fee, reason=reason, at=at)
    restocked = [each for each, is_restocked in zip(units, restock, strict=True) if is_restocked]
    if restocked:
        stock.restock(by_product(restocked), reference=returned.reference, by=by, at=at)
    finish(order, order_lines, counters=["returned", "credited"], fields=["credited"])
    lines = as_credited_facts(units, worth)
    facts = {
        "return": returned.reference,
        "reason": reason,
        "credit": str(returned.credit),
        "shipping_credit": str(returned.shipping_credit),
        "lines": [{**line, "restock": is_back} for line, is_back in zip(lines, restock, strict=True)],
    }
    happened(order, EventKind.RETURNED, facts, by=by, at=at)
    return returned


@write_transaction
def comment(number: str, *, by: Actor, text: str, at: datetime | None = None) -> OrderEvent:
    """Leave a note for colleagues in the timeline.

    Raises:
        UnknownOrder, Invalid.
    """
    text = _text_within(text, MAX_TEXT, "/text", lines=True)
    if not text:
        raise Invalid(_("Write something."), faults=[Fault("/text", "validation", _("Empty."))])
    order, _lines = begin(number, Action.COMMENT, expected_version=None)
    at = at or timezone.now()
    return happened(order, EventKind.COMMENT, {"text": text}, by=by, at=at, is_keyed=True)


def refuse_shipping_credit(wanted: Decimal, *, at_most: Decimal, order: Order) -> None:
    """Raises Invalid."""
    if 0 <= wanted <= at_most and wanted == rounded(wanted):
        return
    if 0 <= wanted <= at_most:
        text = too_many_places()
    elif at_most:
        text = _("At most %(amount)s of the shipping fee can be given back.")
    else:
        text = _("There is no shipping fee to give back: none was charged, or it was given back before.")
    detail = text % {"amount": formatted(at_most, order.currency)}
    raise Invalid(detail, faults=[Fault("/shipping_credit", "validation", detail)])


def checked_parcel(carrier: str, tracking_number: str) -> tuple[str, str]:
    """Return both trimmed. Raises Invalid when they are too long, or the number cannot be a parcel's."""
    carrier = _text_within(carrier, 60, "/carrier")
    tracking_number = _text_within(tracking_number, 80, "/tracking_number")
    refuse_as_tracking_number(tracking_number)
    return carrier, tracking_number


def checked_reason(reason: str) -> str:
    """Return it trimmed. Raises Invalid."""
    return _text_within(reason, 255, "/reason")


def _text_within(text: str, longest: int, pointer: str, *, lines: bool = False) -> str:
    text = text.strip()
    detail = fault_of(text, lines=lines)
    if len(text) > longest:
        detail = _("At most %(count)s characters, without control characters.") % {"count": grouped(longest)}
    if detail:
        raise Invalid(f"{pointer[1:]}: {detail}", faults=[Fault(pointer, "validation", detail)])
    return text
