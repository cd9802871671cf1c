"""Shipments corrected and undone: counters, shelf, ledger, status, timeline, mails; what forbids it."""

from collections.abc import Callable
from typing import Any

import pytest

from backoffice.errors import Invalid, Stale
from backoffice.outbox.delivery import deliver_due
from backoffice.outbox.models import EmailMessage
from catalog.audit import audit_stock
from catalog.models import Product, StockMovement
from orders.audit import audit_orders
from orders.fulfilment.lifecycle import (
    ReturnedItem,
    cancel_order,
    deliver_order,
    return_items,
    ship_order,
)
from orders.fulfilment.shipments import UnknownShipment, correct_shipment, undo_shipment
from orders.held_order import IllegalTransition
from orders.models import EventKind, Order, OrderLine, Shipment
from orders.status import OrderStatus
from tests.factories import ADDRESS, CLI, make_product, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def number() -> str:
    """Three of A and one of B, of which one of each has left."""
    make_product("A", on_hand=10, price="10.00")
    make_product("B", on_hand=10, price="3.33")
    number = str(place({"A": 3, "B": 1}).number)
    ship_order(number, by=CLI, lines={"A": 1, "B": 1}, carrier="DHL", tracking_number="0034")
    return number


def state() -> dict[str, Any]:
    assert audit_stock() == audit_orders() == []
    return {
        "status": Order.objects.get().status,
        "shelf": dict(Product.objects.values_list("sku", "on_hand")),
        "reserved": dict(Product.objects.values_list("sku", "reserved")),
        "shipped": dict(OrderLine.objects.values_list("sku", "shipped")),
        "rows": (
            StockMovement.objects.count(),
            EmailMessage.objects.count(),
            Order.objects.get().events.count(),
        ),
    }


def mails(template: str) -> list[EmailMessage]:
    return list(EmailMessage.objects.filter(template=template).order_by("pk"))


# Correcting


def test_a_corrected_shipment_keeps_old_and_new_values_and_the_customer_is_told(number: str) -> None:
    correct_shipment(number, f"{number}-s1", by=CLI, tracking_number=" 0035 ")

    shipment = Shipment.objects.get()
    assert (shipment.carrier, shipment.tracking_number) == ("DHL", "0035")
    event = Order.objects.get().events.latest("pk")
    assert (event.kind, event.facts) == (
        EventKind.SHIPMENT_CORRECTED,
        {"shipment": f"{number}-S1", "changes": {"tracking_number": ["0034", "0035"]}, "told": True},
    )
    [mail] = mails("shipment_corrected")
    assert (mail.context["carrier"], mail.context["tracking_number"]) == ("DHL", "0035")
    assert (mail.recipient, mail.about) == (Order.objects.get().email, number)


def test_each_correction_is_told_in_a_mail_of_its_own(number: str) -> None:
    for wrong_then_right in ("0035", "0036"):
        correct_shipment(number, f"{number}-S1", by=CLI, tracking_number=wrong_then_right)
    told = [mail.context["tracking_number"] for mail in mails("shipment_corrected")]
    assert told == ["0035", "0036"]


def test_whoever_unticks_it_tells_nobody(number: str) -> None:
    correct_shipment(number, f"{number}-S1", by=CLI, carrier="DPD", notify=False)
    assert Shipment.objects.get().carrier == "DPD"
    assert mails("shipment_corrected") == []
    assert Order.objects.get().events.latest("pk").facts["told"] is False


def test_of_what_has_arrived_nobody_is_told(number: str) -> None:
    deliver_order(number, by=CLI)
    correct_shipment(number, f"{number}-S1", by=CLI, carrier="DPD")
    assert mails("shipment_corrected") == []


def test_the_same_values_change_nothing(number: str) -> None:
    before = state()
    correct_shipment(number, f"{number}-S1", by=CLI, carrier=" DHL ", tracking_number="0034")
    correct_shipment(number, f"{number}-S1", by=CLI)
    assert state() == before


def test_a_correction_is_looked_for_in_its_own_order_and_at_its_version(number: str) -> None:
    other = place({"A": 1}).number
    ship_order(other, by=CLI)
    with pytest.raises(UnknownShipment, match=f"{number} has no shipment {other}-S1"):
        correct_shipment(number, f"{other}-S1", by=CLI, carrier="DPD")
    with pytest.raises(Stale):
        correct_shipment(number, f"{number}-S1", by=CLI, carrier="DPD", expected_version=1)
    with pytest.raises(Invalid, match="At most 60 characters"):
        correct_shipment(number, f"{number}-S1", by=CLI, carrier="x" * 61)


# Undoing


def test_an_undone_shipment_lies_on_the_shelf_again_reserved_for_its_order(number: str) -> None:
    before = state()
    assert (before["shelf"], before["reserved"]) == ({"A": 9, "B": 9}, {"A": 2, "B": 0})

    undo_shipment(number, f"{number}-S1", by=CLI, reason=" Missed the van ")

    after = state()
    assert after["status"] == OrderStatus.PENDING
    assert (after["shelf"], after["reserved"]) == ({"A": 10, "B": 10}, {"A": 3, "B": 1})
    assert after["shipped"] == {"A": 0, "B": 0}
    movements = StockMovement.objects.filter(kind="unship").order_by("product__sku")
    columns = ("product__sku", "on_hand_delta", "reserved_delta", "reference", "held_for")
    assert list(movements.values_list(*columns)) == [
        ("A", 1, 1, f"{number}-S1", number),
        ("B", 1, 1, f"{number}-S1", number),
    ]


