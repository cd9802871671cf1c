"""What to order from suppliers."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import stock
from catalog.reorder import HEADER, reorder_csv, reorder_list
from orders.fulfilment.lifecycle import ReturnedItem, cancel_order, return_items, ship_order
from tests.catalog.stock_files import on_hand, plan
from tests.factories import CLI, make_product, make_sold_out, place

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
BEGAN = NOW - timedelta(days=30)


def listed() -> list[tuple[str, int, int]]:
    """SKU, units sold, units to buy."""
    return [(each.product.sku, each.sold, each.quantity) for each in reorder_list(NOW)]


def test_only_low_products_are_listed_by_sku() -> None:
    make_product("B", low_stock_threshold=3, on_hand=3)
    make_product("A", low_stock_threshold=3, on_hand=1)
    make_product("PLENTY", low_stock_threshold=3, on_hand=4)
    make_sold_out("ARCHIVED", low_stock_threshold=3, is_active=False)
    make_product("NEVER", low_stock_threshold=3)

    assert listed() == [("A", 0, 2), ("B", 0, 0)]


def test_the_sales_of_thirty_days_are_bought_again_and_the_threshold_filled_up() -> None:
    make_product("A", low_stock_threshold=5, on_hand=20)
    place({"A": 9}, at=BEGAN - timedelta(microseconds=1))
    place({"A": 2}, at=BEGAN)
    place({"A": 5}, at=NOW)

    assert listed() == [("A", 7, 8)]


def test_what_orders_gave_back_is_not_sold_but_what_came_back_is() -> None:
    make_product("A", low_stock_threshold=50, on_hand=20)
    cancelled = place({"A": 4}, at=NOW)
    cancel_order(cancelled.number, by=CLI, at=NOW, lines={"A": 3})
    shipped = place({"A": 2}, at=NOW)
    ship_order(shipped.number, by=CLI)
    return_items(shipped.number, by=CLI, items=[ReturnedItem("A", 2)])
    stock.adjust("A", -1, reason="damaged", by=CLI)

    assert listed() == [("A", 3, 35)]


def test_more_given_back_than_sold_is_none_sold() -> None:
    make_product("A", low_stock_threshold=5, on_hand=4)
    order = place({"A": 4}, at=BEGAN - timedelta(days=1))
    cancel_order(order.number, by=CLI, at=NOW)

    assert listed() == [("A", 0, 1)]


def test_the_list_takes_one_statement_and_the_shops_own_level_however_many_are_low() -> None:
    for number in range(5):
        make_sold_out(f"A-{number}", low_stock_threshold=1)
    with CaptureQueriesContext(connection) as queries:
        assert len(listed()) == 5
    assert len(queries) == 2


def test_the_file_is_received_as_it_is_when_the_goods_arrive() -> None:
    make_product("=A", name="Tea", barcode="4006381333931", low_stock_threshold=5, on_hand=2)

    [row] = csv.DictReader(io.StringIO(reorder_csv(NOW), newline=""))

    assert row == {
        "sku": "'=A",
        "name": "Tea",
        "barcode": "4006381333931",
        "stock": "2",
        "low_stock_at": "5",
        "sold_30_days": "0",
        "quantity": "3",
    }
    planned = plan(reorder_csv(NOW), mode="receive")
    assert (planned.changes, planned.problems) == (1, 0)
    assert planned.rows.get().change == 3
    assert on_hand("=A") == 2


def test_where_nothing_is_low_there_is_the_header_alone() -> None:
    assert reorder_csv(NOW) == ",".join(HEADER) + "\r\n"
