"""An order that is read without locks and written with the COMMIT is the one that was placed step by step.

Absent: an order at a price, with a code or of stock that was no longer so when it was committed.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.backends.utils import CursorWrapper

from accounts.actors import Actor
from accounts.models import Customer, Source
from accounts.shop.changing import change_settings
from backoffice.db import postgresql_trip, transactions
from backoffice.errors import Refusal
from backoffice.outbox.models import EmailMessage
from backoffice.shop.in_force import one_reading
from catalog.audit import audit_stock
from catalog.models import Product, StockMovement, moving
from catalog.shortage import InsufficientStock
from orders.audit import audit_orders
from orders.models import Order, OrderEvent, OrderLine, PromoCode, Redemption
from orders.placing import reading
from orders.placing.placement import LineRequest, OrderRequest, UnknownSkus, place_order, quote_order
from orders.promotions.redemption import PromoRefused
from tests.factories import (
    ADDRESS,
    CLI,
    make_category,
    make_customer,
    make_product,
    make_promo_code,
    make_shopper,
    place,
)

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
BASKETS = 60
only_postgresql = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite has one writer: nothing changes while it reads."
)
# What the database gives out anew, or the clock decides.
NEVER_ALIKE = {"id", "order_id", "created_at", "updated_at", "next_attempt_at"}
TABLES = (Order, OrderLine, OrderEvent, Redemption, StockMovement, EmailMessage, PromoCode, Product, Customer)


def rows_with(number: str) -> list[Any]:
    """Every row that an order touches, with its number and serial taken out."""
    emails = dict(Customer.objects.values_list("pk", "email"))

    def told(name: str, value: object) -> str:
        if name == "customer_id":
            return emails[value]  # type: ignore[index]
        return str(value).replace(number, "NUMBER").replace(number[2:], "SERIAL")

    # What one statement writes has no order among itself.
    return sorted(
        [model.__name__, *(told(*item) for item in sorted(row.items()) if item[0] not in NEVER_ALIKE)]
        for model in TABLES
        for row in model._default_manager.values()
    )


def outcome_of(request: OrderRequest, **whose: Any) -> Any:
    """What comes of the order, and the rows that it leaves; then all is as it was before."""
    before = transaction.savepoint_create()
    try:
        order = place_order(request, at=AT, **whose)
        assert order.net == Order.objects.get().net, "what was reckoned is what the database reckons"
        return rows_with(order.number)
    except Refusal as refusal:
        return (type(refusal).__name__, str(refusal), refusal.faults, rows_with("no-number"))
    finally:
        transaction.savepoint_rollback(before)


@contextmanager
def step_by_step(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every row locked when it is read, every statement run at once, through Django's own cursor."""
    writing = transactions._writing
    with monkeypatch.context() as patched, connection.execute_wrapper(lambda run, *call: run(*call)):
        patched.setattr(transactions, "_writing", lambda *, is_careful: writing(is_careful=True))
        yield


