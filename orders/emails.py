"""What customers are told about their orders, and marketing about its codes.

Each is queued inside the transaction of its cause. Amounts and dates are put into words here, so that a mail
says what was true then, whenever it is sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Sum
from django.utils import timezone

from accounts.models import User
from backoffice.money import formatted
from backoffice.outbox.queueing import queue_email
from orders.models import Cancellation, Order, OrderLine, Promotion, Return, Shipment

# Whoever is meant to look after promo codes; the next group only when the one before has nobody.
DIGEST_READERS = ("Marketing", "Manager")
LONGEST_DIGEST = 100


def order_placed(order: Order, lines: Sequence[OrderLine]) -> None:
    _queue(order, "order_placed", cause=f"order:{order.number}", context=_order_in_words(order, lines))


def confirmation_again(order: Order, lines: Sequence[OrderLine]) -> None:
    """Send the confirmation once more, after the order's address or e-mail was edited."""
    cause = f"order:{order.number}:v{order.version}"
    _queue(order, "order_placed", cause=cause, context=_order_in_words(order, lines))


def order_shipped(shipment: Shipment, lines: Sequence[OrderLine], quantities: Mapping[int, int]) -> None:
    """`quantities` are the parcel's, by product."""
    order = shipment.order
    context = {
        **_heading(order),
        "lines": [
            {"name": line.name, "sku": line.sku, "quantity": quantities[line.product_id]}
            for line in lines
            if line.product_id in quantities
        ],
        "carrier": shipment.carrier,
        "tracking_number": shipment.tracking_number,
        "address": _address_lines(order),
        "more_follows": any(line.open for line in lines),
    }
    _queue(order, "order_shipped", cause=f"shipment:{shipment.reference}", context=context)


def order_cancelled(cancellation: Cancellation) -> None:
    order = cancellation.order
    context = {
        **_heading(order),
        "lines": _credited_lines(cancellation.lines.select_related("order_line"), order),
        "reason": cancellation.reason,
        "credit": _money(cancellation.credit + cancellation.shipping_credit, order),
        "shipping_credit": _money(cancellation.shipping_credit, order)
        if cancellation.shipping_credit
        else "",
        "is_whole_order": all(line.cancelled == line.quantity for line in order.lines.all()),
    }
    _queue(order, "order_cancelled", cause=f"cancellation:{cancellation.reference}", context=context)


def return_received(returned: Return) -> None:
    order = returned.order
    context = {
        **_heading(order),
        "lines": _credited_lines(returned.lines.select_related("order_line"), order),
        "credit": _money(returned.credit, order),
    }
    _queue(order, "return_received", cause=f"return:{returned.reference}", context=context)


def promotions_ended(pks: Sequence[int], *, at: datetime) -> None:
    """Tell those who look after promo codes, in one mail each, what ended; a batch of codes is one entry."""
    measured = Promotion.objects.filter(pk__in=pks[:LONGEST_DIGEST]).annotate(
        uses=Sum("codes__times_used"), code=Min("codes__code"), size=Count("codes")
    )
    ended = [
        {
            "code": promotion.code if promotion.size == 1 else f"{promotion.size:,} codes",
            "promotion": promotion.name,
            "discount": promotion.discount_in_words,
            "ended_at": _moment(promotion.ends_at or at),
            "times_used": promotion.uses or 0,
        }
        for promotion in measured.order_by("ends_at", "pk")
    ]
    for reader in _digest_readers():
        queue_email(
            cause=f"promo-expiry:{at:%Y-%m-%dT%H:%M:%S.%f}",
            template="promotions_ended",
            recipient=reader,
            context={"ended": ended, "count": len(pks), "more": len(pks) - len(ended)},
        )


def _queue(order: Order, template: str, *, cause: str, context: dict[str, Any]) -> None:
    queue_email(
        cause=cause,
        template=template,
        recipient=order.email,
        context=context,
        suppressed=not order.is_mailed,
    )


def _heading(order: Order) -> dict[str, Any]:
    return {"number": order.number, "name": order.ship_name, "placed_on": _moment(order.placed_at)}


def _order_in_words(order: Order, lines: Sequence[OrderLine]) -> dict[str, Any]:
    return {
        **_heading(order),
        "lines": [
            {
                "name": line.name,
                "sku": line.sku,
                "quantity": line.quantity,
                "unit_price": _money(line.unit_price, order),
                "total": _money(line.subtotal, order),
            }
            for line in lines
        ],
        "subtotal": _money(order.subtotal, order),
        "discount": _money(-order.discount, order) if order.discount else "",
        "promo_code": order.promo_code,
        "shipping": _money(order.shipping, order) if order.shipping else "",
        "total": _money(order.total, order),
        "address": _address_lines(order),
    }


def _credited_lines(lines: Iterable[Any], order: Order) -> list[dict[str, Any]]:
    return [
        {
            "name": line.order_line.name,
            "sku": line.order_line.sku,
            "quantity": line.quantity,
            "credit": _money(line.credit, order),
        }
        for line in lines
    ]


def _address_lines(order: Order) -> list[str]:
    town = f"{order.ship_postcode} {order.ship_city}".strip()
    parts = [order.ship_name, order.ship_line1, order.ship_line2, town, order.ship_region, order.ship_country]
    return [part for part in parts if part]


def _money(amount: Decimal, order: Order) -> str:
    return formatted(amount, order.currency)


def _moment(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local.day} {local:%B %Y, %H:%M}"


def _digest_readers() -> list[str]:
    staff = User.objects.filter(is_active=True, is_staff=True)
    for role in DIGEST_READERS:
        readers = list(staff.filter(groups__name=role).order_by("email").values_list("email", flat=True))
        if readers:
            return readers
    return list(staff.filter(is_superuser=True).order_by("email").values_list("email", flat=True))
