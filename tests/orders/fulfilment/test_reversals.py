"""The rows of what is taken back, with what each of the units is worth."""

from decimal import Decimal

import pytest

from backoffice.db.transactions import write_transaction
from orders.fulfilment.lifecycle import ship_order
from orders.fulfilment.reversals import write_cancellation, write_return
from orders.fulfilment.units import Units
from orders.held_order import begin
from orders.models import Cancellation, Order, OrderLine, Return
from orders.status import Action
from tests.factories import CLI, make_product, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    """€10.00 for three of A, €4.00 for one of B, €4.90 for shipping."""
    make_product("A", on_hand=10, price="5.00")
    make_product("B", on_hand=10, price="4.00")
    return place({"A": 3, "B": 1}, shipping_fee=Decimal("4.90"))


def held(order: Order, action: Action) -> tuple[Order, list[OrderLine]]:
    return begin(order.number, action, expected_version=None)


@write_transaction
def cancel(order: Order, *quantities: int, reason: str = "") -> tuple[Order, list[Decimal]]:
    held_order, lines = held(order, Action.CANCEL)
    units = [Units(line, quantity) for line, quantity in zip(lines, quantities, strict=True) if quantity]
    _, worth = write_cancellation(held_order, lines, units, reason=reason, at=order.placed_at)
    assert [line.cancelled for line in lines] == list(quantities)
    return held_order, worth


def test_a_cancellation_of_some_units_keeps_the_shipping_fee(order: Order) -> None:
    changed, worth = cancel(order, 2, 0, reason="Sold out")

    assert worth == [Decimal("10.00")]
    assert changed.credited == Decimal("10.00")
    cancellation = Cancellation.objects.get()
    assert (cancellation.reference, cancellation.reason, cancellation.at) == (
        f"{order.number}-C1",
        "Sold out",
        order.placed_at,
    )
    assert (cancellation.credit, cancellation.shipping_credit) == (Decimal("10.00"), Decimal("0.00"))
    rows = cancellation.lines.values_list("order_line__sku", "quantity", "credit")
    assert list(rows) == [("A", 2, Decimal("10.00"))]


def test_when_nothing_will_have_been_shipped_the_fee_is_given_back_too(order: Order) -> None:
    changed, worth = cancel(order, 3, 1)

    assert worth == [Decimal("15.00"), Decimal("4.00")]
    assert changed.credited == Decimal("23.90") == order.total
    assert Cancellation.objects.get().shipping_credit == Decimal("4.90")


def test_what_has_shipped_in_part_keeps_its_fee_however_much_is_cancelled(order: Order) -> None:
    ship_order(order.number, by=CLI, lines={"B": 1})

    changed, _ = cancel(order, 3, 0)

    assert changed.credited == Decimal("15.00")
    assert Cancellation.objects.get().shipping_credit == 0


def test_references_are_counted_by_order(order: Order) -> None:
    other = place({"A": 1})
    for one in (order, other):
        cancel(one, 1, 0) if one == order else cancel(one, 1)
    cancel(order, 1, 0)

    references = Cancellation.objects.order_by("pk").values_list("reference", flat=True)
    assert list(references) == [f"{order.number}-C1", f"{other.number}-C1", f"{order.number}-C2"]


@write_transaction
def take_back(order: Order, restock: list[bool]) -> tuple[Order, list[Decimal]]:
    held_order, lines = held(order, Action.RETURN)
    units = [Units(line, 1) for line in lines]
    _, worth = write_return(
        held_order, units, restock, shipping=Decimal("1.00"), reason="Too small", at=order.placed_at
    )
    assert [line.returned for line in lines] == [1, 1]
    return held_order, worth


def test_a_return_keeps_which_units_go_back_on_the_shelf(order: Order) -> None:
    ship_order(order.number, by=CLI)

    changed, worth = take_back(order, [True, False])

    assert (worth, changed.credited) == ([Decimal("5.00"), Decimal("4.00")], Decimal("10.00"))
    returned = Return.objects.get()
    assert (returned.reference, returned.reason, returned.credit, returned.shipping_credit) == (
        f"{order.number}-R1",
        "Too small",
        Decimal("9.00"),
        Decimal("1.00"),
    )
    rows = returned.lines.order_by("pk").values_list("order_line__sku", "quantity", "restock", "credit")
    assert list(rows) == [("A", 1, True, Decimal("5.00")), ("B", 1, False, Decimal("4.00"))]
