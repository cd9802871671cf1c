"""The stock ledger with everybody at it at once. Controls show that the harness can see the faults."""

from collections import Counter
from functools import partial
from itertools import batched, count

import pytest
from django.db import transaction
from django.utils import timezone

from backoffice.db.transactions import write_transaction
from catalog import stock
from catalog.audit import audit_stock
from catalog.models import Product
from catalog.shortage import InsufficientStock
from tests.factories import CLI, make_product
from tests.races.harness import first_together, race

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.race,
    pytest.mark.timeout(600),
]

_buyer = count(1)


@write_transaction
def reserve_one(pk: int) -> None:
    """What placing an order does to stock, and nothing else."""
    products = stock.lock_products([pk])
    stock.reserve(products, {pk: 1}, held_for=f"buyer-{next(_buyer)}", by=CLI, at=timezone.now())


def test_in_each_of_fifty_rounds_two_hundred_buyers_reserve_exactly_the_twenty_units() -> None:
    """One round after another without a pause; with a new start for each, through orders: `make soak`."""
    products = [make_product(on_hand=20).pk for _ in range(50)]

    outcomes = race(16, [partial(reserve_one, pk) for pk in products for _ in range(200)])

    for buyers in batched(outcomes, 200):
        kinds = Counter(type(outcome).__name__ for outcome in buyers)
        assert kinds == {"NoneType": 20, InsufficientStock.__name__: 180}
    assert set(Product.objects.values_list("on_hand", "reserved")) == {(20, 20)}
    assert audit_stock() == []


def test_receiving_at_once_loses_no_unit() -> None:
    make_product("A")
    race(8, [partial(stock.receive, "A", 1, by=CLI) for _ in range(40)])
    assert Product.objects.get().on_hand == 40
    assert audit_stock() == []


def test_without_the_guard_receiving_at_once_loses_units() -> None:
    """The control: read, then write."""
    make_product("A")
    all_have_read = first_together(8)

    def receive_unguarded() -> None:
        on_hand = Product.objects.get(sku="A").on_hand
        all_have_read()
        with transaction.atomic():
            Product.objects.filter(sku="A").update(on_hand=on_hand + 1)

    race(8, [receive_unguarded for _ in range(80)])
    assert Product.objects.get().on_hand < 80
