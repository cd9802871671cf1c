"""Mails that wait while their order changes: nobody is told what is not so any more."""

import pytest

from backoffice.outbox.delivery import claim_next, deliver_due
from backoffice.outbox.models import EmailMessage
from orders.changing.details import edit_order
from orders.fulfilment.lifecycle import cancel_order, ship_order
from orders.fulfilment.sending_again import send_again
from orders.fulfilment.shipments import correct_shipment, undo_shipment
from orders.models import Order
from tests.factories import CLI, make_customer, make_product, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def number(mailoutbox) -> str:
    """Ann's order of three, confirmed."""
    make_product("A", on_hand=10)
    number = str(place({"A": 3}, customer=make_customer("ann@example.com", name="Ann Lee")).number)
    deliver_due()
    mailoutbox.clear()
    return number


def subjects(mailoutbox) -> list[tuple[str, str]]:
    deliver_due()
    return [(mail.to[0], mail.subject) for mail in mailoutbox]


def states() -> list[tuple[str, str, str]]:
    return list(EmailMessage.objects.order_by("pk").values_list("template", "recipient", "state"))


def test_a_notice_that_waits_is_withdrawn_with_its_shipment(number, mailoutbox):
    ship_order(number, by=CLI)
    undo_shipment(number, f"{number}-S1", by=CLI)

    assert subjects(mailoutbox) == []
    assert [state for _template, _to, state in states()] == ["sent", "withdrawn"]
    assert Order.objects.get().events.latest("pk").facts["told"] is False


def test_of_two_parcels_only_the_notice_of_the_one_that_is_undone_is_withdrawn(number, mailoutbox):
    ship_order(number, by=CLI, lines={"A": 1})
    ship_order(number, by=CLI, lines={"A": 1})
    undo_shipment(number, f"{number}-S1", by=CLI)

    deliver_due()
    [mail] = mailoutbox
    assert EmailMessage.objects.get(subject=mail.subject, state="sent").cause == f"shipment:{number}-S2"


def test_a_correction_or_another_copy_that_waits_is_withdrawn_but_what_was_read_is_denied(number, mailoutbox):
    ship_order(number, by=CLI)
    deliver_due()
    mailoutbox.clear()
    correct_shipment(number, f"{number}-S1", by=CLI, tracking_number="0035")
    send_again(number, EmailMessage.objects.get(template="order_shipped").pk, by=CLI)
    undo_shipment(number, f"{number}-S1", by=CLI)

    deliver_due()
    assert states()[1:] == [
        ("order_shipped", "ann@example.com", "sent"),
        ("shipment_corrected", "ann@example.com", "withdrawn"),
        ("order_shipped", "ann@example.com", "withdrawn"),
        ("shipment_undone", "ann@example.com", "sent"),
    ]
    assert len(mailoutbox) == 1


def test_a_notice_that_is_just_being_sent_may_have_arrived_and_is_denied(number):
    ship_order(number, by=CLI)
    assert claim_next() is not None
    undo_shipment(number, f"{number}-S1", by=CLI)
    assert [template for template, _to, _state in states()][-1] == "shipment_undone"
    assert Order.objects.get().events.latest("pk").facts["told"] is True


def test_nothing_goes_to_the_address_that_was_wrong_any_more(number, mailoutbox):
    send_again(number, EmailMessage.objects.get().pk, by=CLI)
    cancel_order(number, by=CLI, lines={"A": 1})
    make_customer("bea@example.com", name="Bea Fox")
    edit_order(number, by=CLI, email="bea@example.com")

    assert {to for to, _subject in subjects(mailoutbox)} == {"bea@example.com"}
    assert states()[1:] == [
        ("order_placed", "ann@example.com", "withdrawn"),
        ("order_cancelled", "bea@example.com", "sent"),
        ("order_placed", "bea@example.com", "sent"),
    ]
    assert all("Ann" not in mail.body and "Bea" in mail.body for mail in mailoutbox)


def test_a_mail_that_was_given_up_at_the_wrong_address_is_not_sent_there_later(number):
    ship_order(number, by=CLI, lines={"A": 1})
    EmailMessage.objects.filter(template="order_shipped").update(state="dead", error="550 no such person")
    edit_order(number, by=CLI, email="bea@example.com")
    shipped = EmailMessage.objects.get(template="order_shipped")
    assert shipped.state == "withdrawn"
    assert send_again(number, shipped.pk, by=CLI).recipient == "bea@example.com"


def test_an_address_corrected_there_and_back_gets_the_mail_that_waits_once(number, mailoutbox):
    cancel_order(number, by=CLI, lines={"A": 1})
    edit_order(number, by=CLI, email="bea@example.com")
    edit_order(number, by=CLI, email="ann@example.com")
    deliver_due()
    assert {mail.to[0] for mail in mailoutbox} == {"ann@example.com"}
    assert [row for row in states() if row[0] == "order_cancelled"] == [
        ("order_cancelled", "ann@example.com", "sent")
    ]
