"""Mails sent once more: to the present address, about what is so now, each a row of its own."""

from typing import Any

import pytest

from backoffice.outbox.delivery import deliver_due
from backoffice.outbox.facts import in_words
from backoffice.outbox.models import EmailMessage, EmailState
from orders.fulfilment.lifecycle import ReturnedItem, cancel_order, return_items, ship_order
from orders.fulfilment.sending_again import UnknownEmail, emails_about, send_again
from orders.fulfilment.shipments import correct_shipment, undo_shipment
from orders.held_order import IllegalTransition
from orders.models import EventKind, Order, Origin
from orders.payments.recording import record_payment
from tests.factories import ADDRESS, CLI, make_customer, make_product, make_promo_code, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def number(mailoutbox: Any) -> str:
    """Ann's order of three of A and one of B with 10 % off, confirmed."""
    make_product("A", on_hand=10, price="10.00")
    make_product("B", on_hand=10, price="3.33")
    make_promo_code("TEN")
    ann = make_customer("ann@example.com", name="Ann Lee")
    number = str(place({"A": 3, "B": 1}, customer=ann, promo_code="TEN").number)
    deliver_due()
    return number


def mail_of(template: str) -> int:
    return EmailMessage.objects.filter(template=template).earliest("pk").pk


def test_a_mail_sent_again_is_a_row_of_its_own_and_the_first_stays(number: str) -> None:
    first = EmailMessage.objects.get()
    another = send_again(number, first.pk, by=CLI)
    third = send_again(number, another.pk, by=CLI) if deliver_due() else None

    assert third is not None
    assert [mail.cause for mail in (first, another, third)] == [
        f"order:{number}",
        f"order:{number}:again:1",
        f"order:{number}:again:2",
    ]
    assert EmailMessage.objects.get(pk=first.pk).state == EmailState.SENT
    assert third.state == EmailState.QUEUED
    assert [mail.pk for mail in emails_about(Order.objects.get())] == [third.pk, another.pk, first.pk]
    events = Order.objects.get().events.filter(kind=EventKind.EMAIL_SENT_AGAIN).order_by("pk")
    assert [event.facts for event in events] == [
        {"template": "order_placed", "email": another.pk},
        {"template": "order_placed", "email": third.pk},
    ]


def test_it_goes_to_the_orders_present_address(number: str) -> None:
    Order.objects.update(email="lee@example.com")
    assert send_again(number, mail_of("order_placed"), by=CLI).recipient == "lee@example.com"


def test_the_confirmation_tells_what_is_still_ordered(number: str) -> None:
    cancel_order(number, by=CLI, lines={"A": 1, "B": 1})

    context = in_words(send_again(number, mail_of("order_placed"), by=CLI).context)

    assert context["lines"] == [
        {"name": "Product A", "sku": "A", "quantity": 2, "unit_price": "€10.00", "total": "€20.00"}
    ]
    money = ("subtotal", "discount", "shipping", "total")
    assert [context[name] for name in money] == ["€20.00", "−€2.00", "", "€18.00"]
    assert Order.objects.get().net == 18


def test_what_came_back_is_ordered_no_more(number: str) -> None:
    ship_order(number, by=CLI)
    return_items(number, by=CLI, items=[ReturnedItem("A", 3)])
    context = in_words(send_again(number, mail_of("order_placed"), by=CLI).context)
    assert ([line["sku"] for line in context["lines"]], context["total"]) == (["B"], "€3.00")


def test_of_a_cancelled_order_nothing_is_confirmed(number: str) -> None:
    cancel_order(number, by=CLI)
    sent = EmailMessage.objects.count()
    with pytest.raises(IllegalTransition, match=f"Nothing of {number} is ordered any more"):
        send_again(number, mail_of("order_placed"), by=CLI)
    assert EmailMessage.objects.count() == sent
    deliver_due()
    assert send_again(number, mail_of("order_cancelled"), by=CLI).template == "order_cancelled"


