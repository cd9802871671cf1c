"""What is said beforehand of a cancellation or a return is what it then credits, to the cent."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from orders.fulfilment import lifecycle
from orders.fulfilment.foreseen import cancellation_foreseen, return_foreseen
from orders.fulfilment.lifecycle import ReturnedItem
from orders.models import Order
from tests.factories import CLI, make_product, make_promo_code, place

pytestmark = pytest.mark.django_db
UNITS = st.integers(0, 3)


def shop_order() -> Order:
    """Place an order whose discount does not divide evenly by its units."""
    make_product("TEA-01", on_hand=9, price="3.33")
    make_product("MUG-01", on_hand=9, price="7.50")
    make_promo_code("ODD", percent_off="7")
    return place({"TEA-01": 3, "MUG-01": 3}, promo_code="ODD", shipping_fee=Decimal("4.90"))


def test_nothing_is_written_and_nothing_counted() -> None:
    order = shop_order()
    lines = list(order.lines.all())

    cancellation_foreseen(order, lines, {"TEA-01": 2})

    assert [line.cancelled for line in lines] == [0, 0]
    assert order.credited == 0
    order.refresh_from_db()
    assert (order.version, order.cancellations.count()) == (1, 0)


class Foreseeing(TestCase):
    @settings(max_examples=15, deadline=None)
    @given(first=st.tuples(UNITS, UNITS), second=st.tuples(UNITS, UNITS))
    def test_a_cancellation_credits_what_was_foreseen(
        self, first: tuple[int, int], second: tuple[int, int]
    ) -> None:
        order = shop_order()
        for tea, mug in (first, second):
            order.refresh_from_db()
            left = {line.sku: line.open for line in order.lines.all()}
            wanted = {
                sku: units
                for sku, units in (("TEA-01", min(tea, left["TEA-01"])), ("MUG-01", min(mug, left["MUG-01"])))
                if units
            }
            if not wanted:
                continue
            foreseen = cancellation_foreseen(order, list(order.lines.all()), wanted)
            before = order.credited
            after = lifecycle.cancel_order(order.number, by=CLI, lines=wanted).credited
            assert after - before == foreseen.credit

    @settings(max_examples=15, deadline=None)
    @given(back=st.integers(1, 3), written_off=st.integers(0, 2), fee=st.sampled_from(["0", "1.25", "4.90"]))
    def test_a_return_credits_what_was_foreseen(self, back: int, written_off: int, fee: str) -> None:
        order = shop_order()
        lifecycle.ship_order(order.number, by=CLI)
        order.refresh_from_db()
        off = min(written_off, 3 - back)
        items = [ReturnedItem("TEA-01", back)]
        items += [ReturnedItem("TEA-01", off, restock=False)] if off else []
        credit = Decimal(fee)

        foreseen = return_foreseen(order, list(order.lines.all()), items, shipping_credit=credit)
        returned = lifecycle.return_items(order.number, by=CLI, items=items, shipping_credit=credit)

        assert returned.credit + returned.shipping_credit == foreseen.credit
        assert foreseen.price + foreseen.shipping - foreseen.discount == foreseen.credit
