"""Thousands of random orders beside an oracle that computes in fractions: what is due is equal each time.

What units and allowances are worth is computed by the very functions that the use cases call, on orders that
no database knows, so that thousands take seconds; some dozens go through the use cases and the database.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import floor
from random import Random

import pytest

from backoffice.errors import Refusal
from orders.audit import audit_orders
from orders.fulfilment.lifecycle import ReturnedItem, cancel_order, return_items, ship_order
from orders.fulfilment.reversals import credit_cancelled, credit_returned, shipping_left
from orders.fulfilment.units import Units
from orders.models import Order, OrderLine
from orders.payments.allowances import allow, allowance_shares
from orders.payments.audit import audit_payments
from orders.payments.corrections import move, reverse, write_off
from orders.payments.recording import pay_back, record_payment
from tests.factories import CLI, make_product, make_promo_code, place

CENT = Fraction(1, 100)


def to_the_cent(amount: Fraction) -> Fraction:
    """Half up, as people round."""
    return floor(amount / CENT + Fraction(1, 2)) * CENT


@dataclass
class FractionLine:
    total: Fraction
    quantity: int
    done: int = 0
    credited: Fraction = Fraction()
    allowed: Fraction = Fraction()

    @property
    def remaining(self) -> Fraction:
        return self.total - self.credited - self.allowed

    def give_up(self, units: int) -> Fraction:
        if self.allowed:
            worth = to_the_cent(self.remaining * units / (self.quantity - self.done))
        else:
            parts = (self.total * each / self.quantity for each in (self.done, self.done + units))
            before, after = map(to_the_cent, parts)
            worth = after - before
        self.done += units
        self.credited += worth
        return worth


@dataclass
class FractionOrder:
    lines: list[FractionLine]
    shipping: Fraction
    given_up: Fraction = Fraction()
    shipping_given_up: Fraction = Fraction()
    paid: Fraction = field(default=Fraction())

    @property
    def total(self) -> Fraction:
        return sum((line.total for line in self.lines), self.shipping)

    @property
    def due(self) -> Fraction:
        return self.total - self.given_up - self.paid

    def allow(self, amount: Fraction) -> None:
        """By the largest remainder, ties to the earlier line; what the goods do not hold is of the fee."""
        of_goods = sum(line.remaining for line in self.lines)
        goods = min(amount, of_goods)
        exact = [goods * line.remaining / of_goods if of_goods else Fraction() for line in self.lines]
        shares = [floor(each / CENT) * CENT for each in exact]
        by_remainder = sorted(range(len(shares)), key=lambda index: (shares[index] - exact[index], index))
        for index in by_remainder[: int((goods - sum(shares)) / CENT)]:
            shares[index] += CENT
        for line, share in zip(self.lines, shares, strict=True):
            line.allowed += share
        self.given_up += amount
        self.shipping_given_up += amount - goods


def fraction(amount: Decimal) -> Fraction:
    return Fraction(amount)


def a_random_order(random: Random) -> tuple[Order, list[OrderLine], FractionOrder]:
    lines = []
    for position in range(1, random.randint(1, 4) + 1):
        quantity, price = random.randint(1, 7), Decimal(random.randint(1, 9_999)).scaleb(-2)
        subtotal = price * quantity
        discount = (subtotal * random.choice([0, 0, 25, 33, 100]) / 100).quantize(Decimal("0.01"))
        lines.append(
            OrderLine(
                pk=position,
                position=position,
                sku=f"S{position}",
                quantity=quantity,
                unit_price=price,
                subtotal=subtotal,
                discount=discount,
            )
        )
    shipping = Decimal(random.choice(["0.00", "4.90", "0.01"]))
    total = sum((line.total for line in lines), shipping)
    order = Order(shipping=shipping, total=total, currency="EUR")
    plain = [FractionLine(fraction(line.total), line.quantity) for line in lines]
    return order, lines, FractionOrder(plain, fraction(shipping))


def test_five_thousand_random_orders_come_to_what_fractions_say() -> None:
    random = Random(17)
    for _each in range(5_000):
        order, lines, oracle = a_random_order(random)
        for _step in range(random.randint(1, 8)):
            _give_up_something(random, order, lines, oracle)
            amount = Decimal(random.randint(1, 5_000)).scaleb(-2)
            order.paid += amount
            oracle.paid += fraction(amount)
            due = order.total - order.credited - order.paid

            assert fraction(due) == oracle.due
            assert [fraction(line.remaining) for line in lines] == [each.remaining for each in oracle.lines]
            assert all(line.remaining >= 0 for line in lines)
            assert fraction(shipping_left(order, lines)) == oracle.shipping - oracle.shipping_given_up
        for line in lines:
            if line.cancelled + line.returned == line.quantity:
                assert line.remaining == 0


def _give_up_something(random: Random, order: Order, lines: list[OrderLine], oracle: FractionOrder) -> None:
    place = random.randrange(len(lines))
    line, plain = lines[place], oracle.lines[place]
    left = line.quantity - line.cancelled - line.returned
    what = random.choice(["return", "allow"])
    if what == "return" and left:
        units = random.randint(1, left)
        [worth] = credit_returned(order, [Units(line, units)], shipping=Decimal(0))
        assert fraction(worth) == plain.give_up(units)
        oracle.given_up += fraction(worth)
    most = order.total - order.credited
    if what == "allow" and most > 0:
        amount = Decimal(random.randint(1, int(most * 100))).scaleb(-2)
        shares, shipping = allowance_shares(order, lines, lines, amount, with_shipping=True)
        assert sum(shares.values(), shipping) == amount
        for each, share in shares.items():
            each.allowed += share
        order.credited += amount
        oracle.allow(fraction(amount))


@pytest.mark.django_db
def test_some_go_through_the_use_cases_and_every_audit_is_content() -> None:
    random = Random(41)
    for sku, price in (("A", "23.90"), ("B", "0.99"), ("C", "3.33")):
        make_product(sku, on_hand=5_000, price=price)
    make_promo_code("QUARTER", percent_off="25")
    orders = [_a_placed_order(random) for _each in range(12)]
    for _step in range(150):
        order = random.choice(orders)
        before = Order.objects.get(pk=order.pk)
        try:
            _do_something(random, order, orders)
        except Refusal:
            assert Order.objects.get(pk=order.pk).due == before.due
        now = Order.objects.get(pk=order.pk)
        assert Fraction(now.due) == Fraction(now.total) - sum(
            map(Fraction, (now.credited, now.paid, now.waived))
        )
    assert audit_payments() == audit_orders() == []


def _a_placed_order(random: Random) -> Order:
    lines = {sku: random.randint(1, 6) for sku in ("A", "B", "C")}
    order = place(lines, promo_code=random.choice(["", "QUARTER"]), shipping_fee=Decimal("4.90"))
    if random.random() < 0.7:
        ship_order(order.number, by=CLI, lines={"A": 1, "B": 1})
    return order


def _do_something(random: Random, order: Order, orders: list[Order]) -> None:
    number, amount = order.number, Decimal(random.randint(1, 6_000)).scaleb(-2)
    live = list(order.payment_entries.filter(reverses=None, reversed_by=None).values_list("pk", flat=True))
    sku = random.choice("ABC")
    match random.randrange(9):
        case 0 | 1:
            record_payment(number, amount, by=CLI)
        case 2:
            cancel_order(number, lines={sku: 1}, by=CLI)
        case 3:
            return_items(number, items=[ReturnedItem(sku, 1)], by=CLI)
        case 4:
            allow(number, amount / 10, reason="Late", by=CLI) if amount > 1 else None
        case 5:
            pay_back(number, min(amount, Decimal("9.99")), by=CLI, allowance_reason="Goodwill")
        case 6:
            write_off(number, reason="Lost", by=CLI)
        case 7 if live:
            reverse(random.choice(live), reason="Wrong", by=CLI)
        case 8 if live:
            move(random.choice(live), random.choice(orders).number, by=CLI)


def test_cancelling_follows_the_same_fractions() -> None:
    random = Random(3)
    for _each in range(500):
        order, lines, oracle = a_random_order(random)
        units = [Units(line, random.randint(1, line.quantity)) for line in lines]
        worth, _shipping = credit_cancelled(order, lines, units)
        for each, credit in zip(units, worth, strict=True):
            assert fraction(credit) == oracle.lines[each.line.position - 1].give_up(each.quantity)
