"""Limits of promo codes, with everybody at once. Each race has a control that shows the harness can fail."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from backoffice.db.sending import ask
from backoffice.db.transactions import write_transaction
from backoffice.outbox.models import EmailMessage
from catalog.audit import audit_stock
from orders.audit import audit_orders
from orders.models import Order, PromoCode, Promotion, PromotionEvent, Redemption, RedemptionState
from orders.models.order import FIRST_SERIAL
from orders.promotions import PromotionTerms, expire_ended_promotions, generate_batch, redemption
from orders.promotions.redemption import Candidate, PromoRefused
from tests.factories import CLI, make_customer, make_product, make_promo_code, make_user, place
from tests.races.harness import first_together, race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

THREADS = 16
ORDERS = 700


def kinds(outcomes: Iterable[object]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in outcomes)


def test_the_last_use_and_sixteen_buyers_give_one_order() -> None:
    make_product("A", on_hand=100)
    make_promo_code("LAST", max_uses=1)

    outcomes = race(THREADS, [partial(place, {"A": 1}, promo_code="LAST") for _ in range(16)])

    assert kinds(outcomes) == {Order.__name__: 1, PromoRefused.__name__: 15}
    assert PromoCode.objects.get().times_used == Redemption.objects.count() == 1
    assert audit_stock() == audit_orders() == []


def test_without_the_guard_the_last_use_serves_several_buyers() -> None:
    """The control: read the count, then write it back."""
    make_promo_code("LAST", max_uses=1)
    won = []
    all_have_looked = first_together(THREADS)

    def redeem_unguarded() -> None:
        code = PromoCode.objects.get(code="LAST")
        all_have_looked()
        if code.times_used < 1:
            PromoCode.objects.filter(pk=code.pk).update(times_used=code.times_used + 1)
            won.append(1)

    race(THREADS, [redeem_unguarded for _ in range(16)])

    assert len(won) == 16


def test_one_customer_with_many_codes_of_one_batch_at_once_uses_as_many_as_allowed() -> None:
    make_product("A", on_hand=100)
    terms = PromotionTerms(name="Batch", percent_off=Decimal(10), max_uses_per_customer=3)
    codes = list(generate_batch(16, terms, by=CLI).codes.values_list("code", flat=True))
    customer = make_customer()

    outcomes = race(THREADS, [partial(place, {"A": 1}, customer=customer, promo_code=code) for code in codes])

    assert kinds(outcomes) == {Order.__name__: 3, PromoRefused.__name__: 13}
    assert sorted(Redemption.objects.values_list("use_number", flat=True)) == [1, 2, 3]
    assert audit_orders() == []


def test_without_the_use_number_one_customer_uses_too_many() -> None:
    """The control: count the customer's uses, then write one more."""
    make_product("A", on_hand=100)
    make_promo_code("ONCE")
    used: list[int] = []
    all_have_counted = first_together(THREADS)

    def use_unguarded() -> None:
        count = len(used)
        all_have_counted()
        if count < 1:
            used.append(1)

    race(THREADS, [use_unguarded for _ in range(16)])

    assert len(used) == 16


class Shoppers:
    """Orders of a few customers that redeem and release one code."""

    def __init__(self, *, max_uses: int, per_customer: int) -> None:
        customers = [make_customer() for _ in range(20)]
        self.orders = Order.objects.bulk_create(
            Order(
                serial=FIRST_SERIAL + number,
                customer=customers[number % 20],
                subtotal=1,
                total=1,
                units=1,
                source=CLI.source,
            )
            for number in range(ORDERS)
        )
        self.code = make_promo_code("FEW", max_uses=max_uses, max_uses_per_customer=per_customer).code
        self.max_uses, self.per_customer = max_uses, per_customer
        self.seen_above: list[str] = []

    @write_transaction
    def redeem(self, order: Order) -> None:
        now = timezone.now()
        codes = redemption.code_with_history(self.code, order.customer.email, is_held=True)
        ask(codes)
        candidate = redemption.judged(self.code, codes.answer(), at=now)
        if isinstance(candidate, Candidate):
            redemption.redeem(
                candidate,
                order=order,
                customer=order.customer,
                discount=Decimal("0.10"),
                at=now,
            )
            self.look()

    @write_transaction
    def release(self, order: Order) -> None:
        redemption.release(order, at=timezone.now())

    def use_and_give_back(self, order: Order) -> None:
        self.redeem(order)
        self.release(order)
        self.release(order)

    def look(self) -> None:
        used = PromoCode.objects.get(code=self.code).times_used
        active = Redemption.objects.filter(state=RedemptionState.ACTIVE)
        if used > self.max_uses:
            self.seen_above.append(f"{used} uses")
        for customer, uses in Counter(active.values_list("customer", flat=True)).items():
            if uses > self.per_customer:
                self.seen_above.append(f"{uses} uses of customer {customer}")


def test_two_thousand_redemptions_and_releases_keep_every_limit_at_every_moment() -> None:
    """More buyers at once than uses, and each gives its use back twice."""
    shoppers = Shoppers(max_uses=5, per_customer=1)

    outcomes = race(THREADS, [partial(shoppers.use_and_give_back, order) for order in shoppers.orders])

    assert kinds(outcomes) == {"NoneType": ORDERS}
    assert shoppers.seen_above == []
    assert PromoCode.objects.get().times_used == 0
    assert set(Redemption.objects.values_list("state", flat=True)) == {RedemptionState.RELEASED}
    assert Redemption.objects.count() > ORDERS / 4


def test_releasing_that_looks_before_it_writes_gives_a_use_back_twice() -> None:
    """The control: the same release by two at once, without the compare-and-set."""
    make_product("A", on_hand=20)
    make_promo_code("MANY")
    orders = [place({"A": 1}, promo_code="MANY") for _ in range(8)]
    given_back = []
    all_have_looked = first_together(THREADS)

    def release_unguarded(order: Order) -> None:
        state = Redemption.objects.get(order=order).state
        all_have_looked()
        if state == RedemptionState.ACTIVE:
            with transaction.atomic():
                Redemption.objects.filter(order=order).update(state=RedemptionState.RELEASED)
            given_back.append(order.number)

    race(THREADS, [partial(release_unguarded, order) for order in orders for _ in range(2)])

    assert sorted(given_back) == sorted(order.number for order in orders for _ in range(2))


def test_two_schedulers_at_once_expire_each_promotion_once_after_a_day_of_sleep() -> None:
    make_user("marketing@example.com", role="Marketing")
    now = timezone.now()
    for hours in range(1, 25):
        make_promo_code(f"ENDED-{hours}", ends_at=now - timedelta(hours=hours))
    make_promo_code("LASTS", ends_at=now + timedelta(hours=1))
    # The clock of the second runs ahead.
    clocks = [now, now + timedelta(seconds=40)]

    outcomes = race(8, [partial(expire_ended_promotions, clocks[number % 2]) for number in range(8)])

    assert sorted(outcomes) == [0, 0, 0, 0, 0, 0, 0, 24]
    assert PromotionEvent.objects.filter(kind="expired").count() == 24
    assert Promotion.objects.filter(expired_at=None).count() == 1
    assert EmailMessage.objects.filter(template="promotions_ended").count() == 1
