"""Lists of orders: what they find, and that SQLite, without statistics, finds it by an index."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.finding import SearchedBy, orders_matching
from orders.fulfilment.lifecycle import ship_order
from orders.models import Order, Shipment
from tests.factories import CLI, make_customer, make_product, make_promo_code, place

pytestmark = pytest.mark.django_db
NEWEST = Order.objects.order_by("-placed_at", "-id")


def plan_of(rows: QuerySet[Any, Any]) -> str:
    return explained(*rows.query.sql_with_params())


def explained(sql: str, parameters: Any = None) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
        return " / ".join(row[3] for row in cursor.fetchall())


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps statistics")
@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (NEWEST.with_promo_code("TEN"), "order_by_promo_code"),
        (NEWEST.filter(note__filled=True), "order_with_note"),
        (NEWEST.filter(total__at_least=10, total__at_most=20), "order_newest"),
        (Order.objects.order_by("-total", "-id"), "order_largest"),
        (Order.objects.open().order_by("placed_at"), "order_by_status"),
        (Shipment.objects.with_tracking_number("TR1"), "shipment_tracking"),
        (Shipment.objects.tracked_by("98877"), "shipment_tracking_end"),
        (Order.objects.filter(external_key__filled=True, external_key="wc-1"), "order_external_number"),
        (Order.objects.filter(search_text__contains="jansen").values("pk"), "order_newest"),
        (orders_matching(Order.objects.all(), "jansen 0042"), "order_newest"),
        (orders_matching(NEWEST, "jansen 0042"), "order_newest"),
    ],
    ids=lambda value: value if isinstance(value, str) else "rows",
)
def test_sqlite_answers_from_the_index_that_is_there_for_it(rows, index):
    assert f"INDEX {index}" in plan_of(rows[:25])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps statistics")
def test_a_search_of_the_list_reads_the_newest_orders_until_the_page_is_full(manager: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        manager.get("/admin/orders/order/?q=jansen")

    [search] = [query["sql"] for query in queries if "LIKE" in query["sql"]]
    plan = explained(search)
    assert "SCAN orders_order USING INDEX order_newest" in plan
    assert "ORDER BY" not in plan


def test_what_is_found_by_its_sku_hides_nobody_who_is_called_alike():
    make_product("ANNA", on_hand=9)
    make_product("MUG-7", on_hand=9)
    of_sku = place({"ANNA": 1})
    of_name = place({"MUG-7": 1}, customer=make_customer("x@example.com", name="Joanna Berg"))

    def found(term: str, *, people: bool = True) -> set[Order]:
        return set(orders_matching(Order.objects.all(), term, by=SearchedBy(people=people)))

    assert found("anna", people=False) == {of_sku}
    assert found("anna") == {of_sku, of_name}
    assert found("joanna") == {of_name}
    assert found("joanna", people=False) == set()
    assert found(" X@Example.COM ") == {of_name}
    assert found("x@exam") == {of_name}


def test_an_order_is_found_by_its_own_address_and_by_its_customers():
    make_product("MUG-7", on_hand=9)
    order = place({"MUG-7": 1}, customer=make_customer("theo@example.com"))
    Order.objects.filter(pk=order.pk).update(email="office@example.com")
    place({"MUG-7": 1})

    assert list(Order.objects.of_email("Theo@Example.com")) == [order]
    assert list(Order.objects.of_email("OFFICE@example.com ")) == [order]
    assert not Order.objects.of_email("nobody@example.com").exists()


def test_promo_codes_notes_and_amounts_narrow_on_both_databases():
    make_product("MUG-7", on_hand=9, price="10.00")
    make_promo_code("TEN", percent_off="10")
    cheap = place({"MUG-7": 1}, promo_code="TEN", note="Ring twice")
    dear = place({"MUG-7": 3})

    assert list(Order.objects.with_promo_code("TEN")) == [cheap]
    assert list(Order.objects.with_promo_code("")) == [dear]
    assert list(Order.objects.filter(note__filled=True)) == [cheap]
    assert list(Order.objects.filter(total__at_least=10)) == [dear]
    assert list(Order.objects.filter(total__at_most=10, total__at_least="8.99")) == [cheap]
    ship_order(dear.number, by=CLI, tracking_number="TR1")
    assert [each.order for each in Shipment.objects.with_tracking_number("tr1")] == [dear]
