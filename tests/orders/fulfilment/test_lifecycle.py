"""From the warehouse to the return: counters, status, stock and credits."""

from decimal import Decimal

import pytest

from backoffice.errors import Invalid
from backoffice.outbox.facts import in_words
from backoffice.outbox.models import EmailMessage
from catalog.audit import audit_stock
from catalog.models import Product, StockMovement
from orders.audit import audit_orders
from orders.fulfilment.lifecycle import (
    ReturnedItem,
    cancel_order,
    deliver_order,
    return_items,
    ship_order,
)
from orders.models import Order, PromoCode
from orders.status import OrderStatus
from tests.factories import CLI, make_product, make_promo_code, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    make_product("A", on_hand=10, price="10.00")
    make_product("B", on_hand=10, price="3.33")
    return place({"A": 3, "B": 1}, shipping_fee=Decimal("4.90"))


def status_now(order: Order) -> str:
    order.refresh_from_db()
    assert audit_stock() == audit_orders() == []
    return order.status


def stock_now(sku: str) -> tuple[int, int]:
    product = Product.objects.get(sku=sku)
    return product.on_hand, product.reserved


def test_shipping_takes_the_units_off_the_shelf(order: Order) -> None:
    shipment = ship_order(order.number, by=CLI, carrier="DHL", tracking_number="0034")

    assert shipment.reference == f"{order.number}-S1"
    assert status_now(order) == OrderStatus.SHIPPED
    assert stock_now("A") == (7, 0)
    assert EmailMessage.objects.filter(cause=f"shipment:{order.number}-S1", template="order_shipped").exists()


def test_a_part_shipment_leaves_the_rest_to_ship(order: Order) -> None:
    ship_order(order.number, by=CLI, lines={"a": 1})
    assert status_now(order) == OrderStatus.PARTIALLY_SHIPPED
    ship_order(order.number, by=CLI)
    assert status_now(order) == OrderStatus.SHIPPED
    assert stock_now("A") == (7, 0)


def test_more_than_is_open_cannot_be_shipped_and_nothing_moves(order: Order) -> None:
    with pytest.raises(Invalid, match=r"Only 3 of A are still to ship; 4 were asked for\."):
        ship_order(order.number, by=CLI, lines={"A": 4})
    assert status_now(order) == OrderStatus.PENDING
    assert stock_now("A") == (10, 3)


def test_a_line_that_is_named_twice_is_refused_and_nothing_moves(order: Order) -> None:
    with pytest.raises(Invalid, match=r"^a is named twice\.$"):
        ship_order(order.number, by=CLI, lines={"A": 1, "a": 1})
    assert status_now(order) == OrderStatus.PENDING
    assert stock_now("A") == (10, 3)


def test_delivering_one_shipment_of_two_is_not_yet_delivered(order: Order) -> None:
    first = ship_order(order.number, by=CLI, lines={"A": 1})
    ship_order(order.number, by=CLI)
    deliver_order(order.number, by=CLI, shipment=first.reference)
    assert status_now(order) == OrderStatus.SHIPPED
    deliver_order(order.number, by=CLI)
    assert status_now(order) == OrderStatus.DELIVERED


def test_cancelling_an_unshipped_order_credits_all_with_shipping(order: Order) -> None:
    cancel_order(order.number, by=CLI, reason="Changed her mind")
    assert status_now(order) == OrderStatus.CANCELLED
    assert (order.credited, order.net) == (Decimal("38.23"), Decimal("0.00"))
    assert stock_now("A") == (10, 0)
    assert EmailMessage.objects.filter(template="order_cancelled").count() == 1


def test_cancelling_twice_changes_nothing_more(order: Order) -> None:
    cancel_order(order.number, by=CLI)
    movements = StockMovement.objects.count()
    again = cancel_order(order.number, by=CLI)
    assert again.status == OrderStatus.CANCELLED
    assert StockMovement.objects.count() == movements
    assert order.events.filter(kind="cancelled").count() == 1


def test_cancelling_the_rest_of_a_part_shipped_order_keeps_the_shipping_fee(order: Order) -> None:
    ship_order(order.number, by=CLI, lines={"A": 3})
    cancel_order(order.number, by=CLI)
    assert status_now(order) == OrderStatus.SHIPPED
    assert order.credited == Decimal("3.33")


def test_an_order_cancelled_line_by_line_releases_its_promo_code_once() -> None:
    make_product("A", on_hand=10, price="10.00")
    make_promo_code("TEN", max_uses=1)
    order = place({"A": 2}, promo_code="TEN")
    cancel_order(order.number, by=CLI, lines={"A": 1})
    assert PromoCode.objects.get().times_used == 1
    cancel_order(order.number, by=CLI, lines={"A": 1})
    assert PromoCode.objects.get().times_used == 0
    assert status_now(order) == OrderStatus.CANCELLED
    place({"A": 1}, promo_code="TEN")


