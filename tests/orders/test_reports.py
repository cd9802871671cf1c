"""Figures of the shop: whole days by its clock, cancelled orders left out, revenue net of credits."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from backoffice.moments import start_of_day
from orders.fulfilment.lifecycle import cancel_order, ship_order
from orders.models import Order
from orders.promotions import pause_promo_code, pause_promotion
from orders.reports import (
    CustomerFigures,
    Day,
    OpenOrders,
    Sales,
    batches_ending_before,
    codes_ending_before,
    customer_figures,
    days_between,
    open_orders,
    orders_by_status,
    placed_on,
    sales_by_day,
    summed,
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


def test_every_day_is_told_also_those_without_orders() -> None:
    place({"TEA": 1}, at=NOON)
    place({"TEA": 2}, at=NOON + 2 * 24 * HOUR)

    days = sales_by_day(MONDAY, MONDAY + timedelta(days=2))

    assert days == [
        Day(MONDAY, 1, Decimal("10.00")),
        Day(MONDAY + timedelta(days=1), 0, Decimal("0.00")),
        Day(MONDAY + timedelta(days=2), 1, Decimal("20.00")),
    ]
    assert summed(days) == Sales(2, Decimal("30.00"))


def test_a_day_on_which_the_clock_goes_forward_has_its_23_hours_and_no_more() -> None:
    """In Berlin the day begins at 23:00 UTC, and the next at 22:00."""
    first, next_day = datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)
    for moment in (first - HOUR, first, next_day - timedelta(microseconds=1), next_day):
        place({"TEA": 1}, at=moment)

    assert sales_by_day(SUNDAY, SUNDAY) == [Day(SUNDAY, 2, Decimal("20.00"))]
    on_sunday = Order.objects.filter(placed_on(SUNDAY, SUNDAY)).order_by("placed_at")
    assert [order.placed_at for order in on_sunday] == [first, next_day - timedelta(microseconds=1)]


def test_a_cancelled_order_is_not_counted_and_what_was_credited_is_no_revenue() -> None:
    cancel_order(place({"TEA": 1}, at=NOON).number, by=CLI)
    cancel_order(place({"TEA": 3}, at=NOON).number, by=CLI, lines={"TEA": 1})

    assert sales_by_day(MONDAY, MONDAY) == [Day(MONDAY, 1, Decimal("20.00"))]


def test_a_period_that_ends_before_it_begins_has_no_days() -> None:
    assert days_between(SUNDAY, MONDAY) == []
    assert sales_by_day(SUNDAY, MONDAY) == []
    assert summed([]) == Sales(0, Decimal("0.00"))


@pytest.mark.parametrize(
    ("orders", "revenue", "average"), [(0, "0.00", "0.00"), (3, "10.00", "3.33"), (8, "0.20", "0.03")]
)
def test_an_average_is_whole_cents_half_up(orders: int, revenue: str, average: str) -> None:
    assert Sales(orders, Decimal(revenue)).average == Decimal(average)


def test_orders_are_counted_by_status_from_the_first_moment_of_a_day() -> None:
    place({"TEA": 1}, at=start_of_day(MONDAY) - timedelta(microseconds=1))
    place({"TEA": 1}, at=start_of_day(MONDAY))
    ship_order(place({"TEA": 1}, at=NOON).number, by=CLI)

    assert orders_by_status(MONDAY) == {
        OrderStatus.PENDING: 1,
        OrderStatus.PARTIALLY_SHIPPED: 0,
        OrderStatus.SHIPPED: 1,
        OrderStatus.DELIVERED: 0,
        OrderStatus.CANCELLED: 0,
    }


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
    place({"TEA": 1}, promo_code=later.codes.order_by("pk")[0].code)

    def codes(limit: int) -> list[str]:
        return [code.code for code in codes_ending_before(now + 3 * HOUR, limit=limit)]

    assert (codes(9), codes(1)) == (["NEXT", "LATER"], ["NEXT"])
    batches = batches_ending_before(now + 3 * HOUR, limit=9)
    assert [(batch, getattr(batch, "uses")) for batch in batches] == [(later, 1), (after, 0)]  # noqa: B009
    assert batches_ending_before(now + 3 * HOUR, limit=1) == [later]
    assert batches_ending_before(now + 2 * HOUR, limit=9) == []


def test_a_customers_figures_are_of_their_own_orders() -> None:
    ann, bob = make_customer(), make_customer()
    place({"TEA": 2}, customer=ann, at=NOON)
    cancel_order(place({"TEA": 1}, customer=ann, at=NOON + HOUR).number, by=CLI)
    place({"TEA": 5}, customer=make_customer())

    assert customer_figures(ann.pk) == CustomerFigures(2, Decimal("20.00"), NOON + HOUR)
    assert customer_figures(bob.pk) == CustomerFigures(0, Decimal("0.00"), None)


def test_a_day_begins_at_midnight_in_the_shops_time_zone() -> None:
    make_product("TEA-01", on_hand=30, price="10.00")
    today = timezone.localdate()
    midnight = start_of_day(today)
    place({"TEA-01": 1}, at=midnight - timedelta(seconds=1))
    place({"TEA-01": 2}, at=midnight)

    yesterday_and_today = sales_by_day(today - timedelta(days=1), today)

    assert [(day.orders, str(day.revenue)) for day in yesterday_and_today] == [(1, "10.00"), (1, "20.00")]
    assert orders_by_status(today)[OrderStatus.PENDING] == 1
