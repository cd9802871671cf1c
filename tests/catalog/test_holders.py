"""Which orders hold a product's reserved units."""

from datetime import UTC, datetime, timedelta

import pytest

from catalog.holders import holders_of
from catalog.models import Product
from orders.fulfilment.lifecycle import cancel_order, ship_order
from tests.factories import CLI, make_product, place

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 1, 10, tzinfo=UTC)


def held(sku: str) -> list[tuple[str, int, datetime]]:
    product = Product.objects.get(sku=sku)
    return [(row["held_for"], row["units"], row["since"]) for row in holders_of(product)]


def test_open_orders_hold_their_units_the_newest_first() -> None:
    make_product("A", on_hand=20)
    make_product("B", on_hand=20)
    first = place({"A": 2, "B": 9}, at=NOON)
    second = place({"A": 3}, at=NOON - timedelta(days=1))

    assert held("A") == [(second.number, 3, NOON - timedelta(days=1)), (first.number, 2, NOON)]
    assert held("B") == [(first.number, 9, NOON)]


def test_what_shipped_or_was_cancelled_is_held_no_more() -> None:
    make_product("A", on_hand=20)
    part, shipped, cancelled = (place({"A": 4}, at=NOON) for _ in range(3))
    ship_order(part.number, by=CLI, lines={"A": 1}, at=NOON)
    cancel_order(part.number, by=CLI, lines={"A": 2}, at=NOON)
    ship_order(shipped.number, by=CLI)
    cancel_order(cancelled.number, by=CLI)

    assert held("A") == [(part.number, 1, NOON)]


def test_a_product_that_nobody_ordered_is_held_by_none() -> None:
    make_product("A", on_hand=20)

    assert held("A") == []
