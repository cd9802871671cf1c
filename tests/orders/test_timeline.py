"""One happening: one entry that keeps facts, and the mails that follow from it."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from backoffice.outbox.models import EmailMessage, EmailState
from orders.changing.details import edit_order
from orders.fulfilment.lifecycle import (
    ReturnedItem,
    cancel_order,
    comment,
    deliver_order,
    return_items,
    ship_order,
)
from orders.models import EventKind, Order
from orders.timeline import happened
from tests.factories import ADDRESS, CLI, make_product, place

pytestmark = pytest.mark.django_db
ANN = "ann@example.com"


@pytest.fixture
def order() -> Order:
    make_product("TEA-01", on_hand=10, price="10.00", name="Tea")
    make_product("MUG-7", on_hand=10, price="3.33", name="Mug")
    return place({"TEA-01": 3, "MUG-7": 1}, shipping_fee=Decimal("4.90"))


def facts_of(order: Order, kind: EventKind) -> dict[str, Any]:
    """Of the one entry of this kind."""
    facts: dict[str, Any] = order.events.get(kind=kind).facts
    return facts


def test_placing_keeps_what_the_order_came_to(order: Order) -> None:
    assert facts_of(order, EventKind.PLACED) == {"total": "38.23"}


def test_a_parcel_is_kept_with_carrier_number_and_contents(order: Order) -> None:
    ship_order(order.number, by=CLI, lines={"TEA-01": 2}, carrier="DHL", tracking_number="0034")
    deliver_order(order.number, by=CLI)

    assert facts_of(order, EventKind.SHIPPED) == {
        "shipment": f"{order.number}-S1",
        "carrier": "DHL",
        "tracking_number": "0034",
        "lines": [{"sku": "TEA-01", "name": "Tea", "quantity": 2}],
    }
    assert facts_of(order, EventKind.DELIVERED) == {"shipments": [f"{order.number}-S1"]}


def test_a_cancellation_is_kept_with_what_each_line_was_worth(order: Order) -> None:
    cancel_order(order.number, by=CLI, lines={"TEA-01": 2}, reason="asked")
    assert facts_of(order, EventKind.CANCELLED) == {
        "cancellation": f"{order.number}-C1",
        "is_whole": False,
        "reason": "asked",
        "credit": "20.00",
        "shipping_credit": "0.00",
        "lines": [{"sku": "TEA-01", "name": "Tea", "quantity": 2, "credit": "20.00"}],
    }

    cancel_order(order.number, by=CLI)
    newest = order.events.latest("pk").facts
    assert (newest["is_whole"], newest["reason"]) == (True, "")
    assert (newest["credit"], newest["shipping_credit"]) == ("13.33", "4.90")


def test_a_return_is_kept_with_the_fate_of_each_line(order: Order) -> None:
    ship_order(order.number, by=CLI)
    items = [ReturnedItem("TEA-01", 1), ReturnedItem("MUG-7", 1, restock=False)]
    return_items(order.number, by=CLI, items=items, reason="broken")

    assert facts_of(order, EventKind.RETURNED) == {
        "return": f"{order.number}-R1",
        "reason": "broken",
        "credit": "13.33",
        "shipping_credit": "0.00",
        "lines": [
            {"sku": "TEA-01", "name": "Tea", "quantity": 1, "credit": "10.00", "restock": True},
            {"sku": "MUG-7", "name": "Mug", "quantity": 1, "credit": "3.33", "restock": False},
        ],
    }


def test_an_edit_keeps_each_field_that_changed_before_and_after(order: Order) -> None:
    before = order.shipping_address
    edit_order(order.number, by=CLI, address=ADDRESS, email=ANN, note="Ring twice")
    assert facts_of(order, EventKind.EDITED) == {
        "changes": {"email": [order.email, ANN], "note": ["", "Ring twice"]}
    }

    edit_order(order.number, by=CLI, address=type(ADDRESS)(**{**before, "line1": "Seeweg 57"}))
    assert order.events.latest("pk").facts == {
        "changes": {"shipping_address": [before, {**before, "line1": "Seeweg 57"}]}
    }


def test_an_edit_that_changes_nothing_adds_nothing(order: Order) -> None:
    edit_order(order.number, by=CLI, address=ADDRESS, email=order.email, note="")
    assert [event.kind for event in order.events.all()] == [EventKind.PLACED]


def test_a_comment_is_kept_as_it_was_written(order: Order) -> None:
    comment(order.number, by=CLI, text=" Called:\nwait ")
    assert facts_of(order, EventKind.COMMENT) == {"text": "Called:\nwait"}


def test_the_entry_and_its_mail_are_written_together_or_not_at_all(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **options: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("orders.emails.audience.queue_email", broken)
    with pytest.raises(RuntimeError):
        ship_order(order.number, by=CLI)

    assert [event.kind for event in order.events.all()] == [EventKind.PLACED]
    assert not order.shipments.exists()


def test_whoever_writes_an_entry_has_told_the_customer_as_well(order: Order) -> None:
    facts = {"return": "B-1-R9", "reason": "", "credit": "1.00", "shipping_credit": "0.00", "lines": []}
    event = happened(order, EventKind.RETURNED, facts, by=CLI, at=timezone.now())

    mail = EmailMessage.objects.get(template="return_received")
    assert (event.kind, event.facts, event.source, event.actor) == ("returned", facts, "cli", None)
    assert (mail.cause, mail.recipient, mail.state) == ("return:B-1-R9", order.email, EmailState.QUEUED)