def test_the_shipping_notice_has_the_corrected_number_and_the_address_it_went_to(number: str) -> None:
    ship_order(number, by=CLI, lines={"A": 1}, carrier="DHL", tracking_number="0034")
    correct_shipment(number, f"{number}-S1", by=CLI, tracking_number="0035", notify=False)
    Order.objects.update(ship_line1="Hafenstr. 1")
    deliver_due()

    context = in_words(send_again(number, mail_of("order_shipped"), by=CLI).context)

    assert (context["tracking_number"], context["address"][1]) == ("0035", ADDRESS.line1)
    assert [(line["sku"], line["quantity"]) for line in context["lines"]] == [("A", 1)]


def test_nobody_is_told_again_that_an_undone_shipment_is_on_its_way(number: str) -> None:
    ship_order(number, by=CLI)
    deliver_due()
    undo_shipment(number, f"{number}-S1", by=CLI)
    deliver_due()
    with pytest.raises(IllegalTransition, match=f"{number}-S1 was undone"):
        send_again(number, mail_of("order_shipped"), by=CLI)
    assert send_again(number, mail_of("shipment_undone"), by=CLI).context["reason"] == ""


@pytest.mark.parametrize("template", ["order_cancelled", "return_received"])
def test_a_mail_about_what_happened_says_the_same_again(number: str, template: str) -> None:
    cancel_order(number, by=CLI, lines={"B": 1}, reason="Sold out")
    ship_order(number, by=CLI)
    return_items(number, by=CLI, items=[ReturnedItem("A", 1)])
    deliver_due()
    first = EmailMessage.objects.get(template=template)
    again = send_again(number, first.pk, by=CLI).context
    balance = {"due", "owed"}
    assert {name: again[name] for name in again.keys() - balance} == {
        name: first.context[name] for name in first.context.keys() - balance
    }


def test_what_is_due_is_said_as_it_is_now(number: str) -> None:
    cancel_order(number, by=CLI, lines={"B": 1})
    deliver_due()
    due = Order.objects.get().due
    first = EmailMessage.objects.get(template="order_cancelled")
    record_payment(number, due + 5, by=CLI)

    again = send_again(number, first.pk, by=CLI).context

    assert (first.context["due"]["value"], first.context["owed"]) == (str(due), "")
    assert (again["due"], again["owed"]["value"]) == ("", "5.00")


def test_while_a_copy_waits_no_other_is_sent(number: str) -> None:
    first = mail_of("order_placed")
    send_again(number, first, by=CLI)
    with pytest.raises(IllegalTransition, match="about to be sent"):
        send_again(number, first, by=CLI)
    assert EmailMessage.objects.count() == 2
    deliver_due()
    assert send_again(number, first, by=CLI).cause == f"order:{number}:again:2"


def test_a_mail_that_still_waits_is_not_sent_twice(number: str) -> None:
    ship_order(number, by=CLI)
    with pytest.raises(IllegalTransition, match="about to be sent"):
        send_again(number, mail_of("order_shipped"), by=CLI)
    # It was queued for an address that is not the order's any more.
    Order.objects.update(email="lee@example.com")
    assert send_again(number, mail_of("order_shipped"), by=CLI).recipient == "lee@example.com"


def test_mails_about_other_orders_and_about_none_are_not_its(number: str) -> None:
    place({"A": 1})
    others = EmailMessage.objects.latest("pk")
    for pk in (others.pk, 0, others.pk + 1):
        with pytest.raises(UnknownEmail, match=f"no e-mail {pk} about {number}"):
            send_again(number, pk, by=CLI)


def test_customers_of_taken_over_orders_still_get_no_mail(number: str) -> None:
    Order.objects.update(origin=Origin.DEMO)
    assert send_again(number, mail_of("order_placed"), by=CLI).state == EmailState.SUPPRESSED
