"""Writes cancellations and returns, with the credit that their units are worth."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal

from backoffice.db.inserting import insert
from backoffice.money import zero
from orders.fulfilment.units import Units
from orders.models import Cancellation, CancellationLine, Order, OrderLine, Return, ReturnLine
from orders.status import OrderStatus, status_of


def credit_cancelled(
    order: Order, order_lines: Sequence[OrderLine], units: Sequence[Units]
) -> tuple[list[Decimal], Decimal]:
    """Return what the units and the shipping fee with them are worth; count both, saving nothing."""
    fee_left = shipping_left(order, order_lines)
    worth = [_credit(order, each, "cancelled") for each in units]
    # The shipping fee is credited only when nothing at all will have been shipped.
    is_whole = status_of(order_lines) == OrderStatus.CANCELLED
    shipping = fee_left if is_whole else zero()
    order.credited += shipping
    return worth, shipping


def credit_returned(order: Order, units: Sequence[Units], *, shipping: Decimal) -> list[Decimal]:
    """Return what the units are worth; count it and the given part of the shipping fee, saving nothing."""
    worth = [_credit(order, each, "returned") for each in units]
    order.credited += shipping
    return worth


def write_cancellation(
    order: Order, order_lines: Sequence[OrderLine], units: Sequence[Units], *, reason: str, at: datetime
) -> tuple[Cancellation, list[Decimal]]:
    """Write the cancellation and return it with the credits; set the order's counters without saving."""
    worth, shipping = credit_cancelled(order, order_lines, units)
    cancellation = Cancellation(
        order=order,
        reference=f"{order.number}-C{order.cancellations.count() + 1}",
        reason=reason,
        credit=sum(worth, zero()),
        shipping_credit=shipping,
        at=at,
    )
    insert([cancellation])
    insert(
        [
            CancellationLine(
                cancellation=cancellation, order_line=each.line, quantity=each.quantity, credit=credit
            )
            for each, credit in zip(units, worth, strict=True)
        ]
    )
    return cancellation, worth


def write_return(
    order: Order,
    units: Sequence[Units],
    restock: Sequence[bool],
    *,
    shipping: Decimal,
    reason: str,
    at: datetime,
) -> tuple[Return, list[Decimal]]:
    """Write the return and return it with the credits; set the order's counters without saving."""
    worth = credit_returned(order, units, shipping=shipping)
    returned = Return(
        order=order,
        reference=f"{order.number}-R{order.returns.count() + 1}",
        reason=reason,
        credit=sum(worth, zero()),
        shipping_credit=shipping,
        at=at,
    )
    insert([returned])
    insert(
        [
            ReturnLine(
                returned=returned,
                order_line=each.line,
                quantity=each.quantity,
                restock=is_restocked,
                credit=credit,
            )
            for each, is_restocked, credit in zip(units, restock, worth, strict=True)
        ]
    )
    return returned, worth


def shipping_left(order: Order, lines: Sequence[OrderLine]) -> Decimal:
    """Return how much of the shipping fee was not credited yet: the order's credits beyond its lines' are."""
    of_goods = sum((line.credited + line.allowed for line in lines), zero())
    return order.shipping - (order.credited - of_goods)


def _credit(order: Order, units: Units, counter: Literal["cancelled", "returned"]) -> Decimal:
    """Credit the units and count them; what units of the same line are worth next follows from both."""
    line, credit = units.line, units.credit()
    setattr(line, counter, getattr(line, counter) + units.quantity)
    line.credited += credit
    order.credited += credit
    return credit
