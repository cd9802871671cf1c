"""What an entry of a timeline looks like as data, and to whom."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.models import Source, User
from orders.changing.details import edit_order
from orders.fulfilment.lifecycle import comment
from orders.models import Order, OrderEvent
from orders.readers.events import EVENT_FIELDS, event_columns, event_data, events_as_data
from tests.factories import CLI, make_product, make_shopper, make_user, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return make_shopper("ada@example.com")


@pytest.fixture
def order(ada: User) -> Order:
    """Placed by Ada, commented on and edited by a colleague."""
    make_product("TEA", on_hand=9, price="10.00")
    placed = place({"TEA": 1}, customer=ada.customer, by=Actor(ada, Source.API))
    support = Actor(make_user("sam@shop.example", role="Support"), Source.ADMIN)
    comment(placed.number, by=support, text="A difficult customer.")
    edit_order(placed.number, by=support, email="eve@example.com", note="Ring twice")
    return placed


def told(to: User | None) -> list[dict[str, Any]]:
    return list(events_as_data(OrderEvent.objects.order_by("id"), to=to))


def test_the_system_is_told_everything(order: Order) -> None:
    placed, commented, edited = told(None)

    assert placed == {
        "id": placed["id"],
        "kind": "placed",
        "text": "Order placed",
        "facts": {"total": str(order.total)},
        "actor": "ada@example.com",
        "source": "api",
        "at": order.placed_at,
    }
    assert (commented["text"], commented["actor"]) == ("A difficult customer.", "sam@shop.example")
    assert edited["text"].splitlines() == [
        "E-mail: ada@example.com → eve@example.com;",
        "Note: – → Ring twice",
    ]
    assert event_data(edited["id"], to=None) == edited


@pytest.mark.usefixtures("order")
def test_a_customer_reads_no_comments_and_sees_the_shop_in_place_of_its_staff(
    ada: User, settings: Any
) -> None:
    settings.SHOP_NAME = "Tea & Co"

    assert [(event["kind"], event["actor"]) for event in told(ada)] == [
        ("placed", "ada@example.com"),
        ("edited", "Tea & Co"),
    ]


@pytest.mark.usefixtures("order")
def test_whoever_may_not_know_customers_reads_neither_their_name_nor_what_of_theirs_changed() -> None:
    placed, edited = told(make_user(role="Marketing"))

    assert placed["actor"] == "Customer"
    assert edited["actor"] == "sam@shop.example"
    assert edited["text"].splitlines() == ["E-mail changed;", "Note changed"]
    assert edited["facts"] == {"changes": {"email": None, "note": None}}
    assert "example.com" not in str([placed, edited["facts"]])


@pytest.mark.usefixtures("order")
def test_a_list_takes_one_statement() -> None:
    with CaptureQueriesContext(connection) as queries:
        events = told(None)

    assert len(queries) == 1
    assert [tuple(event) for event in events] == [EVENT_FIELDS] * 3


def test_only_the_columns_of_the_chosen_fields_are_read_each_once() -> None:
    assert event_columns(["id", "at"]) == ["id", "at"]
    assert event_columns(["kind", "text", "facts"]) == ["kind", "facts"]
    assert event_columns(["actor"]) == ["actor__email", "actor__is_staff"]


def test_what_the_system_did_is_told_as_such() -> None:
    make_product("TEA", on_hand=9)
    number = place({"TEA": 1}).number
    comment(number, by=CLI, text="Imported.")

    assert [event["actor"] for event in told(make_user(role="Viewer"))] == ["System", "System"]
