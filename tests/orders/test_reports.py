"""Figures of the shop: whole days by its clock, cancelled orders left out, revenue net of credits."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from backoffice.moments import start_of_day
from catalog.models import Product
from orders.fulfilment.lifecycle import ReturnedItem, cancel_order, return_items, ship_order
from orders.models import Order
from orders.payments.recording import record_payment
from orders.promotions import pause_promo_code, pause_promotion
from orders.reports import (
    CustomerFigures,
    OpenOrders,
    Sales,
    batches_ending_before,
    codes_ending_before,
    customer_figures,
    days_between,
    oldest_open,
    open_orders,
    placed_on,
    sales_between,
    sales_of_products,
    top_products,
)
from orders.status import OrderStatus
from tests.factories import CLI, make_batch, make_customer, make_product, make_promo_code, place

pytestmark = pytest.mark.django_db

MONDAY, SUNDAY = date(2026, 3, 23), date(2026, 3, 29)
NOON = datetime(2026, 3, 23, 11, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _tea() -> None:
    make_product("TEA", on_hand=100, price="10.00")


def days_from(first: date, days: int) -> list[datetime]:
    return [start_of_day(first + timedelta(days=n)) for n in range(days + 1)]


def test_every_day_is_told_also_those_without_orders(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    place({"TEA": 1}, at=NOON)
    place({"TEA": 2}, at=NOON + 2 * 24 * HOUR)

    with django_assert_num_queries(1):
        days = sales_between(days_from(MONDAY, 3))

    assert [(day.orders, str(day.net)) for day in days] == [(1, "10.00"), (0, "0.00"), (1, "20.00")]
    whole = sum(days, Sales())
    assert (whole.orders, str(whole.net), str(whole.average)) == (2, "30.00", "15.00")


def test_a_day_on_which_the_clock_goes_forward_has_its_23_hours_and_no_more() -> None:
    """In Berlin the day begins at 23:00 UTC, and the next at 22:00."""
    first, next_day = datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)
    for moment in (first - HOUR, first, next_day - timedelta(microseconds=1), next_day):
        place({"TEA": 1}, at=moment)

    assert [(day.orders, str(day.net)) for day in sales_between(days_from(SUNDAY, 1))] == [(2, "20.00")]
    on_sunday = Order.objects.filter(placed_on(SUNDAY, SUNDAY)).order_by("placed_at")
    assert [order.placed_at for order in on_sunday] == [first, next_day - timedelta(microseconds=1)]


def test_a_cancelled_order_is_not_counted_and_what_was_credited_is_no_sale() -> None:
    cancel_order(place({"TEA": 1}, at=NOON).number, by=CLI)
    cancel_order(place({"TEA": 3}, at=NOON).number, by=CLI, lines={"TEA": 1})

    (day,) = sales_between(days_from(MONDAY, 1))

    assert day == Sales({"pending": 1, "cancelled": 1}, Decimal("20.00"), Decimal("20.00"))
    assert (day.orders, str(day.credited_share)) == (1, "50.0")


def test_a_period_without_days_has_no_sales() -> None:
    assert days_between(SUNDAY, MONDAY) == []
    assert sales_between([NOON]) == sales_between([]) == []
    assert (Sales().orders, Sales().average, Sales().credited_share) == (0, Decimal("0.00"), Decimal(0))


@pytest.mark.parametrize(
    ("orders", "revenue", "average"), [(0, "0.00", "0.00"), (3, "10.00", "3.33"), (8, "0.20", "0.03")]
)
def test_an_average_is_whole_cents_half_up(orders: int, revenue: str, average: str) -> None:
    assert Sales({"pending": orders}, Decimal(revenue)).average == Decimal(average)


def test_orders_are_counted_by_status_from_the_first_moment_of_a_day() -> None:
    place({"TEA": 1}, at=start_of_day(MONDAY) - timedelta(microseconds=1))
    place({"TEA": 1}, at=start_of_day(MONDAY))
    ship_order(place({"TEA": 1}, at=NOON).number, by=CLI)

    (day,) = sales_between(days_from(MONDAY, 1))

    assert day.by_status == {OrderStatus.PENDING: 1, OrderStatus.SHIPPED: 1}


def test_what_sold_best_leaves_out_what_was_cancelled_or_came_back() -> None:
    make_product("LAMP", on_hand=100, price="25.00")
    make_product("MUG", on_hand=100, price="1.00")
    place({"TEA": 9}, at=NOON)
    sent_back = place({"LAMP": 5, "MUG": 40}, at=NOON)
    ship_order(sent_back.number, by=CLI)
    return_items(sent_back.number, by=CLI, items=[ReturnedItem("LAMP", 2)])
    cancel_order(place({"MUG": 50}, at=NOON).number, by=CLI)
    place({"MUG": 60}, at=NOON + 24 * HOUR)

    def best(by: str, limit: int = 9) -> list[tuple[str, int, str]]:
        found = top_products(MONDAY, MONDAY, by=by, limit=limit)
        skus = dict(Product.objects.values_list("pk", "sku"))
        return [(skus[each.product_id], each.units, str(each.net)) for each in found]

    assert best("net") == [("TEA", 9, "90.00"), ("LAMP", 3, "75.00"), ("MUG", 40, "40.00")]
    assert best("units", limit=2) == [("MUG", 40, "40.00"), ("TEA", 9, "90.00")]
    tea = Product.objects.get(sku="TEA").pk
    assert {each.units for each in sales_of_products([tea], MONDAY, MONDAY).values()} == {9}
    assert sales_of_products([tea], SUNDAY, SUNDAY) == {}


def test_the_open_order_that_waits_longest_is_named() -> None:
    assert oldest_open() is None
    ship_order(place({"TEA": 1}, at=NOON - HOUR).number, by=CLI)
    oldest = place({"TEA": 1}, at=NOON)
    place({"TEA": 1}, at=NOON + HOUR)

    assert oldest_open() == (oldest.number, NOON)


def test_an_order_is_late_when_it_has_waited_longer_than_a_day() -> None:
    place({"TEA": 1}, at=NOON)
    ship_order(place({"TEA": 2}, at=NOON - HOUR).number, by=CLI, lines={"TEA": 1})
    ship_order(place({"TEA": 1}, at=NOON - HOUR).number, by=CLI)
    cancel_order(place({"TEA": 1}, at=NOON - HOUR).number, by=CLI)

    assert open_orders(NOON + 24 * HOUR) == OpenOrders(to_ship=2, late=1, part_shipped=1)
    assert open_orders(NOON + 24 * HOUR + timedelta(microseconds=1)).late == 2
    Order.objects.update(status=OrderStatus.CANCELLED)
    assert open_orders() == OpenOrders(0, 0, 0)


def test_codes_and_batches_that_end_soon_are_told_the_next_to_end_first() -> None:
    now = timezone.now()
    make_promo_code("LATER", ends_at=now + 3 * HOUR)
    make_promo_code("NEXT", ends_at=now + HOUR)
    make_promo_code("AFTER", ends_at=now + 4 * HOUR)
    make_promo_code("OVER", ends_at=now - HOUR)
    make_promo_code("SCHEDULED", starts_at=now + HOUR, ends_at=now + 2 * HOUR)
    make_promo_code("ENDLESS")
    make_promo_code("PAUSED", ends_at=now + HOUR)
    pause_promo_code("PAUSED", by=CLI)
    later, after = (make_batch(2, name=name, ends_at=now + 3 * HOUR) for name in ("Later", "After"))
    make_batch(2, name="Scheduled", starts_at=now + HOUR, ends_at=now + 2 * HOUR)
    pause_promotion(make_batch(2, name="Paused", ends_at=now + HOUR).pk, by=CLI)

    assert [code.code for code in codes_ending_before(now + 3 * HOUR)] == ["NEXT", "LATER"]
    batches = batches_ending_before(now + 3 * HOUR, limit=9)
    assert batches == [later, after]
    assert batches_ending_before(now + 3 * HOUR, limit=1) == [later]
    assert batches_ending_before(now + 2 * HOUR, limit=9) == []


def test_a_customers_figures_are_of_their_own_orders() -> None:
    ann, bob = make_customer(), make_customer()
    place({"TEA": 2}, customer=ann, at=NOON)
    cancel_order(place({"TEA": 1}, customer=ann, at=NOON + HOUR).number, by=CLI)
    place({"TEA": 5}, customer=make_customer())
    paid_too_much = place({"TEA": 1}, customer=ann, at=NOON)
    record_payment(paid_too_much.number, Decimal("12.00"), by=CLI)

    zero = Decimal("0.00")
    told = CustomerFigures(3, Decimal("30.00"), NOON + HOUR, due=Decimal("20.00"), owed=Decimal("2.00"))
    assert customer_figures(ann.pk) == told
    assert customer_figures(bob.pk) == CustomerFigures(0, zero, None, due=zero, owed=zero)


def test_a_day_begins_at_midnight_in_the_shops_time_zone() -> None:
    make_product("TEA-01", on_hand=30, price="10.00")
    today = timezone.localdate()
    midnight = start_of_day(today)
    place({"TEA-01": 1}, at=midnight - timedelta(seconds=1))
    place({"TEA-01": 2}, at=midnight)

    yesterday_and_today = sales_between(days_from(today - timedelta(days=1), 2))

    assert [(day.orders, str(day.net)) for day in yesterday_and_today] == [(1, "10.00"), (1, "20.00")]
