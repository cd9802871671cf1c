"""Units of an order whose product was renamed since: either SKU names them, and the line keeps its own."""

import pytest

from backoffice.errors import Invalid
from catalog.products import edit_product
from orders.fulfilment import lifecycle
from orders.models import Order
from tests.factories import CLI, make_product, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    """Three lamps that were ordered as UN-3 and are called UN-5 now, after they were UN-4."""
    make_product("UN-3", on_hand=9)
    make_product("TEA", on_hand=9)
    order = place({"UN-3": 3})
    edit_product("UN-3", by=CLI, changes={"sku": "UN-4"})
    edit_product("UN-4", by=CLI, changes={"sku": "UN-5"})
    return order


@pytest.mark.parametrize("sku", ["UN-3", "un-4", "UN-5"])
def test_each_sku_ships_cancels_and_returns_the_line(order: Order, sku: str) -> None:
    lifecycle.ship_order(order.number, by=CLI, lines={sku: 1})
    lifecycle.cancel_order(order.number, by=CLI, lines={sku: 1})
    lifecycle.return_items(order.number, by=CLI, items=[lifecycle.ReturnedItem(sku, 1, True)])

    line = order.lines.get()
    assert (line.sku, line.shipped, line.cancelled, line.returned) == ("UN-3", 1, 1, 1)


def test_both_skus_at_once_name_one_line_twice(order: Order) -> None:
    with pytest.raises(Invalid, match="UN-5 is named twice"):
        lifecycle.ship_order(order.number, by=CLI, lines={"UN-3": 1, "UN-5": 1})
    assert order.lines.get().shipped == 0


def test_a_product_that_is_not_in_the_order_is_not_in_it(order: Order) -> None:
    with pytest.raises(Invalid, match="TEA is not in this order"):
        lifecycle.ship_order(order.number, by=CLI, lines={"TEA": 1})
