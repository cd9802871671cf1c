"""The sentence for the customer counts what was cancelled and what came back, also where nothing was paid."""

import pytest

from orders.admin.order.explanation import explanation_of
from orders.fulfilment.lifecycle import ReturnedItem, cancel_order, return_items, ship_order
from orders.models import Order
from tests.factories import CLI, make_product, make_promo_code, place

pytestmark = pytest.mark.django_db


def sentence() -> str:
    order = Order.objects.get()
    return explanation_of(order, list(order.lines.all()), names_promo=True).sentence


def test_units_that_cost_nothing_are_counted_when_they_are_given_up() -> None:
    make_product("A", on_hand=5, price="10.00")
    make_promo_code("GIFT", percent_off="100")
    number = place({"A": 4}, promo_code="GIFT").number
    assert "which leaves" not in sentence()

    ship_order(number, by=CLI, lines={"A": 2})
    cancel_order(number, by=CLI, lines={"A": 1})
    return_items(number, by=CLI, items=[ReturnedItem("A", 1), ReturnedItem("A", 1, restock=False)])

    assert sentence().endswith(
        "the total is €0.00. Cancelled 1, returned 2: €0.00 is credited, which leaves €0.00."
    )