def test_the_customer_who_heard_that_it_is_on_its_way_hears_that_it_is_not(
    number: str, mailoutbox: list[object]
) -> None:
    deliver_due()
    undo_shipment(number, f"{number}-S1", by=CLI, reason="Missed the van")

    [mail] = mails("shipment_undone")
    assert (mail.cause, mail.recipient) == (f"shipment:{number}-S1:undone", Order.objects.get().email)
    assert (mail.context["tracking_number"], mail.context["reason"]) == ("0034", "Missed the van")
    facts = Order.objects.get().events.latest("pk").facts
    assert facts == {
        "shipment": f"{number}-S1",
        "carrier": "DHL",
        "tracking_number": "0034",
        "reason": "Missed the van",
        "told": True,
        "lines": [
            {"sku": "A", "name": "Product A", "quantity": 1},
            {"sku": "B", "name": "Product B", "quantity": 1},
        ],
    }


def test_undone_in_silence_nobody_is_mailed(number: str) -> None:
    undo_shipment(number, f"{number}-S1", by=CLI, notify=False)
    assert mails("shipment_undone") == []


def test_what_was_undone_ships_again_under_a_name_of_its_own_with_the_same_number(number: str) -> None:
    undo_shipment(number, f"{number}-S1", by=CLI)
    shipment = ship_order(number, by=CLI, tracking_number="0034")
    assert shipment.reference == f"{number}-S2"
    deliver_order(number, by=CLI)
    assert state()["status"] == OrderStatus.DELIVERED
    assert [each.delivered_at is None for each in Shipment.objects.order_by("pk")] == [True, False]


def test_one_of_two_shipments_is_undone_and_the_other_stays(number: str) -> None:
    ship_order(number, by=CLI)
    assert state()["status"] == OrderStatus.SHIPPED
    undo_shipment(number, f"{number}-S2", by=CLI)
    assert state()["status"] == OrderStatus.PARTIALLY_SHIPPED
    assert state()["shipped"] == {"A": 1, "B": 1}


def test_units_of_an_order_whose_rest_was_cancelled_wait_to_ship_again(number: str) -> None:
    cancel_order(number, by=CLI)
    undo_shipment(number, f"{number}-S1", by=CLI)
    after = state()
    assert (after["status"], after["reserved"]) == (OrderStatus.PENDING, {"A": 1, "B": 1})


@pytest.mark.parametrize(
    ("happened_before", "refused_as"),
    [
        (lambda number: deliver_order(number, by=CLI), "was delivered: what comes back is a return"),
        (lambda number: undo_shipment(number, f"{number}-S1", by=CLI), ": undo shipment is not possible"),
        (
            lambda number: (undo_shipment(number, f"{number}-S1", by=CLI), ship_order(number, by=CLI)),
            "-S1 was undone already",
        ),
        (
            lambda number: return_items(number, by=CLI, items=[ReturnedItem("A", 1)]),
            r"came back \({number}-R1\): it has left",
        ),
    ],
)
def test_what_has_left_or_was_undone_cannot_be_undone_and_nothing_moves(
    number: str, happened_before: Callable[[str], object], refused_as: str
) -> None:
    happened_before(number)
    before = state()
    with pytest.raises(IllegalTransition, match=refused_as.replace("{number}", number)):
        undo_shipment(number, f"{number}-S1", by=CLI)
    assert state() == before


def test_a_return_of_what_came_with_another_shipment_stands_in_no_way(number: str) -> None:
    ship_order(number, by=CLI)
    return_items(number, by=CLI, items=[ReturnedItem("A", 1)])
    undo_shipment(number, f"{number}-S2", by=CLI)
    assert state()["shipped"] == {"A": 1, "B": 1}


def test_an_undone_shipment_is_neither_corrected_nor_delivered(number: str) -> None:
    ship_order(number, by=CLI, lines={"A": 1})
    undo_shipment(number, f"{number}-S1", by=CLI)
    with pytest.raises(IllegalTransition, match="was undone already"):
        correct_shipment(number, f"{number}-S1", by=CLI, carrier="DPD")
    with pytest.raises(IllegalTransition, match="no such shipment under way"):
        deliver_order(number, by=CLI, shipment=f"{number}-S1")


def test_a_shipment_keeps_the_address_it_went_to(number: str) -> None:
    Order.objects.update(ship_line1="Hafenstr. 1")
    later = ship_order(number, by=CLI)
    assert [each.shipping_address["line1"] for each in Shipment.objects.order_by("pk")] == [
        ADDRESS.line1,
        "Hafenstr. 1",
    ]
    assert later.shipping_address == Order.objects.get().shipping_address
    told = [mail.context["address"]["value"]["line1"] for mail in mails("order_shipped")]
    assert told == [ADDRESS.line1, "Hafenstr. 1"]