def test_a_restocked_return_can_be_sold_again_and_a_written_off_one_cannot(order: Order) -> None:
    ship_order(order.number, by=CLI)
    returned = return_items(
        order.number, by=CLI, items=[ReturnedItem("A", 1), ReturnedItem("B", 1, restock=False)]
    )
    assert returned.credit == Decimal("13.33")
    assert status_now(order) == OrderStatus.SHIPPED
    assert stock_now("A") == (8, 0)
    assert stock_now("B") == (9, 0)
    assert order.credited == Decimal("13.33")


def test_units_that_come_back_one_by_one_are_credited_what_was_paid() -> None:
    make_product("A", on_hand=10, price="1.00")
    make_promo_code("CENT", amount_off="0.01")
    order = place({"A": 3}, promo_code="CENT")
    ship_order(order.number, by=CLI)
    credited = [return_items(order.number, by=CLI, items=[ReturnedItem("A", 1)]).credit for _ in range(3)]
    assert credited == [Decimal("1.00"), Decimal("0.99"), Decimal("1.00")]
    assert status_now(order) == OrderStatus.SHIPPED


def test_of_one_line_some_units_are_restocked_and_some_written_off_in_one_return(order: Order) -> None:
    ship_order(order.number, by=CLI)
    returned = return_items(
        order.number, by=CLI, items=[ReturnedItem("A", 1), ReturnedItem("a", 2, restock=False)]
    )
    assert returned.credit == Decimal("30.00")
    assert (status_now(order), stock_now("A")) == (OrderStatus.SHIPPED, (8, 0))
    rows = returned.lines.order_by("pk").values_list("order_line__sku", "quantity", "restock", "credit")
    assert list(rows) == [("A", 1, True, Decimal("10.00")), ("A", 2, False, Decimal("20.00"))]


def test_no_more_comes_back_in_two_fates_than_was_shipped(order: Order) -> None:
    ship_order(order.number, by=CLI)
    with pytest.raises(Invalid, match=r"Only 3 of A are to return; 4 were asked for\."):
        return_items(order.number, by=CLI, items=[ReturnedItem("A", 2), ReturnedItem("A", 2, restock=False)])
    with pytest.raises(Invalid, match=r"A is named twice\."):
        return_items(order.number, by=CLI, items=[ReturnedItem("A", 1), ReturnedItem("A", 1)])
    assert (status_now(order), stock_now("A")) == (OrderStatus.SHIPPED, (7, 0))


def test_the_shipping_fee_is_given_back_once_and_no_more_than_was_charged(order: Order) -> None:
    ship_order(order.number, by=CLI)

    def give_back(amount: str) -> Decimal:
        items = [ReturnedItem("A", 1)]
        returned = return_items(order.number, by=CLI, items=items, shipping_credit=Decimal(amount))
        return returned.shipping_credit

    for much in ("4.91", "-0.01"):
        with pytest.raises(Invalid, match=r"At most €4\.90 of the shipping fee can be given back\."):
            give_back(much)
    assert give_back("3.00") == Decimal("3.00")
    with pytest.raises(Invalid, match=r"At most €1\.90"):
        give_back("3.00")
    assert give_back("1.90") == Decimal("1.90")
    with pytest.raises(Invalid, match="There is no shipping fee to give back") as refused:
        give_back("0.01")
    assert [fault.pointer for fault in refused.value.faults] == ["/shipping_credit"]
    assert give_back("0.00") == 0
    assert (status_now(order), order.credited) == (OrderStatus.SHIPPED, Decimal("34.90"))
    told = EmailMessage.objects.filter(template="return_received").order_by("pk")
    contexts = [in_words(mail.context) for mail in told]
    assert [(each["credit"], each["shipping_credit"]) for each in contexts] == [
        ("€13.00", "€3.00"),
        ("€11.90", "€1.90"),
        ("€10.00", ""),
    ]


def test_what_never_shipped_cannot_come_back(order: Order) -> None:
    ship_order(order.number, by=CLI, lines={"A": 1})
    with pytest.raises(Invalid, match="Only 1 of A is to return"):
        return_items(order.number, by=CLI, items=[ReturnedItem("A", 2)])


def test_an_order_of_very_many_lines_ships_cancels_and_returns() -> None:
    skus = [f"A-RATHER-LONG-STOCK-KEEPING-UNIT-{number:03}" for number in range(120)]
    for sku in skus:
        make_product(sku, on_hand=3)
    order = place(dict.fromkeys(skus, 3))
    ship_order(order.number, by=CLI, lines=dict.fromkeys(skus, 1))
    cancel_order(order.number, by=CLI, lines=dict.fromkeys(skus, 1))
    return_items(order.number, by=CLI, items=[ReturnedItem(sku, 1) for sku in skus])
    shipped = order.events.get(kind="shipped")
    assert len(shipped.facts["lines"]) == 120
    assert status_now(order) == OrderStatus.PARTIALLY_SHIPPED
