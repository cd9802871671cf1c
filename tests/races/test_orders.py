"""Many buyers at the same moment. Each race has a control that shows the harness can see the fault.

Limits of promo codes: test_promo_races.py. The stock ledger alone: tests/races/test_stock.py.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from backoffice.errors import Invalid
from backoffice.outbox.models import EmailMessage, EmailState
from catalog.audit import audit_stock
from catalog.models import Product, StockMovement
from catalog.shortage import InsufficientStock
from orders.audit import audit_orders
from orders.fulfilment.lifecycle import (
    ReturnedItem,
    cancel_order,
    deliver_order,
    return_items,
    ship_order,
)
from orders.fulfilment.sending_again import send_again
from orders.fulfilment.shipments import correct_shipment, undo_shipment
from orders.held_order import IllegalTransition
from orders.models import Order, PromoCode, Shipment
from orders.promotions.redemption import PromoRefused
from orders.status import OrderStatus
from tests.factories import CLI, make_customer, make_product, make_promo_code, place
from tests.races.harness import deadlocks_so_far, race
from tests.soak import IS_SOAK, SECONDS_ALLOWED

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.race,
    pytest.mark.timeout(SECONDS_ALLOWED),
]

THREADS = 16
ROUNDS = 50 if IS_SOAK else 3
DEADLOCK_DETECTED = "40P01"
EIGHT: list[Callable[..., object]] = [*[ship_order] * 3, *[cancel_order] * 3, *[deliver_order] * 2]


def assert_the_books_balance() -> None:
    assert audit_stock() == []
    assert audit_orders() == []


def kinds(outcomes: Iterable[object]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in outcomes)


def test_two_hundred_buyers_of_twenty_units_get_exactly_twenty_every_time() -> None:
    for number in range(ROUNDS):
        sku = make_product(f"HOT-{number}", on_hand=20).sku
        outcomes = race(THREADS, [partial(place, {sku: 1}) for _ in range(200)])
        assert kinds(outcomes) == {Order.__name__: 20, InsufficientStock.__name__: 180}

    assert set(Product.objects.values_list("on_hand", "reserved")) == {(20, 20)}
    assert_the_books_balance()


def test_without_the_guard_the_same_buyers_oversell() -> None:
    """The control: look, think, write — as a shop without locks does."""
    make_product("HOT", on_hand=20)
    sold = []
    # Sixteen at a time see what is available before one of them takes it.
    all_have_looked = threading.Barrier(THREADS)

    def buy_unguarded() -> None:
        available = Product.objects.get(sku="HOT").available
        all_have_looked.wait(timeout=30)
        if available >= 1:
            sold.append(1)
            with transaction.atomic():
                Product.objects.filter(sku="HOT", reserved__lt=F("on_hand")).update(
                    reserved=F("reserved") + 1
                )

    race(THREADS, [buy_unguarded for _ in range(12 * THREADS)])

    assert len(sold) > 20


def test_two_first_orders_at_once_get_one_first_order_discount() -> None:
    make_product("A", on_hand=100)
    make_promo_code("FIRST", first_order_only=True, max_uses_per_customer=None)
    customer = make_customer()

    outcomes = race(8, [partial(place, {"A": 1}, customer=customer, promo_code="FIRST") for _ in range(8)])

    assert kinds(outcomes) == {Order.__name__: 1, PromoRefused.__name__: 7}


def test_many_four_line_orders_in_random_line_order_never_deadlock() -> None:
    orders = 1_000 if IS_SOAK or connection.vendor != "sqlite" else 300
    skus = [f"P-{number}" for number in range(6)]
    for sku in skus:
        make_product(sku, on_hand=10_000)
    shuffled = random.Random(7)
    baskets = [dict.fromkeys(shuffled.sample(skus, 4), 1) for _ in range(orders)]
    deadlocks = deadlocks_so_far()

    outcomes = race(THREADS, [partial(place, basket) for basket in baskets])

    assert kinds(outcomes) == {Order.__name__: orders}
    assert deadlocks_so_far() == deadlocks
    assert sum(Product.objects.values_list("reserved", flat=True)) == 4 * orders
    assert_the_books_balance()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer and no locks on rows.")
def test_locking_products_in_the_order_of_the_lines_deadlocks() -> None:
    """The control: two baskets of the same two products, the other way round."""
    make_product("A")
    make_product("B")
    both_hold_their_first = threading.Barrier(2)
    deadlocks = deadlocks_so_far()

    def lock_unsorted(*skus: str) -> None:
        with transaction.atomic():
            for sku in skus:
                Product.objects.select_for_update(no_key=True).get(sku=sku)
                if sku == skus[0]:
                    both_hold_their_first.wait(timeout=20)

    outcomes = race(2, [partial(lock_unsorted, "A", "B"), partial(lock_unsorted, "B", "A")])

    assert kinds(outcomes) == {"NoneType": 1, OperationalError.__name__: 1}
    [failed] = [outcome for outcome in outcomes if outcome]
    assert failed.__cause__.sqlstate == DEADLOCK_DETECTED
    # A connection's statistics arrive when it has ended.
    for _ in range(100):
        if deadlocks_so_far() > deadlocks:
            return
        time.sleep(0.1)
    raise AssertionError("The deadlock was not counted.")


def test_ship_cancel_and_deliver_of_a_hundred_orders_at_once_have_one_winner_each() -> None:
    """Of eight at once, one of those that exclude each other wins and the others are refused."""
    make_product("A", on_hand=200)
    shuffled = random.Random(11)
    tries = [
        (number, action)
        for number in [place({"A": 2}).number for _ in range(100)]
        for action in shuffled.sample(EIGHT, 8)
    ]

    outcomes = race(8, [partial(action, number, by=CLI) for number, action in tries])

    won: Counter[tuple[str, object]] = Counter()
    for (number, action), outcome in zip(tries, outcomes, strict=True):
        if not isinstance(outcome, Exception):
            won[number, action] += 1
        else:
            assert isinstance(outcome, IllegalTransition), outcome
    ends = Counter(str(one_end_of(order, won)) for order in Order.objects.all())
    # By whom they are won is chance; that one side wins them all would be none.
    assert ends["cancelled"] > 0 < ends["shipped"] + ends["delivered"]
    assert Product.objects.values_list("on_hand", "reserved").get() == (2 * ends["cancelled"], 0)
    assert_the_books_balance()


def one_end_of(order: Order, won: Counter[tuple[str, object]]) -> OrderStatus:
    """Its status, which is all that happened to it."""
    wins = tuple(won[order.number, action] for action in (ship_order, cancel_order, deliver_order))
    events = Counter(order.events.exclude(kind="placed").values_list("kind", flat=True))
    traces = (order.shipments.count(), order.cancellations.count(), events)
    if order.status == OrderStatus.CANCELLED:
        # Those who came second cancelled what was cancelled, which changes nothing.
        assert (wins, traces) == ((0, 3, 0), (0, 1, {"cancelled": 1}))
    elif order.status == OrderStatus.SHIPPED:
        assert (wins, traces) == ((1, 0, 0), (1, 0, {"shipped": 1}))
    else:
        assert (wins, traces) == ((1, 0, 1), (1, 0, {"shipped": 1, "delivered": 1}))
    return OrderStatus(order.status)


def test_actions_that_look_before_they_lock_both_ship_and_cancel() -> None:
    """The control: the same actions, the status read and then written."""
    make_product("A", on_hand=16)
    numbers = [place({"A": 2}).number for _ in range(8)]
    done: list[tuple[str, OrderStatus]] = []
    # Both orders of a round, by all four who are at each.
    all_have_looked = threading.Barrier(8)

    def act_unguarded(number: str, becomes: OrderStatus) -> None:
        status = Order.objects.get(number=number).status
        all_have_looked.wait(timeout=30)
        if status == OrderStatus.PENDING:
            Order.objects.filter(number=number).update(status=becomes)
            done.append((number, becomes))

    ends = (OrderStatus.SHIPPED, OrderStatus.CANCELLED) * 2
    race(8, [partial(act_unguarded, number, end) for number in numbers for end in ends])

    assert len(done) == 4 * len(numbers)
    assert all({(number, end) for end in ends} <= set(done) for number in numbers)


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


ONE_IS_BACK = [ReturnedItem("A", 1)]


def test_undoing_delivering_returning_and_shipping_at_once_have_one_story_each() -> None:
    """Of an order of three, of which two left: what excludes each other does not both happen."""
    make_product("A", on_hand=300)
    shuffled = random.Random(13)
    numbers = [str(place({"A": 3}).number) for _ in range(60)]
    for number in numbers:
        ship_order(number, by=CLI, lines={"A": 2})
    acts: list[Callable[[str], object]] = [
        *[lambda number: undo_shipment(number, f"{number}-S1", by=CLI)] * 3,
        lambda number: deliver_order(number, by=CLI, shipment=f"{number}-S1"),
        lambda number: return_items(number, by=CLI, items=ONE_IS_BACK),
        lambda number: ship_order(number, by=CLI),
        lambda number: correct_shipment(number, f"{number}-S1", by=CLI, carrier="DHL"),
        lambda number: cancel_order(number, by=CLI, lines={"A": 1}),
    ]
    tries = [(number, act) for number in numbers for act in shuffled.sample(acts, len(acts))]

    outcomes = race(8, [partial(act, number) for number, act in tries])

    assert {type(each) for each in outcomes if isinstance(each, Exception)} <= {IllegalTransition, Invalid}
    stories = Counter(story_of(number) for number in numbers)
    # By whom they are won is chance; that one side wins them all would be none.
    assert stories["undone"] > 0 < stories["left"]
    assert_the_books_balance()


def story_of(number: str) -> str:
    """What became of the first shipment; whatever excludes it did not happen."""
    kinds_of_events = Counter(Order.objects.get(number=number).events.values_list("kind", flat=True))
    shipment = Shipment.objects.get(reference=f"{number}-S1")
    assert kinds_of_events["shipment_undone"] == (shipment.undone_at is not None)
    if shipment.undone_at is None:
        return "left"
    assert shipment.delivered_at is None
    movements = StockMovement.objects.filter(reference=shipment.reference)
    assert sorted(movements.values_list("kind", "on_hand_delta")) == [("ship", -2), ("unship", 2)]
    return "undone"


def test_undoing_that_looks_before_it_locks_undoes_twice() -> None:
    """The control: the same undoing, the shipment read and then written."""
    make_product("A", on_hand=20)
    number = str(place({"A": 2}).number)
    shipment = ship_order(number, by=CLI)
    undone = []
    all_have_looked = threading.Barrier(4)

    def undo_unguarded() -> None:
        is_under_way = Shipment.objects.get(pk=shipment.pk).undone_at is None
        all_have_looked.wait(timeout=30)
        if is_under_way:
            with transaction.atomic():
                Shipment.objects.filter(pk=shipment.pk).update(undone_at=timezone.now())
                Product.objects.update(on_hand=F("on_hand") + 2)
            undone.append(1)

    race(4, [undo_unguarded for _ in range(4)])

    assert len(undone) == 4
    assert Product.objects.get().on_hand == 26


def test_a_mail_sent_again_by_many_at_once_goes_out_once() -> None:
    make_product("A", on_hand=20)
    number = str(place({"A": 2}).number)
    EmailMessage.objects.update(state=EmailState.SENT)
    first = EmailMessage.objects.get().pk

    outcomes = race(8, [partial(send_again, number, first, by=CLI) for _ in range(8)])

    # While a copy waits no other one is written.
    assert kinds(outcomes) == {EmailMessage.__name__: 1, "IllegalTransition": 7}
    causes = EmailMessage.objects.exclude(pk=first).values_list("cause", flat=True)
    assert list(causes) == [f"order:{number}:again:1"]
