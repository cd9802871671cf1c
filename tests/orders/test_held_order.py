"""Holding an order while something happens to it, and writing down what it has become."""

from typing import Any

import pytest

from backoffice.db.transactions import write_transaction
from backoffice.errors import Stale
from orders.fulfilment.lifecycle import cancel_order
from orders.held_order import IllegalTransition, UnknownOrder, begin, finish, order_with_number
from orders.models import Order, OrderLine
from orders.status import Action, OrderStatus
from tests.factories import CLI, make_product, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    make_product("A", on_hand=10)
    make_product("B", on_hand=10)
    return place({"B": 2, "A": 1})


@write_transaction
def begun(number: str, action: Action = Action.SHIP, version: int | None = None) -> Any:
    return begin(number, action, expected_version=version)


def test_an_order_is_found_however_its_number_is_typed(order: Order) -> None:
    assert order_with_number(f" {order.number.lower()} ") == order
    assert begun(f" {order.number.lower()} ")[0] == order


@pytest.mark.parametrize("number", ["B-1", "", "x" * 50])
def test_an_order_that_is_not_there_is_named_in_few_characters(order: Order, number: str) -> None:
    for look in (order_with_number, begun):
        with pytest.raises(UnknownOrder) as refused:
            look(number)
        assert refused.value.code == "unknown_order"
        assert number[:40] in refused.value.detail
        assert "x" * 41 not in refused.value.detail


def test_the_lines_come_in_their_places(order: Order) -> None:
    _, lines = begun(order.number)

    assert [line.sku for line in lines] == ["B", "A"]


def test_another_version_than_the_one_that_was_seen_is_refused(order: Order) -> None:
    assert begun(order.number, version=1)[0] == order
    for version in (0, 2):
        with pytest.raises(Stale, match=order.number):
            begun(order.number, version=version)


def test_what_the_status_does_not_allow_is_refused(order: Order) -> None:
    cancel_order(order.number, by=CLI)

    with pytest.raises(IllegalTransition, match=f"{order.number} is cancelled") as refused:
        begun(order.number, Action.EDIT)

    assert refused.value.code == "illegal_transition"
    assert begun(order.number, Action.COMMENT)[0] == order


def test_what_is_finished_keeps_the_named_counters_and_fields_and_the_status_that_follows(
    order: Order,
) -> None:
    held, lines = begun(order.number)
    for line in lines:
        line.shipped, line.delivered = line.quantity, 1
    held.note, held.email = "By the door.", "elsewhere@example.com"

    finish(held, lines, counters=["shipped"], fields=["note"])

    kept = Order.objects.get()
    assert (kept.status, kept.version, kept.note, kept.email) == (
        OrderStatus.SHIPPED,
        2,
        "By the door.",
        order.email,
    )
    assert kept.updated_at > order.updated_at
    counters = OrderLine.objects.order_by("position").values_list("sku", "shipped", "delivered")
    assert list(counters) == [("B", 2, 0), ("A", 1, 0)]


def test_what_changes_no_line_is_a_new_version_all_the_same(order: Order) -> None:
    held, lines = begun(order.number)

    finish(held, lines)

    kept = Order.objects.get()
    assert (kept.status, kept.version) == (OrderStatus.PENDING, 2)
