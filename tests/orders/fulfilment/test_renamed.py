"""Units of an order whose product was renamed since: either SKU names them, and the line keeps its own."""

import pytest

from backoffice.errors import Invalid
from catalog.products import edit_product
from orders.admin.paper.sheets import picks_for, printable, slips_of
from orders.fulfilment import lifecycle
from orders.models import Order
from tests.admin_fixtures import SignIn
from tests.contract.client import Api
from tests.factories import CLI, make_product, make_user, place

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


def test_slips_picks_and_the_packing_page_tell_both(order: Order, sign_in: SignIn) -> None:
    warehouse = sign_in("Warehouse")

    [slip] = slips_of(printable(Order.objects.all(), [order.pk]))
    [pick] = picks_for([order.pk])
    page = warehouse.get("/admin/orders/order/scan/", {"order": order.number}).text

    assert [(line.sku, line.now) for line in slip.lines] == [("UN-3", "UN-5")]
    assert (pick.sku, pick.was, pick.units) == ("UN-5", "UN-3", 3)
    assert 'data-sku="UN-3"' in page
    assert 'data-others="UN-5\nUN-4\nUN-3"' in page
    assert "UN-3 (now UN-5)" in page


def test_the_order_is_found_by_each(order: Order) -> None:
    manager = Api(make_user(role="Manager"))

    for sku in ("UN-3", "UN-4", "UN-5"):
        assert [each["number"] for each in manager.get(f"orders?q={sku}").json()["items"]] == [order.number]


def test_an_order_of_a_product_that_was_not_renamed_tells_no_other(order: Order) -> None:
    other = place({"TEA": 1})

    [slip] = slips_of(printable(Order.objects.all(), [other.pk]))
    assert (slip.lines[0].now, picks_for([other.pk])[0].was) == ("", "")
