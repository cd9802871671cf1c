"""What one customer may have open at once."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import customers
from accounts.actors import Actor
from accounts.models import Customer, Source, User
from backoffice.db.statements import Question
from catalog.audit import audit_stock
from catalog.models import Product, StockMovement
from orders.audit import audit_orders
from orders.fulfilment.lifecycle import cancel_order, ship_order
from orders.models import Order, OrderEvent, PromoCode
from orders.placing import open_limits, placement, reading
from orders.placing.open_limits import Open, TooMuchOpen, large_holders, open_of
from orders.placing.placement import LineRequest, OrderRequest, place_order, quote_order
from tests.counts import forget_counts
from tests.factories import (
    ADDRESS,
    CLI,
    make_customer,
    make_product,
    make_promo_code,
    make_shopper,
    make_user,
    place,
    request_for,
)
from tests.races.harness import first_together, race

pytestmark = pytest.mark.django_db

THREADS = 16


@pytest.fixture(autouse=True)
def _few(settings: Any) -> None:
    settings.SHOP_MAX_OPEN_ORDERS = 3
    settings.SHOP_MAX_OPEN_UNITS = 20
    settings.SHOP_MAX_OPEN_VALUE = Decimal("100.00")


def by_themselves(shopper: User, lines: dict[str, int], **fields: Any) -> Order:
    """Through the API, as customers do."""
    return place(lines, customer=shopper.customer, by=Actor(shopper, Source.API), **fields)


def stock_up() -> User:
    make_product("CUP", price="1.00", on_hand=1_000)
    make_product("LAMP", price="50.00", on_hand=1_000)
    return make_shopper("ada@example.com")


def written() -> list[int]:
    return [model.objects.count() for model in (Order, OrderEvent, StockMovement)]


@pytest.mark.parametrize(
    ("before", "lines", "code", "told"),
    [
        (
            [{"CUP": 1}] * 3,
            {"CUP": 1},
            "too_many_open_orders",
            "At most 3 orders may be open at once: 3 orders",
        ),
        ([{"CUP": 12}], {"CUP": 9}, "too_many_open_units", "12 units are, and this order adds 9 units."),
        ([], {"CUP": 21}, "too_many_open_units", "At most 20 units may be open at once: 0 units are"),
        (
            [{"LAMP": 1}],
            {"LAMP": 1, "CUP": 1},
            "too_many_open_value",
            "At most €100.00 of goods may be open at once: €50.00 of goods are",
        ),
    ],
)
def test_an_order_that_would_pass_a_limit_is_refused_and_nothing_moves(
    before: list[dict[str, int]], lines: dict[str, int], code: str, told: str
) -> None:
    shopper = stock_up()
    for each in before:
        by_themselves(shopper, each)
    was = written()

    with pytest.raises(
        TooMuchOpen, match="Order less, wait until something has shipped, or ask the shop"
    ) as no:
        by_themselves(shopper, lines)

    assert no.value.code == "too_much_open"
    [fault] = no.value.faults
    assert fault.code == code
    assert told in fault.detail
    assert written() == was
    assert audit_stock() == audit_orders() == []


def test_what_a_limit_allows_is_placed_to_the_last_unit_and_cent() -> None:
    shopper = stock_up()
    by_themselves(shopper, {"LAMP": 1})
    by_themselves(shopper, {"CUP": 19})
    assert open_of(shopper.customer.pk) == Open(2, 20, Decimal("69.00"))
    cancel_order(Order.objects.latest("pk").number, by=CLI)
    by_themselves(shopper, {"LAMP": 1})
    with pytest.raises(TooMuchOpen):
        by_themselves(shopper, {"CUP": 1})


def test_every_limit_that_is_passed_is_named() -> None:
    shopper = stock_up()
    with pytest.raises(TooMuchOpen) as no:
        by_themselves(shopper, {"LAMP": 21})
    assert [(fault.code, fault.facts) for fault in no.value.faults] == [
        ("too_many_open_units", {"limit": 20, "open": 0, "wanted": 21}),
        ("too_many_open_value", {"limit": "100.00", "open": "0.00", "wanted": "1050.00"}),
    ]


def test_what_has_shipped_or_was_cancelled_is_open_no_more() -> None:
    shopper = stock_up()
    first = by_themselves(shopper, {"CUP": 20})
    ship_order(first.number, by=CLI, lines={"CUP": 5})
    cancel_order(first.number, by=CLI, lines={"CUP": 3})
    assert open_of(shopper.customer.pk) == Open(1, 12, Decimal("12.00"))

    by_themselves(shopper, {"CUP": 8})
    with pytest.raises(TooMuchOpen):
        by_themselves(shopper, {"CUP": 1})
    ship_order(first.number, by=CLI)

    assert open_of(shopper.customer.pk) == Open(1, 8, Decimal("8.00"))


def test_goods_count_after_their_discount() -> None:
    shopper = stock_up()
    make_promo_code("HALF", percent_off="50", max_uses_per_customer=None)
    by_themselves(shopper, {"LAMP": 2}, promo_code="HALF")
    assert open_of(shopper.customer.pk) == Open(1, 2, Decimal("50.00"))
    by_themselves(shopper, {"LAMP": 1})

    with pytest.raises(TooMuchOpen):
        by_themselves(shopper, {"LAMP": 1}, promo_code="HALF")

    assert PromoCode.objects.get().times_used == 1


def test_the_open_part_of_a_line_is_worth_its_share_in_whole_cents() -> None:
    shopper = stock_up()
    make_product("NAIL", price="0.90", on_hand=100)
    make_promo_code("CENT", amount_off="0.01", max_uses_per_customer=None)
    order = by_themselves(shopper, {"NAIL": 10}, promo_code="CENT")
    ship_order(order.number, by=CLI, lines={"NAIL": 5})
    assert open_of(shopper.customer.pk) == Open(1, 5, Decimal("4.50"))


def test_the_largest_order_that_can_be_is_counted() -> None:
    shopper = stock_up()
    make_product("BOLT", price="19.99", on_hand=500_000_000)
    lines = tuple(LineRequest("BOLT", 1_000_000) for _ in range(500))
    place_order(OrderRequest(lines, address=ADDRESS), email=shopper.email, by=CLI)
    assert open_of(shopper.customer.pk) == Open(1, 500_000_000, Decimal("9995000000.00"))


def test_others_are_held_to_their_own_orders_alone() -> None:
    shopper = stock_up()
    by_themselves(shopper, {"CUP": 20})
    by_themselves(make_shopper("ben@example.com"), {"CUP": 20})
    assert Product.objects.get(sku="CUP").reserved == 40


def test_staff_and_the_system_may_place_more_for_a_customer_and_it_counts() -> None:
    shopper = stock_up()
    sam = make_user("sam@example.com", role="Support")
    for by in (CLI, Actor(sam, Source.ADMIN), Actor(sam, Source.API), Actor(sam, Source.CLI)):
        place({"CUP": 30}, customer=shopper.customer, by=by)

    with pytest.raises(TooMuchOpen):
        by_themselves(shopper, {"CUP": 1})
    with pytest.raises(TooMuchOpen):
        # On the staff, but not to place orders.
        place({"CUP": 1}, customer=shopper.customer, by=Actor(make_user(role="Viewer"), Source.API))

    assert Order.objects.count() == 4


def test_no_limit_is_none(settings: Any) -> None:
    settings.SHOP_MAX_OPEN_ORDERS = settings.SHOP_MAX_OPEN_UNITS = settings.SHOP_MAX_OPEN_VALUE = None
    shopper = stock_up()
    for _ in range(5):
        by_themselves(shopper, {"LAMP": 100})
    assert Product.objects.get(sku="LAMP").reserved == 500
    assert [holder.holds for holder in large_holders(8)] == ["500 × LAMP, of 1,000 on hand"]


def test_a_quote_asks_for_no_limit() -> None:
    shopper = stock_up()
    quoted = quote_order(request_for({"LAMP": 100}), email=shopper.email, by=Actor(shopper, Source.API))
    assert quoted.total == Decimal("5000.00")


def test_refusals_are_one_line_of_the_security_log_however_often_it_is_tried(
    caplog: pytest.LogCaptureFixture,
) -> None:
    forget_counts()
    shopper = stock_up()
    with caplog.at_level(logging.WARNING, "backoffice.security"):
        for _ in range(20):
            with pytest.raises(TooMuchOpen):
                by_themselves(shopper, {"CUP": 21})
    [line] = [record.getMessage() for record in caplog.records if record.name == "backoffice.security"]
    ada = "ada@example.com"
    told = f'too_much_open address="" door="api" by="{ada}" account="{ada}" detail="At most 20 units may'
    assert line.startswith(told)


@pytest.mark.django_db(transaction=True)
def test_the_look_takes_one_statement_more_however_much_is_open(settings: Any) -> None:
    settings.SHOP_MAX_OPEN_ORDERS = settings.SHOP_MAX_OPEN_UNITS = 1_000
    settings.SHOP_MAX_OPEN_VALUE = None
    shopper = stock_up()
    by_themselves(shopper, {"CUP": 1})

    def statements(by: Actor) -> int:
        with CaptureQueriesContext(connection) as queries:
            place({"CUP": 1, "LAMP": 1}, customer=shopper.customer, by=by)
        return len(queries)

    of_staff = statements(CLI)
    counts = [statements(Actor(shopper, Source.API)) for _ in range(5)]

    assert counts == [of_staff + 1] * 5


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("customer_is_new", [True, False])
def test_no_limit_is_passed_by_orders_at_the_same_moment(settings: Any, customer_is_new: bool) -> None:
    settings.SHOP_MAX_OPEN_ORDERS = 100
    shopper = stock_up()
    if customer_is_new:
        Customer.objects.all().delete()
    outcomes = race(THREADS, [partial(_order_three, shopper)] * 32)

    kinds = Counter(type(outcome).__name__ for outcome in outcomes)
    assert kinds == {"Order": 6, "TooMuchOpen": 26}
    assert open_of(Customer.objects.get().pk) == Open(6, 18, Decimal("18.00"))
    assert Product.objects.get(sku="CUP").reserved == 18
    assert audit_stock() == audit_orders() == []


def _order_three(shopper: User) -> Order:
    request = request_for({"CUP": 3})
    return placement.place_order(request, email="ada@example.com", by=Actor(shopper, Source.API))


def _customer_not_locked(address: str, **_: bool) -> Question[Customer]:
    return customers.customer_with(address, is_held=False)


@contextmanager
def without_lock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setattr(reading, "customer_with", _customer_not_locked)
        yield


@pytest.mark.race
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer, whatever is locked.")
@pytest.mark.django_db(transaction=True)
def test_control_without_the_customers_lock_the_limit_is_passed(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.SHOP_MAX_OPEN_ORDERS = 100
    shopper = stock_up()
    for number in range(THREADS):
        make_product(f"OWN-{number}", on_hand=3, price="1.00")
    look = open_limits.open_in

    all_have_looked = first_together(THREADS)

    def look_with_all_others(rows: Iterable[Mapping[str, Any]]) -> Open:
        found = look(rows)
        all_have_looked()
        return found

    def order(number: int) -> Order:
        # Products of their own: else one would wait for the other's product.
        request = request_for({f"OWN-{number}": 3})
        return placement.place_order(request, email=shopper.email, by=Actor(shopper, Source.API))

    monkeypatch.setattr(open_limits, "open_in", look_with_all_others)
    with without_lock(monkeypatch):
        race(THREADS, [partial(order, number) for number in range(THREADS)])

    assert open_of(shopper.customer.pk).units > 20


def test_who_holds_much_of_a_product_or_comes_near_a_limit_is_shown() -> None:
    shopper = stock_up()
    make_product("MUG", price="0.10", on_hand=20)
    make_product("FEW", price="0.10", on_hand=4)
    by_themselves(shopper, {"CUP": 16})
    ben = make_customer("ben@example.com", name="Ben")
    place({"MUG": 10, "FEW": 4}, customer=ben)

    found = large_holders(8)

    assert [(holder.customer_id, holder.name, holder.holds) for holder in found] == [
        (shopper.customer.pk, "ada@example.com", "16 units, at most 20 units"),
        (ben.pk, "Ben", "10 × MUG, of 20 on hand"),
    ]
    assert len(large_holders(1)) == 1
