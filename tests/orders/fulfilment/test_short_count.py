"""Fewer units on the shelf than orders were promised."""

import threading
import time
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from backoffice.db.transactions import write_transaction
from backoffice.errors import Stale
from backoffice.outbox.models import EmailMessage
from catalog.audit import audit_stock
from catalog.models import Product, StockMovement
from orders.audit import audit_orders
from orders.fulfilment.lifecycle import cancel_order
from orders.fulfilment.short_count import PromisesChanged, cancel_and_count, units_to_cancel
from orders.models import Order, OrderLine, PromoCode
from tests.factories import CLI, make_product, make_promo_code, place
from tests.races.harness import race

NOW = timezone.now()


def old(units: int, minutes: int, **more: Any) -> str:
    return place({"A": units}, at=NOW - timedelta(minutes=minutes), **more).number


@pytest.mark.django_db
def test_the_newest_orders_lose_the_missing_units_and_the_count_is_recorded() -> None:
    product = make_product("A", on_hand=10)
    make_promo_code("TEN")
    first, second, third = old(4, 30), old(3, 20), old(2, 10, promo_code="TEN")
    product.refresh_from_db()

    agreed = units_to_cancel(product, 5)
    assert agreed == {third: 2, second: 2}
    movement = cancel_and_count("a", 5, agreed=agreed, expected=10, by=CLI)

    product.refresh_from_db()
    assert (movement.on_hand_after, product.on_hand, product.reserved) == (5, 5, 5)
    statuses = dict(Order.objects.values_list("number", "status"))
    assert statuses == {first: "pending", second: "pending", third: "cancelled"}
    assert PromoCode.objects.get().times_used == 0
    assert EmailMessage.objects.filter(template="order_cancelled").count() == 2
    assert audit_stock() == audit_orders() == []


@pytest.mark.django_db
def test_a_count_that_covers_every_promise_takes_nothing_from_anybody() -> None:
    product = make_product("A", on_hand=10)
    old(4, 30)
    product.refresh_from_db()

    assert units_to_cancel(product, 4) == {}
    assert cancel_and_count("A", 4, agreed={}, by=CLI).on_hand_after == 4


@pytest.mark.django_db
def test_orders_that_came_since_are_not_robbed_unseen_and_nothing_changes() -> None:
    product = make_product("A", on_hand=10)
    old(4, 30)
    product.refresh_from_db()
    agreed = units_to_cancel(product, 3)
    old(2, 1)

    with pytest.raises(PromisesChanged):
        cancel_and_count("A", 3, agreed=agreed, by=CLI)
    with pytest.raises(Stale):
        cancel_and_count("A", 5, agreed=units_to_cancel(Product.objects.get(), 5), expected=11, by=CLI)

    assert (Product.objects.get().on_hand, Product.objects.get().reserved) == (10, 6)
    assert not Order.objects.exclude(status="pending").exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_amid_buyers_it_happens_wholly_or_not_at_all() -> None:
    product = make_product("A", on_hand=40)
    for minutes in range(10, 20):
        old(2, minutes)
    product.refresh_from_db()
    agreed = units_to_cancel(product, 15)

    counted, *_ = race(
        8,
        [
            partial(cancel_and_count, "A", 15, agreed=agreed, by=CLI),
            *(partial(place, {"A": 1}) for _ in range(7)),
        ],
    )

    if isinstance(counted, StockMovement):
        assert counted.on_hand_after == 15
    else:
        assert isinstance(counted, PromisesChanged)
        assert Product.objects.get().on_hand == 40
    assert audit_stock() == audit_orders() == []


@pytest.mark.race
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer and no locks on rows.")
@pytest.mark.django_db(transaction=True)
def test_units_that_another_order_gives_back_meanwhile_are_taken_from_nobody() -> None:
    product = make_product("A", on_hand=10)
    first, second = old(4, 30), old(3, 20)
    product.refresh_from_db()
    agreed = units_to_cancel(product, 5)
    assert agreed == {second: 2}
    is_held = threading.Event()

    @write_transaction
    def give_back() -> None:
        Order.objects.select_for_update().get(number=second)
        is_held.set()
        _wait_until_somebody_waits()
        cancel_order(first, lines={"A": 2}, by=CLI)

    def cancel_and_count_meanwhile() -> StockMovement:
        assert is_held.wait(timeout=30)
        return cancel_and_count("A", 5, agreed=agreed, by=CLI)

    _, refusal = race(2, [give_back, cancel_and_count_meanwhile])

    assert isinstance(refusal, PromisesChanged)
    assert dict(OrderLine.objects.values_list("order__number", "cancelled")) == {first: 2, second: 0}
    assert Product.objects.get().on_hand == 10


def _wait_until_somebody_waits() -> None:
    for _ in range(600):
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("Nobody waits for a lock.")
