"""Faults that other shops were reported to have, by the numbers of the reports."""

from decimal import Decimal

import pytest

from orders.fulfilment.lifecycle import ReturnedItem, cancel_order, return_items, ship_order
from orders.models import Order
from orders.payments.allowances import allow
from orders.payments.audit import audit_payments
from orders.payments.details import PaymentDetails
from orders.payments.recording import pay_back, record_payment
from orders.status import PaymentState
from tests.factories import CLI, make_product, make_promo_code, place

pytestmark = pytest.mark.django_db


def amount(text: str) -> Decimal:
    return Decimal(text)


def ten_with_a_quarter_off() -> Order:
    """10 × 23.90 with 25 % off: 179.25."""
    make_product("BOX", on_hand=100, price="23.90")
    make_promo_code("QUARTER", percent_off="25")
    return place({"BOX": 10}, promo_code="QUARTER")


def test_woocommerce_64668_a_whole_refund_is_what_was_paid_and_no_cent_more() -> None:
    order = ten_with_a_quarter_off()
    assert order.total == amount("179.25")
    record_payment(order.number, order.total, by=CLI)
    ship_order(order.number, by=CLI)

    one = [ReturnedItem("BOX", 1)]
    worth = [return_items(order.number, items=one, by=CLI).credit for _each in range(10)]

    assert sum(worth) == amount("179.25")
    assert pay_back(order.number, by=CLI).entry.paid_delta == amount("-179.25")
    order.refresh_from_db()
    assert (order.paid, order.due, order.net) == (0, 0, 0)


def test_woocommerce_41919_the_last_unit_takes_the_remainder_whatever_the_portions() -> None:
    order = ten_with_a_quarter_off()
    record_payment(order.number, order.total, by=CLI)
    ship_order(order.number, by=CLI)

    for units in (3, 3, 3, 1):
        return_items(order.number, items=[ReturnedItem("BOX", units)], by=CLI)
        pay_back(order.number, by=CLI)

    order.refresh_from_db()
    assert (order.paid, order.due) == (0, 0)


def test_woocommerce_26734_an_amount_without_units_is_spread_over_the_lines() -> None:
    order = ten_with_a_quarter_off()
    record_payment(order.number, order.total, by=CLI)

    pay_back(order.number, amount("9.25"), by=CLI, allowance_reason="Dented")
    ship_order(order.number, by=CLI)
    return_items(order.number, items=[ReturnedItem("BOX", 10)], by=CLI)
    pay_back(order.number, by=CLI)

    order.refresh_from_db()
    assert (order.paid, order.due, order.lines.get().allowed) == (0, 0, amount("9.25"))


def test_medusa_9261_a_paid_order_can_be_paid_back_although_nothing_came_back() -> None:
    order = ten_with_a_quarter_off()
    record_payment(order.number, order.total, by=CLI)

    pay_back(order.number, amount("20.00"), by=CLI, allowance_reason="Came late")

    order.refresh_from_db()
    assert (order.payment_state, order.net) == (PaymentState.PAID, amount("159.25"))


def test_medusa_4386_what_is_due_remembers_what_was_paid_and_paid_back() -> None:
    order = ten_with_a_quarter_off()
    record_payment(order.number, amount("100.00"), by=CLI)
    cancel_order(order.number, lines={"BOX": 5}, by=CLI)
    order.refresh_from_db()
    assert order.due == order.net - amount("100.00") == amount("-10.38")

    pay_back(order.number, amount("0.38"), by=CLI)

    order.refresh_from_db()
    assert order.due == amount("-10.00")


def test_vendure_2393_a_refund_may_be_of_several_payments() -> None:
    order = ten_with_a_quarter_off()
    for part in ("100.00", "79.25"):
        record_payment(order.number, amount(part), PaymentDetails(method="card"), by=CLI)
    cancel_order(order.number, by=CLI)

    assert pay_back(order.number, by=CLI).entry.paid_delta == amount("-179.25")


def test_saleor_15217_what_was_shipped_and_delivered_can_be_paid_back() -> None:
    order = ten_with_a_quarter_off()
    record_payment(order.number, order.total, by=CLI)
    ship_order(order.number, by=CLI)

    allow(order.number, amount("50.00"), reason="Broken", by=CLI)
    pay_back(order.number, by=CLI)

    order.refresh_from_db()
    assert (order.due, order.status) == (0, "shipped")
    assert audit_payments() == []
