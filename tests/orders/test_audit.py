"""Orders are audited against the ledger: what does not add up is named, and nothing else."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from django.db.models import F, Sum
from django.utils import timezone

from accounts.models import Customer
from backoffice.db.transactions import write_transaction
from catalog import stock
from catalog.audit import Discrepancy, audit_stock
from catalog.models import Product, StockMovement
from orders.audit import audit_orders
from orders.fulfilment.lifecycle import cancel_order, ship_order
from orders.models import Order, OrderEvent, OrderLine, PromoCode, Redemption
from tests.factories import CLI, make_customer, make_product, make_promo_code, place
from tests.races.harness import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    make_product("A", on_hand=10)
    make_promo_code("TEN")
    return place({"A": 3}, promo_code="TEN")


def test_units_reserved_for_no_open_order_are_named(order: Order) -> None:
    @write_transaction
    def reserve_for_nobody() -> None:
        products = stock.lock_products([Product.objects.get().pk])
        stock.reserve(products, {products[0].pk: 2}, held_for="NOBODY", by=CLI, at=timezone.now())

    reserve_for_nobody()

    assert audit_stock() == []
    product = Product.objects.get().pk
    assert audit_orders() == [
        Discrepancy("A", "reserved", "reserved 5, open orders hold 3"),
        Discrepancy("NOBODY", "held", f"product {product}: the ledger holds 2, the order has 0 open"),
    ]


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (lambda: OrderLine.objects.update(cancelled=1), {"reserved", "held", "credited", "reversals"}),
        (
            lambda: OrderLine.objects.update(
                quantity=F("quantity") + 1, subtotal=F("subtotal") + F("unit_price")
            ),
            {"reserved", "held", "totals"},
        ),
        (lambda: Order.objects.update(status="shipped"), {"status"}),
        (lambda: OrderLine.objects.update(shipped=1), {"reserved", "held", "status", "shipments"}),
        (lambda: Order.objects.update(units=4), {"totals"}),
        (lambda: PromoCode.objects.update(times_used=0), {"redemptions"}),
        (lambda: Redemption.objects.update(state="released"), {"redemptions", "redemption"}),
        (lambda: Redemption.objects.update(customer=make_customer()), {"redemption"}),
        (lambda: Customer.objects.update(merged_into=make_customer()), {"customer"}),
        (lambda: OrderEvent.objects.all().delete(), {"timeline"}),
        (lambda: Order.objects.update(currency="USD"), {"currency"}),
        (lambda: Product.objects.update(price=Decimal("3.391")), {"places"}),
    ],
)
@pytest.mark.usefixtures("order")
def test_what_differs_from_what_it_should_be_is_named(tamper: Callable[[], object], named: set[str]) -> None:
    assert audit_orders() == []
    tamper()
    assert {each.check for each in audit_orders()} == named


def busy_shop_while(look: Callable[[], list[object]]) -> list[object]:
    """What somebody finds who looks again and again while others place, ship and cancel orders."""
    for number in range(3):
        make_product(f"P-{number}", on_hand=1_000)
    found: list[object] = []
    busy = [True] * 3

    def keep_looking() -> None:
        while any(busy):
            found.extend(look())

    def keep_ordering(worker: int) -> None:
        try:
            for turn in range(12):
                order = place({f"P-{(worker + turn) % 3}": 1, f"P-{turn % 2}": 2})
                (ship_order, cancel_order)[turn % 2](order.number, by=CLI)
        finally:
            busy[worker] = False

    outcomes = race(4, [keep_looking, *(partial(keep_ordering, worker) for worker in range(3))])
    assert outcomes == [None] * 4
    return found


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_an_audit_of_a_busy_shop_raises_no_false_alarm() -> None:
    assert busy_shop_while(lambda: [*audit_stock(), *audit_orders()]) == []


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_an_audit_that_reads_the_ledger_and_then_the_orders_would() -> None:
    """The control: the same shop, both sides read one after the other, and somebody orders in between."""

    def look() -> list[object]:
        in_ledger = StockMovement.objects.aggregate(units=Sum("reserved_delta", default=0))["units"]
        # Others order three units at a time: what one more makes differ they cannot make equal again.
        place({"P-0": 1})
        open_units = F("quantity") - F("shipped") - F("cancelled")
        in_orders = OrderLine.objects.aggregate(units=Sum(open_units, default=0))["units"]
        return [] if in_ledger == in_orders else [(in_ledger, in_orders)]

    assert busy_shop_while(look) != []
