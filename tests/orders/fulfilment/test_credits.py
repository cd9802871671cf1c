"""What is credited rounds the sum, not the unit: whatever comes back, in whatever order and portions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.audit import audit_orders
from orders.fulfilment.lifecycle import ReturnedItem, cancel_order, return_items, ship_order
from orders.models import Cancellation, CancellationLine, Order, OrderLine, Return, ReturnLine
from tests.factories import CLI, make_product, make_promo_code, place
from tests.model.database import assert_credits_add_up, rolled_back

pytestmark = pytest.mark.django_db

FEE = Decimal("4.90")


def half_up(amount: Fraction) -> Decimal:
    """The oracle's rounding, to the cent."""
    return Decimal(floor(amount * 100 + Fraction(1, 2))) / 100


def due(line: OrderLine, units: int) -> Decimal:
    return half_up(Fraction(line.subtotal - line.discount) * units / line.quantity)


def give_back(order: Order, sku: str, units: int) -> Decimal:
    """Cancel what has not shipped, return what has; and say what that was worth."""
    before = Order.objects.get(pk=order.pk).credited
    line = order.lines.get(sku=sku)
    cancelled = min(units, line.open)
    if cancelled:
        cancel_order(order.number, by=CLI, lines={sku: cancelled})
    if units > cancelled:
        return_items(order.number, by=CLI, items=[ReturnedItem(sku, units - cancelled)])
    return Order.objects.get(pk=order.pk).credited - before


def test_most_of_many_cheap_units_are_not_worth_the_whole_line() -> None:
    """600 units for 107.10 are 17.85 cents each, which no rounded unit price can tell."""
    make_product("NAIL", on_hand=600, price="0.21")
    make_promo_code("FIFTEEN", percent_off="15")
    order = place({"NAIL": 600}, promo_code="FIFTEEN")
    assert order.total == Decimal("107.10")
    ship_order(order.number, by=CLI)

    assert give_back(order, "NAIL", 595) == Decimal("106.21")
    assert give_back(order, "NAIL", 5) == Decimal("0.89")


def test_half_of_the_units_are_worth_half_of_what_was_paid() -> None:
    make_product("SCREW", on_hand=1000, price="0.01")
    make_promo_code("THIRD", percent_off="33.33")
    order = place({"SCREW": 1000}, promo_code="THIRD", shipping_fee=FEE)

    cancel_order(order.number, by=CLI, lines={"SCREW": 500})

    # 6.67 for 1,000 units: half of it is 3.335, half a cent rounds up.
    assert Order.objects.get().credited == Decimal("3.34")


portions = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 40)), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(st.tuples(st.integers(1, 50_000), st.integers(1, 700)), min_size=1, max_size=3),
    percent=st.none() | st.decimals(1, 100, places=2),
    shipped=st.lists(st.integers(0, 700), min_size=3, max_size=3),
    steps=portions,
)
def test_all_that_comes_back_is_credited_to_the_cent(
    lines: list[tuple[int, int]], percent: Decimal | None, shipped: list[int], steps: list[tuple[int, int]]
) -> None:
    """Beside an oracle in fractions: never more than it says in between, and in the end all that was paid."""
    with rolled_back():
        order = placed(lines, percent)
        some = {f"P{i}": min(n, lines[i][1]) for i, n in enumerate(shipped[: len(lines)])}
        if any(some.values()):
            ship_order(order.number, by=CLI, lines={sku: n for sku, n in some.items() if n})
        for place_of_line, units in steps:
            sku = f"P{place_of_line % len(lines)}"
            line = order.lines.get(sku=sku)
            units = min(units, line.quantity - line.cancelled - line.returned)
            if units:
                done = line.cancelled + line.returned
                worth = due(line, done + units) - due(line, done)
                assert give_back(order, sku, units) - shipping_back(order) == worth
            assert_credited_as_the_oracle_says(order)
        for line in order.lines.all():
            if left := line.quantity - line.cancelled - line.returned:
                give_back(order, line.sku, left)
        assert_credited_as_the_oracle_says(order)
        has_shipped = any(some.values())
        assert Order.objects.get().credited == order.total - (order.shipping if has_shipped else 0)


