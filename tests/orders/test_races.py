"""Many buyers at the same moment. Each race has a control that shows the harness can see the fault."""

import random
import time
from collections import Counter
from collections.abc import Iterable
from functools import partial

import pytest
from django.db import transaction
from django.db.models import F

from catalog.audit import audit_stock
from catalog.models import Product
from catalog.stock import InsufficientStock
from orders.audit import audit_orders
from orders.lifecycle import cancel_order, deliver_order, ship_order
from orders.models import Order, PromoCode, Redemption
from orders.redemption import PromoRefused
from orders.transition import IllegalTransition
from tests.factories import CLI, make_customer, make_product, make_promo_code, place
from tests.races import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

THREADS = 16


def assert_the_books_balance() -> None:
    assert audit_stock() == []
    assert audit_orders() == []


def kinds(outcomes: Iterable[object]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in outcomes)


def test_fifty_buyers_of_ten_units_get_exactly_ten() -> None:
    make_product("HOT", on_hand=10)

    outcomes = race(THREADS, [partial(place, {"HOT": 1}) for _ in range(50)])

    assert kinds(outcomes) == {Order.__name__: 10, InsufficientStock.__name__: 40}
    product = Product.objects.get(sku="HOT")
    assert (product.on_hand, product.reserved) == (10, 10)
    assert_the_books_balance()


def test_without_the_guard_the_same_buyers_oversell() -> None:
    """The control: look, think, write — as a shop without locks does."""
    make_product("HOT", on_hand=10)
    sold = []

    def buy_unguarded() -> None:
        available = Product.objects.get(sku="HOT").available
        time.sleep(0.005)
        if available >= 1:
            sold.append(1)
            with transaction.atomic():
                Product.objects.filter(sku="HOT", reserved__lt=F("on_hand")).update(
                    reserved=F("reserved") + 1
                )

    race(THREADS, [buy_unguarded for _ in range(50)])

    assert len(sold) > 10


def test_one_use_left_and_twenty_buyers_gives_one_order_and_nineteen_refusals() -> None:
    make_product("A", on_hand=100)
    make_promo_code("LAST", max_uses=1)

    outcomes = race(THREADS, [partial(place, {"A": 1}, promo_code="LAST") for _ in range(20)])

    assert kinds(outcomes) == {Order.__name__: 1, PromoRefused.__name__: 19}
    assert Order.objects.count() == 1
    assert PromoCode.objects.get().times_used == Redemption.objects.count() == 1
    assert Product.objects.get().reserved == 1
    assert_the_books_balance()


def test_without_the_guard_one_use_serves_several_buyers() -> None:
    """The control: read the count, then write it back."""
    make_promo_code("LAST", max_uses=1)
    won = []

    def redeem_unguarded() -> None:
        code = PromoCode.objects.get(code="LAST")
        time.sleep(0.005)
        if code.times_used < 1:
            PromoCode.objects.filter(pk=code.pk).update(times_used=code.times_used + 1)
            won.append(1)

    race(THREADS, [redeem_unguarded for _ in range(20)])

    assert len(won) > 1


def test_one_customer_using_two_codes_of_one_promotion_at_once_gets_one() -> None:
    make_product("A", on_hand=100)
    first = make_promo_code("BATCH-1")
    codes = [
        first,
        *(PromoCode.objects.create(promotion=first.promotion, code=f"BATCH-{n}") for n in range(2, 9)),
    ]
    customer = make_customer()

    outcomes = race(8, [partial(place, {"A": 1}, customer=customer, promo_code=code.code) for code in codes])

    assert kinds(outcomes) == {Order.__name__: 1, PromoRefused.__name__: 7}
    assert_the_books_balance()


def test_two_first_orders_at_once_get_one_first_order_discount() -> None:
    make_product("A", on_hand=100)
    make_promo_code("FIRST", first_order_only=True, max_uses_per_customer=None)
    customer = make_customer()

    outcomes = race(8, [partial(place, {"A": 1}, customer=customer, promo_code="FIRST") for _ in range(8)])

    assert kinds(outcomes) == {Order.__name__: 1, PromoRefused.__name__: 7}


def test_four_line_orders_in_random_line_order_never_deadlock() -> None:
    skus = [f"P-{number}" for number in range(6)]
    for sku in skus:
        make_product(sku, on_hand=10_000)
    shuffled = random.Random(7)
    baskets = [dict.fromkeys(shuffled.sample(skus, 4), 1) for _ in range(160)]

    outcomes = race(THREADS, [partial(place, basket) for basket in baskets])

    assert kinds(outcomes) == {Order.__name__: 160}
    assert_the_books_balance()


def test_ship_and_cancel_of_one_order_at_once_have_one_winner() -> None:
    make_product("A", on_hand=100)
    numbers = [place({"A": 2}).number for _ in range(10)]
    actions = [
        partial(action, number, by=CLI)
        for number in numbers
        for action in (ship_order, cancel_order, ship_order, cancel_order)
    ]

    outcomes = race(8, actions)

    for outcome in outcomes:
        assert not isinstance(outcome, Exception) or isinstance(outcome, IllegalTransition), outcome
    for order in Order.objects.all():
        assert (order.shipments.count(), order.cancellations.count()) in {(1, 0), (0, 1)}
    assert_the_books_balance()


def test_delivering_at_once_delivers_once() -> None:
    make_product("A", on_hand=10)
    number = place({"A": 2}).number
    ship_order(number, by=CLI)

    outcomes = race(8, [partial(deliver_order, number, by=CLI) for _ in range(8)])

    assert kinds(outcomes) == {Order.__name__: 1, IllegalTransition.__name__: 7}
    assert Order.objects.get().events.filter(kind="delivered").count() == 1
    assert_the_books_balance()


def test_redeeming_and_cancelling_at_once_keeps_uses_equal_to_active_redemptions() -> None:
    make_product("A", on_hand=1_000)
    make_promo_code("FIVE", max_uses=5)

    def place_and_cancel() -> None:
        order = place({"A": 1}, promo_code="FIVE")
        race(2, [partial(cancel_order, order.number, by=CLI) for _ in range(2)])

    outcomes = race(8, [place_and_cancel for _ in range(60)])

    assert set(kinds(outcomes)) <= {"NoneType", PromoRefused.__name__}
    assert PromoCode.objects.get().times_used == 0
    assert_the_books_balance()
