"""Single changes of stock, and the ledger that explains them."""

import pytest

from accounts.actors import Actor
from accounts.models import Source
from backoffice.errors import Invalid, Stale
from catalog import stock
from catalog.audit import audit_stock
from catalog.models import MovementKind, Product, StockMovement
from catalog.models.product import MAX_UNITS
from catalog.products import UnknownSku
from catalog.shortage import BelowReserved
from orders.fulfilment.lifecycle import ReturnedItem, return_items, ship_order
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db


def test_receiving_adds_units_and_writes_who_and_how_many() -> None:
    make_product("A")
    user = make_user(role="Warehouse")
    movement = stock.receive("a", 10, by=Actor(user, Source.API), note="Pallet 7")
    assert (movement.kind, movement.on_hand_delta, movement.on_hand_after) == (MovementKind.RECEIVE, 10, 10)
    assert (movement.actor, movement.source, movement.note) == (user, "api", "Pallet 7")
    assert Product.objects.get().on_hand == 10


def test_a_sold_out_product_can_be_restocked() -> None:
    make_product("A", on_hand=1)
    place({"A": 1})
    stock.receive("A", 5, by=CLI)
    assert Product.objects.get().available == 5


def test_counting_sets_on_hand_and_is_recorded_also_when_it_was_right() -> None:
    make_product("A", on_hand=10)
    assert stock.count("A", 7, by=CLI).on_hand_delta == -3
    assert stock.count("A", 7, by=CLI).on_hand_delta == 0
    assert audit_stock() == []


def test_a_count_of_something_that_changed_meanwhile_is_refused() -> None:
    make_product("A", on_hand=10)
    with pytest.raises(Stale, match="now has 10 on hand, not 9"):
        stock.count("A", 7, by=CLI, expected=9)
    assert Product.objects.get().on_hand == 10


def test_a_count_below_what_is_reserved_names_the_orders_newest_first() -> None:
    make_product("A", on_hand=10)
    first, second = place({"A": 2}), place({"A": 3})
    with pytest.raises(BelowReserved) as refusal:
        stock.count("A", 4, by=CLI)
    assert refusal.value.faults[0].facts == {
        "sku": "A",
        "reserved": 5,
        "orders": [second.number, first.number],
    }
    assert Product.objects.get().on_hand == 10


def test_an_adjustment_needs_a_reason_and_stays_above_what_is_reserved() -> None:
    make_product("A", on_hand=10)
    place({"A": 8})
    with pytest.raises(Invalid, match="Give a reason"):
        stock.adjust("A", -1, reason="mood", by=CLI)
    with pytest.raises(BelowReserved):
        stock.adjust("A", -3, reason="damaged", by=CLI)
    assert stock.adjust("A", -2, reason="damaged", by=CLI).on_hand_after == 8


@pytest.mark.parametrize("quantity", [0, -5, 10**12])
def test_an_impossible_quantity_is_refused(quantity: int) -> None:
    make_product("A")
    with pytest.raises(Invalid):
        stock.receive("A", quantity, by=CLI)
    assert not StockMovement.objects.exists()


def test_a_note_that_is_too_long_is_refused_and_nothing_moves() -> None:
    make_product("A")
    with pytest.raises(Invalid, match="at most 255"):
        stock.receive("A", 1, by=CLI, note="x" * 256)
    assert Product.objects.get().on_hand == 0


def test_an_unknown_sku_is_named() -> None:
    with pytest.raises(UnknownSku, match="NOPE"):
        stock.receive("NOPE", 1, by=CLI)


def test_returned_units_cannot_exceed_what_a_shelf_can_hold() -> None:
    make_product("A", on_hand=3)
    order = place({"A": 3})
    ship_order(order.number, by=CLI)
    stock.count("A", MAX_UNITS, by=CLI)
    with pytest.raises(Invalid, match="more than 2,000,000,000"):
        return_items(order.number, by=CLI, items=[ReturnedItem("A", 3)])
    assert Product.objects.get().on_hand == MAX_UNITS
