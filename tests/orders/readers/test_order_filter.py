"""Which orders a list is about."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from orders.finding import EVERYTHING, SearchedBy
from orders.fulfilment.lifecycle import cancel_order, ship_order
from orders.models import Order
from orders.readers.order_filter import OrderFilter
from tests.factories import ADDRESS, CLI, make_customer, make_product, make_promo_code, place

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 1, 10, tzinfo=UTC)
NO_PEOPLE = SearchedBy(people=False)


@pytest.fixture
def _orders() -> None:
    """Of Ann, Bob and Ann again, a day apart: €10.00 shipped, €18.00 with a code, €30.00 cancelled."""
    make_product("A", on_hand=9, price="10.00")
    make_promo_code("TEN", percent_off="10", max_uses_per_customer=None)
    ann, bob = make_customer("ann@example.com"), make_customer("bob@example.com")
    ship_order(place({"A": 1}, customer=ann, at=NOON).number, by=CLI)
    place({"A": 2}, customer=bob, promo_code="TEN", at=NOON + timedelta(days=1))
    cancel_order(place({"A": 3}, customer=ann, at=NOON + timedelta(days=2)).number, by=CLI)


def totals(by: SearchedBy = EVERYTHING, **wanted: Any) -> list[int]:
    """Of the orders that are found, the oldest first."""
    found = OrderFilter(**wanted, by=by).of(Order.objects.order_by("placed_at"))
    return [int(total) for total in found.values_list("total", flat=True)]


@pytest.mark.usefixtures("_orders")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [10, 18, 30]),
        ({"status": []}, [10, 18, 30]),
        ({"status": ["shipped"]}, [10]),
        ({"status": ["shipped", "cancelled"]}, [10, 30]),
        ({"email": " ANN@example.com"}, [10, 30]),
        ({"email": "ann"}, []),
        ({"promo_code": "ten"}, [18]),
        ({"promo_code": ""}, [10, 30]),
        ({"total_gte": Decimal("18.00")}, [18, 30]),
        ({"total_lte": Decimal("18.00")}, [10, 18]),
        ({"discount_gte": Decimal("0.01")}, [18]),
        ({"discount_lte": Decimal("1.99")}, [10, 30]),
        ({"placed_after": NOON + timedelta(days=1)}, [18, 30]),
        ({"placed_before": NOON + timedelta(days=1)}, [10]),
        ({"email": "ann@example.com", "total_gte": Decimal(11)}, [30]),
    ],
)
def test_a_list_is_narrowed_by_all_that_is_said(wanted: dict[str, Any], found: list[int]) -> None:
    assert totals(**wanted) == found


@pytest.mark.usefixtures("_orders")
def test_words_narrow_and_say_what_tells_an_order() -> None:
    number = str(Order.objects.order_by("placed_at")[0].number)

    assert totals(q=f" {number.lower()} ") == [10]
    assert totals(q=number[-4:]) == [10]
    assert totals(q="A") == [10, 18, 30]
    assert totals(q="bob@") == totals(q="BOB example") == [18]
    assert totals(q=f"{ADDRESS.name.upper()} ann") == [10, 30]
    assert totals(q="nobody") == []


@pytest.mark.usefixtures("_orders")
def test_whoever_may_not_know_customers_finds_no_order_by_one() -> None:
    assert totals(by=NO_PEOPLE, q="bob") == []
    assert totals(by=NO_PEOPLE, email="bob@example.com") == []
    assert totals(by=NO_PEOPLE, q=str(Order.objects.earliest("placed_at").number)) == [10]
    assert totals(by=NO_PEOPLE, promo_code="TEN") == [18]
