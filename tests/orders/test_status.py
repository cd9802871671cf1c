"""What an order's status follows from, and what may be done in it."""

from itertools import product

import pytest

from orders.models import OrderLine
from orders.status import ALLOWED, OPEN_STATUSES, Action, OrderStatus, is_allowed, status_of

pytestmark = pytest.mark.once

# Written down a second time, by status.
POSSIBLE = {
    "pending": {"edit", "ship", "cancel", "comment", "send_again"},
    "partially_shipped": {
        *("edit", "ship", "deliver", "cancel", "return", "comment"),
        *("correct_shipment", "undo_shipment", "send_again"),
    },
    "shipped": {"deliver", "return", "comment", "correct_shipment", "undo_shipment", "send_again"},
    "delivered": {"return", "comment", "correct_shipment", "send_again"},
    "cancelled": {"cancel", "comment", "send_again"},
}


def line(quantity: int, *, shipped: int = 0, delivered: int = 0, cancelled: int = 0) -> OrderLine:
    return OrderLine(quantity=quantity, shipped=shipped, delivered=delivered, cancelled=cancelled)


def test_every_status_allows_its_actions_and_no_others() -> None:
    assert {
        status.value: {action.value for action in Action if is_allowed(action, status)}
        for status in OrderStatus
    } == POSSIBLE


def test_every_action_is_possible_in_some_status() -> None:
    assert set(ALLOWED) == set(Action)
    assert all(ALLOWED.values())


def test_a_status_is_known_by_its_value_and_nothing_else_is_one() -> None:
    assert is_allowed(Action.EDIT, "pending")
    with pytest.raises(ValueError, match="lost"):
        is_allowed(Action.COMMENT, "lost")


def test_an_order_is_open_where_it_can_still_be_shipped() -> None:
    assert set(OPEN_STATUSES) == {status for status in OrderStatus if is_allowed(Action.SHIP, status)}


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([line(1)], "pending"),
        ([line(3, cancelled=2)], "pending"),
        ([line(3, cancelled=3), line(1)], "pending"),
        ([line(3, cancelled=3)], "cancelled"),
        ([line(3, cancelled=3), line(1, cancelled=1)], "cancelled"),
        ([line(3, shipped=1)], "partially_shipped"),
        ([line(3, shipped=3), line(1)], "partially_shipped"),
        ([line(3, shipped=1, delivered=1)], "partially_shipped"),
        ([line(3, shipped=1, delivered=1, cancelled=1)], "partially_shipped"),
        ([line(3, shipped=3)], "shipped"),
        ([line(3, shipped=2, cancelled=1)], "shipped"),
        ([line(3, shipped=3, delivered=2)], "shipped"),
        ([line(3, shipped=3, delivered=3), line(1, shipped=1)], "shipped"),
        ([line(3, shipped=3, delivered=3)], "delivered"),
        ([line(3, shipped=2, delivered=2, cancelled=1), line(1, cancelled=1)], "delivered"),
        ([line(2_147_483_647, shipped=2_147_483_646)], "partially_shipped"),
    ],
)
def test_the_status_follows_from_the_counters(lines: list[OrderLine], status: str) -> None:
    assert status_of(lines) == status
    assert status_of(iter(lines)) == status


def test_units_that_came_back_change_no_status() -> None:
    for back in range(3):
        kept = OrderLine(quantity=2, shipped=2, delivered=2, cancelled=0, returned=back)
        assert status_of([kept]) == OrderStatus.DELIVERED


def test_how_units_are_shared_out_between_lines_changes_no_status() -> None:
    """Of three units each waits, is on its way, has arrived or was cancelled."""
    for fates in product(["waiting", "travelling", "arrived", "cancelled"], repeat=3):
        counted = {
            "shipped": sum(fate in ("travelling", "arrived") for fate in fates),
            "delivered": fates.count("arrived"),
            "cancelled": fates.count("cancelled"),
        }
        apart = [
            line(
                1,
                shipped=fate in ("travelling", "arrived"),
                delivered=fate == "arrived",
                cancelled=fate == "cancelled",
            )
            for fate in fates
        ]
        assert status_of(apart) == status_of([line(3, **counted)])
