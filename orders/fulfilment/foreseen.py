"""What cancelling or returning units would credit, by the rules that do it; nothing is written."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from decimal import Decimal

from backoffice.money import ZERO, rounded, zero
from orders.fulfilment.lifecycle import ReturnedItem, refuse_shipping_credit
from orders.fulfilment.reversals import credit_cancelled, credit_returned, shipping_left
from orders.fulfilment.units import Units, open_units, returnable_units
from orders.models import Order, OrderLine


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Units with what each is worth, and what is given back of the shipping fee."""

    units: Sequence[Units]
    worth: Sequence[Decimal]
    shipping: Decimal

    @property
    def quantity(self) -> int:
        return sum(each.quantity for each in self.units)

    @property
    def credit(self) -> Decimal:
        return sum(self.worth, self.shipping)

    @property
    def price(self) -> Decimal:
        """Return what the units cost before any discount."""
        return sum((each.line.unit_price * each.quantity for each in self.units), zero())

    @property
    def discount(self) -> Decimal:
        """Return the part of the discount that goes with the units."""
        return self.price + self.shipping - self.credit


def cancellation_foreseen(order: Order, lines: Sequence[OrderLine], wanted: Mapping[str, int]) -> Foreseen:
    """Raises Invalid."""
    order, lines = copy(order), [copy(line) for line in lines]
    units = open_units(lines, wanted)
    worth, shipping = credit_cancelled(order, lines, units)
    return Foreseen(units, worth, shipping)


def return_foreseen(
    order: Order,
    lines: Sequence[OrderLine],
    items: Sequence[ReturnedItem],
    *,
    shipping_credit: Decimal = ZERO,
) -> Foreseen:
    """Raises Invalid."""
    order, lines = copy(order), [copy(line) for line in lines]
    wanted = [(item.sku, item.quantity) for item in items]
    units = returnable_units(lines, wanted, [item.restock for item in items])
    refuse_shipping_credit(shipping_credit, at_most=shipping_left(order, lines), order=order)
    fee = rounded(shipping_credit)
    return Foreseen(units, credit_returned(order, units, shipping=fee), fee)
