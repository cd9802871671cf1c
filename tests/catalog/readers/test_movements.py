"""What a movement of the ledger looks like as data, and which ones a list is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.models import Source
from catalog import stock
from catalog.models import StockMovement
from catalog.readers.movements import (
    MOVEMENT_FIELDS,
    MovementFilter,
    movement_as_data,
    movement_columns,
    movement_data,
    movements_as_data,
)
from tests.factories import CLI, make_product, make_shopper, make_user, place

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 1, 10, tzinfo=UTC)


def test_a_movement_is_told_with_its_deltas_its_reason_and_who_made_it() -> None:
    make_product("TEA", on_hand=9)
    clerk = make_user("wanda@shop.example", role="Warehouse")
    movement = stock.adjust("TEA", -2, reason="damaged", note="Wet", by=Actor(clerk, Source.API), at=NOON)

    assert movement_data(movement.pk, to=None) == {
        "id": movement.pk,
        "sku": "TEA",
        "kind": "adjust",
        "on_hand_delta": -2,
        "reserved_delta": 0,
        "on_hand_after": 7,
        "reserved_after": 0,
        "reason": "damaged",
        "note": "Wet",
        "reference": "",
        "actor": "wanda@shop.example",
        "source": "api",
        "at": NOON,
    }


def test_whoever_may_not_know_customers_is_told_of_a_customer_only_that_they_are_one() -> None:
    make_product("TEA", on_hand=9)
    shopper = make_shopper("ada@example.com")
    place({"TEA": 1}, customer=shopper.customer, by=Actor(shopper, Source.API))
    reserved = StockMovement.objects.get(kind="reserve")

    def told_to(role: str) -> str:
        return str(movement_data(reserved.pk, to=make_user(role=role))["actor"])

    assert (told_to("Warehouse"), told_to("Marketing")) == ("ada@example.com", "Customer")
    assert movement_data(StockMovement.objects.get(kind="receive").pk, to=None)["actor"] == "System"


def test_a_list_takes_one_statement_and_keeps_its_order() -> None:
    make_product("TEA")
    for number in range(3):
        stock.receive("TEA", number + 1, by=CLI)
    newest = StockMovement.objects.order_by("-id")

    with CaptureQueriesContext(connection) as queries:
        told = list(movements_as_data(newest, to=None))

    assert len(queries) == 1
    assert [tuple(each) for each in told] == [MOVEMENT_FIELDS] * 3
    assert [each["on_hand_after"] for each in told] == [6, 3, 1]


def test_only_the_columns_of_the_chosen_fields_are_read() -> None:
    assert movement_columns(["sku", "at"]) == ["product__sku", "at"]
    assert movement_columns(["actor"]) == ["actor__email", "actor__is_staff"]
    assert movement_as_data({"product__sku": "TEA"}, ["sku"], to=None) == {"sku": "TEA"}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [1, 2, 4]),
        ({"kind": "receive"}, [1, 4]),
        ({"kind": "ship"}, []),
        ({"after": NOON + timedelta(days=1)}, [2, 4]),
        ({"before": NOON + timedelta(days=1)}, [1]),
        ({"kind": "receive", "after": NOON + timedelta(days=1)}, [4]),
    ],
)
def test_a_list_is_narrowed_by_kind_and_time(wanted: dict[str, Any], found: list[int]) -> None:
    make_product("TEA")
    stock.receive("TEA", 1, by=CLI, at=NOON)
    stock.count("TEA", 3, by=CLI, at=NOON + timedelta(days=1))
    stock.receive("TEA", 4, by=CLI, at=NOON + timedelta(days=2))

    movements = MovementFilter(**wanted).of(StockMovement.objects.order_by("id"))

    assert list(movements.values_list("on_hand_delta", flat=True)) == found