def placed(lines: list[tuple[int, int]], percent: Decimal | None) -> Order:
    for index, (cents, quantity) in enumerate(lines):
        make_product(f"P{index}", on_hand=quantity, price=Decimal(cents) / 100)
    if percent is not None:
        make_promo_code("SOME", percent_off=percent)
    wanted = {f"P{index}": quantity for index, (_, quantity) in enumerate(lines)}
    return place(wanted, promo_code="SOME" if percent is not None else "", shipping_fee=FEE)


def shipping_back(order: Order) -> Decimal:
    """What the newest reversal gave back of the fee."""
    newest = Cancellation.objects.filter(order=order).order_by("-pk").first()
    return newest.shipping_credit if newest is not None else Decimal(0)


def assert_credited_as_the_oracle_says(order: Order) -> None:
    for line in order.lines.all():
        assert line.credited == due(line, line.cancelled + line.returned)
        assert line.credited <= line.total
    assert_credits_add_up()
    assert audit_orders() == []


@pytest.fixture
def reversed_order() -> Order:
    """Three units for 10.00, of which one was cancelled for 3.33 and one came back for 3.34."""
    make_product("THIRDS", on_hand=3, price="5.00")
    make_promo_code("OFF", amount_off="5.00")
    order = place({"THIRDS": 3}, promo_code="OFF", shipping_fee=FEE)
    cancel_order(order.number, by=CLI, lines={"THIRDS": 1})
    ship_order(order.number, by=CLI)
    return_items(order.number, by=CLI, items=[ReturnedItem("THIRDS", 1)])
    return order


def test_an_order_with_credits_is_sound(reversed_order: Order) -> None:
    line = reversed_order.lines.get()
    assert (line.credited, list(CancellationLine.objects.values_list("credit", flat=True))) == (
        Decimal("6.67"),
        [Decimal("3.33")],
    )
    assert Return.objects.get().credit == Decimal("3.34")
    assert audit_orders() == []


CENT_MORE = F("credit") + Decimal("0.01")


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (
            lambda: OrderLine.objects.update(credited=Decimal("6.66")),
            ["credited: THIRDS credited 6.66; 2 of 3 units are worth 6.67", "reversals", "credited"],
        ),
        (lambda: CancellationLine.objects.update(credit=CENT_MORE), ["reversals"]),
        (lambda: ReturnLine.objects.update(credit=CENT_MORE), ["reversals"]),
        (lambda: ReturnLine.objects.update(quantity=2), ["reversals"]),
        (
            lambda: Order.objects.update(credited=Decimal("6.68")),
            ["credited: credited 6.68; its lines and shipping say 6.67"],
        ),
        (lambda: Cancellation.objects.update(shipping_credit=FEE), ["credited"]),
    ],
)
@pytest.mark.usefixtures("reversed_order")
def test_a_credit_of_another_value_is_named_by_the_audit(
    tamper: Callable[[], object], named: list[str]
) -> None:
    tamper()
    found = [(each.check, f"{each.check}: {each.detail}") for each in audit_orders()]
    assert len(found) == len(named)
    assert all(due in each for due, each in zip(named, found, strict=True))


@contextmanager
def refused_by_the_database(name: str) -> Iterator[None]:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        yield


def test_the_database_refuses_a_credit_for_no_units_and_less_than_all_for_all_of_them() -> None:
    make_product("A", on_hand=4, price="2.50")
    order = place({"A": 4})

    with refused_by_the_database("line_credited_for_units"):
        order.lines.update(credited=Decimal("0.01"))
    with refused_by_the_database("line_credited_whole_for_all_units"):
        order.lines.update(cancelled=4, credited=Decimal("9.99"))