def test_any_basket_comes_to_the_same_as_step_by_step(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = Random(14)
    known = stocked_shop()
    shopper = make_shopper("ada@example.com")
    kinds = set()
    for _ in range(BASKETS):
        skus = chance.sample(known, chance.choice((1, 1, 2, 3, 5)))
        request = OrderRequest(
            lines=tuple(LineRequest(sku, chance.choice((1, 1, 2, 7))) for sku in skus),
            promo_code=chance.choice(("", "", "TEN", "five", "LAMPS", "FIRST", "PAUSED", "GONE", "NO-SUCH")),
            address=ADDRESS,
        )
        whose = {
            "email": chance.choice(("ada@example.com", "ADA@example.com", "new@example.com")),
            "by": Actor(chance.choice((None, shopper)), Source.API),
        }

        together = outcome_of(request, **whose)
        with step_by_step(monkeypatch):
            apart = outcome_of(request, **whose)

        assert together == apart
        kinds.add(together[0] if isinstance(together, tuple) else "order")
    assert kinds == {"order", "UnknownSkus", "InsufficientStock", "PromoRefused"}


def stocked_shop() -> list[str]:
    lamps = make_category("Lamps")
    for number in range(6):
        make_product(f"P-{number}", on_hand=5 + number, price=f"{3 + number}.39", category=lamps)
    make_product("LAST", on_hand=1)
    make_product("ARCHIVED", on_hand=5)
    Product.objects.filter(sku="ARCHIVED").update(is_active=False)
    make_promo_code("TEN", percent_off="10", max_uses_per_customer=None)
    make_promo_code("FIVE", amount_off="5.00", minimum_spend="12.00")
    make_promo_code("LAMPS", percent_off="20", max_discount="3.00", category_ids=[lamps.pk])
    make_promo_code("FIRST", percent_off="15", first_order_only=True)
    for code in ("PAUSED", "GONE"):
        make_promo_code(code, percent_off="50", max_uses=1)
    PromoCode.objects.filter(code="PAUSED").update(is_paused=True)
    PromoCode.objects.filter(code="GONE").update(times_used=1)
    return [*(f"P-{number}" for number in range(6)), "p-1 ", "LAST", "ARCHIVED", "NO-SUCH"]


# What changes between the reading and the COMMIT


@contextmanager
def meanwhile(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> Iterator[list[bool]]:
    """Let somebody change something once the order has read; gives whether each look locked what it read."""
    looks: list[bool] = []
    ask = reading._ask

    def ask_and_change(*args: Any, **kwargs: Any) -> Any:
        found = ask(*args, **kwargs)
        looks.append(transactions.is_careful())
        if len(looks) == 1:
            other = threading.Thread(target=_alone, args=(change,))
            other.start()
            other.join(timeout=30)
        return found

    with monkeypatch.context() as patched:
        patched.setattr(reading, "_ask", ask_and_change)
        yield looks


def _alone(change: Callable[[], object]) -> None:
    try:
        change()
    finally:
        connections.close_all()


def set_product(**values: Any) -> Callable[[], object]:
    return lambda: Product.objects.filter(sku="CUP").update(**values)


@pytest.fixture
def shop(transactional_db: None) -> None:
    make_product("CUP", on_hand=5, price="2.00")
    make_promo_code("TEN", percent_off="10", max_uses=5, max_uses_per_customer=None)
    make_customer("ada@example.com")


def place_two(**fields: Any) -> Order:
    return place({"CUP": 2}, customer=Customer.objects.get(), **fields)


@only_postgresql
@pytest.mark.usefixtures("shop")
def test_an_order_is_placed_at_the_price_that_is_so_when_it_is_committed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with meanwhile(monkeypatch, set_product(price=Decimal("3.00"))) as looks:
        order = place_two()

    assert order.subtotal == Decimal("6.00")
    assert looks == [False, True], "it was read once without locks, and once more with them"
    assert audit_stock() == audit_orders() == []


@only_postgresql
@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (set_product(is_active=False), UnknownSkus),
        (set_product(on_hand=1), InsufficientStock),
        (lambda: PromoCode.objects.update(is_paused=True), PromoRefused),
        (lambda: PromoCode.objects.update(times_used=5), PromoRefused),
    ],
)
def test_what_is_no_longer_so_when_it_is_committed_refuses_the_order(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[], object], refusal: type[Refusal]
) -> None:
    with meanwhile(monkeypatch, change) as looks, pytest.raises(refusal):
        place_two(promo_code="TEN")

    assert looks == [False, True]
    assert not Order.objects.exists()
    assert not StockMovement.objects.filter(kind="reserve").exists()
    assert not Redemption.objects.exists()


@only_postgresql
@pytest.mark.usefixtures("shop")
def test_control_without_the_guard_an_order_is_placed_at_the_old_price(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unguarded = moving.RESERVE_AS_SEEN.replace("AND product.price = wanted.price", "")
    monkeypatch.setattr(moving, "RESERVE_AS_SEEN", unguarded)

    with meanwhile(monkeypatch, set_product(price=Decimal("3.00"))):
        order = place_two()

    assert order.subtotal == Decimal("4.00")


@only_postgresql
@pytest.mark.usefixtures("shop")
def test_an_order_takes_three_trips_to_the_database_however_many_lines_it_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One to read, one for its number, one to write and commit."""
    for number in range(30):
        make_product(f"P-{number}", on_hand=5)
    trips: list[int] = []
    travel = postgresql_trip.travel

    def counted(session: Any, statements: Any, **options: Any) -> None:
        trips.append(len(statements))
        travel(session, statements, **options)

    customer = Customer.objects.get()
    with monkeypatch.context() as patched:
        patched.setattr(postgresql_trip, "travel", counted)
        patched.setattr(CursorWrapper, "execute", None)
        place({"CUP": 1}, customer=customer, promo_code="TEN")
        place({f"P-{number}": 1 for number in range(30)}, customer=customer, promo_code="TEN")

    assert len(trips) == 2 * 3


@pytest.mark.usefixtures("shop")
def test_an_order_pays_the_fee_that_is_in_force_in_its_own_transaction_whatever_was_quoted(db: None) -> None:
    customer = Customer.objects.get()
    request = OrderRequest((LineRequest("CUP", 1),), address=ADDRESS)
    with one_reading():
        quoted = quote_order(request, email=customer.email, by=CLI)
        change_settings({"SHOP_SHIPPING_FEE": "4.90"}, by=CLI)
        order = place({"CUP": 1}, customer=customer)

    assert quoted.shipping == 0
    assert order.shipping == Decimal("4.90")
    change_settings({"SHOP_SHIPPING_FEE": "9.90", "SHOP_FREE_SHIPPING_FROM": "0"}, by=CLI)
    assert place({"CUP": 1}, customer=customer).shipping == 0
