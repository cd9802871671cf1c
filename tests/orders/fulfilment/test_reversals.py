"""What is taken back of an order: its rows, its counters, and what the units are worth."""

from decimal import Decimal

import pytest
from django.utils import timezone

from orders.fulfilment.reversals import write_cancellation, write_return
from orders.fulfilment.units import Units
from orders.models import Order, OrderLine
from tests.factories import make_product, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    make_product("TEA-01", on_hand=9, price="10.00")
    make_product("MUG-7", on_hand=9, price="3.33")
    return place({"TEA-01": 3, "MUG-7": 1}, shipping_fee=Decimal("4.90"))


def lines_of(order: Order) -> tuple[OrderLine, OrderLine]:
    tea, mug = order.lines.order_by("position")
    return tea, mug


def test_a_cancellation_of_some_units_keeps_the_shipping_fee(order: Order) -> None:
    tea, mug = lines_of(order)

    cancellation, worth = write_cancellation(
        order, [tea, mug], [Units(tea, 2), Units(mug, 1)], reason="asked", at=timezone.now()
    )

    assert worth == [Decimal("20.00"), Decimal("3.33")]
    assert (cancellation.reference, cancellation.reason) == (f"{order.number}-C1", "asked")
    assert (cancellation.credit, cancellation.shipping_credit) == (Decimal("23.33"), Decimal("0.00"))
    assert list(cancellation.lines.values_list("order_line", "quantity", "credit").order_by("pk")) == [
        (tea.pk, 2, Decimal("20.00")),
        (mug.pk, 1, Decimal("3.33")),
    ]
    assert (tea.cancelled, tea.credited, mug.cancelled, order.credited) == (
        *(2, Decimal("20.00")),
        *(1, Decimal("23.33")),
    )


def test_the_last_cancellation_gives_the_shipping_fee_back_too(order: Order) -> None:
    tea, mug = lines_of(order)
    everything = [Units(tea, 3), Units(mug, 1)]

    cancellation, _worth = write_cancellation(order, [tea, mug], everything, reason="", at=timezone.now())

    assert (cancellation.credit, cancellation.shipping_credit) == (Decimal("33.33"), Decimal("4.90"))
    assert order.credited == order.total == Decimal("38.23")


def test_a_return_keeps_the_fate_of_each_line_and_is_numbered(order: Order) -> None:
    tea, mug = lines_of(order)
    units = [Units(tea, 1), Units(mug, 1)]

    first, worth = write_return(order, units, [True, False], reason="broken", at=timezone.now())
    second, _worth = write_return(order, [Units(tea, 1)], [True], reason="", at=timezone.now())

    assert worth == [Decimal("10.00"), Decimal("3.33")]
    assert [each.reference for each in (first, second)] == [f"{order.number}-R1", f"{order.number}-R2"]
    assert (first.credit, order.credited) == (Decimal("13.33"), Decimal("23.33"))
    assert list(first.lines.values_list("order_line", "restock").order_by("pk")) == [
        (tea.pk, True),
        (mug.pk, False),
    ]
    assert (tea.returned, mug.returned) == (2, 1)
