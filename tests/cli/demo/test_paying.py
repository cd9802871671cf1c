"""What came in for the demo's orders: each state, nothing in the future, and a bank's file that fits."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from cli.demo.paying import pay_orders, unpaid_orders, write_statement
from orders.fulfilment.lifecycle import ReturnedItem, deliver_order, return_items, ship_order
from orders.models import Order, OrderEvent, Origin, PaymentEntry, PaymentImportRow
from orders.payments.audit import audit_payments
from orders.payments.imports import plan_payments
from orders.status import PaymentState
from tests.factories import CLI, make_product, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings: Any, tmp_path: Path) -> None:
    """A hundred orders of yesterday, of which every tenth came back a minute ago."""
    settings.VAR_DIR = tmp_path
    make_product("TEA", on_hand=200, price="10.00")
    for _each in range(100):
        place({"TEA": 2}, at=timezone.now() - timedelta(days=1))
    Order.objects.update(origin=Origin.DEMO)
    for order in Order.objects.all()[::10]:
        ship_order(order.number, by=CLI)
        deliver_order(order.number, by=CLI)
        return_items(order.number, by=CLI, items=[ReturnedItem("TEA", 1)])
    assert sum(pay_orders(unpaid_orders())) == 100


@pytest.mark.usefixtures("demo")
def test_some_orders_are_in_each_state_of_payment_and_every_cent_adds_up() -> None:
    states = Counter(order.payment_state for order in Order.objects.all())

    wanted = {PaymentState.PAID, PaymentState.TO_PAY, PaymentState.PART_PAID, PaymentState.TO_PAY_BACK}
    assert wanted <= set(states)
    assert states[PaymentState.PAID] > 50
    assert Order.objects.overdue(timezone.localdate()).exists()
    assert PaymentEntry.objects.filter(kind="refund").exists()
    assert list(audit_payments()) == []
    assert unpaid_orders() == []


@pytest.mark.usefixtures("demo")
def test_nothing_happened_in_the_future_and_nothing_was_paid_back_before_it_came_back() -> None:
    assert not OrderEvent.objects.filter(at__gt=timezone.now()).exists()
    assert not PaymentEntry.objects.filter(value_date__gt=timezone.localdate()).exists()
    for refund in PaymentEntry.objects.filter(kind="refund"):
        assert refund.at >= OrderEvent.objects.get(order=refund.order, kind="returned").at


@pytest.mark.usefixtures("demo")
def test_the_banks_file_settles_differs_knows_and_finds_none(settings: Any) -> None:
    path = write_statement()
    assert path is not None
    assert path == settings.VAR_DIR / "bank-statement.csv"
    with path.open("rb") as file:
        planned = plan_payments(file, file_name=path.name, by=CLI)

    outcomes = Counter(
        PaymentImportRow.objects.filter(payment_import=planned).values_list("outcome", flat=True)
    )

    assert outcomes["settles"] >= 3
    assert (outcomes["differs"], outcomes["several"], outcomes["none"], outcomes["known"]) == (2, 1, 1, 1)
