"""What is corrected on an order: an edit changes what was edited, not what is only written in another way."""

from dataclasses import replace

import pytest

from backoffice.errors import Invalid, Stale
from backoffice.outbox.models import EmailMessage
from orders.changing.details import edit_order
from orders.fulfilment.lifecycle import ship_order
from orders.held_order import IllegalTransition
from orders.models import Order
from tests.factories import ADDRESS, CLI, make_customer, make_product, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    make_product("A", on_hand=10)
    return place({"A": 2}, customer=make_customer("ann@example.com"), note="Ring\nTwice")


def confirmations_to(email: str) -> int:
    return EmailMessage.objects.filter(recipient=email, template="order_placed").count()


def test_a_new_e_mail_address_gets_the_confirmation_once(order: Order) -> None:
    for _ in range(2):
        edit_order(order.number, by=CLI, email="new@example.com", note="Leave it at the door")

    assert (confirmations_to("new@example.com"), confirmations_to("ann@example.com")) == (1, 1)
    assert order.events.filter(kind="edited").count() == 1


def test_whoever_edits_what_somebody_changed_meanwhile_is_refused(order: Order) -> None:
    edit_order(order.number, by=CLI, note="First", expected_version=1)
    with pytest.raises(Stale):
        edit_order(order.number, by=CLI, note="Second", expected_version=1)
    order.refresh_from_db()
    assert order.note == "First"


def test_another_street_changes_neither_the_way_the_e_mail_nor_the_note_is_written(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(email="Ann@Example.com", note="Ring\r\nTwice ")

    edited = edit_order(
        order.number,
        by=CLI,
        address=replace(ADDRESS, line1="Seeweg 57"),
        email=" ann@EXAMPLE.com",
        note="Ring\r\nTwice",
    )

    assert list(order.events.get(kind="edited").facts["changes"]) == ["shipping_address"]
    assert (edited.email, edited.ship_line1, edited.customer) == (
        "Ann@Example.com",
        "Seeweg 57",
        order.customer,
    )
    assert EmailMessage.objects.count() == 1


@pytest.mark.parametrize("note", ["Ring\nTwice", "Ring\r\nTwice", "Ring\rTwice", "  Ring\r\nTwice\r\n"])
def test_other_line_ends_are_no_other_note(order: Order, note: str) -> None:
    edit_order(order.number, by=CLI, note=note)

    assert Order.objects.get().version == 1
    assert order.events.count() == 1


@pytest.mark.parametrize("email", ["ann@straße.de", "ANN@xn--strae-oqa.de"])
def test_an_address_in_another_way_of_writing_is_the_same(email: str) -> None:
    make_product("B", on_hand=1)
    order = place({"B": 1}, customer=make_customer("ann@Straße.de"))
    assert order.email == "ann@xn--strae-oqa.de"

    assert edit_order(order.number, by=CLI, email=email).version == 1
    assert edit_order(order.number, by=CLI, email="ann@strasse.de").customer.email == "ann@strasse.de"


def test_what_cannot_be_seen_is_refused_and_nothing_changes(order: Order) -> None:
    with pytest.raises(Invalid, match="cannot be seen"):
        edit_order(order.number, by=CLI, email="ann\u200b@example.com", note="Other")
    order.refresh_from_db()
    assert (order.version, order.note) == (1, "Ring\nTwice")


def test_an_order_is_edited_until_all_of_it_has_shipped(order: Order) -> None:
    ship_order(order.number, by=CLI, lines={"A": 1})
    edit_order(order.number, by=CLI, note="The rest later")
    ship_order(order.number, by=CLI)
    with pytest.raises(IllegalTransition):
        edit_order(order.number, by=CLI, note="Too late")


def test_old_and_new_values_are_kept(order: Order) -> None:
    edit_order(order.number, by=CLI, email="new@example.com", note="Knock")

    event = order.events.get(kind="edited")
    assert event.facts == {
        "changes": {"email": ["ann@example.com", "new@example.com"], "note": ["Ring\nTwice", "Knock"]}
    }
    assert (event.actor, event.source) == (None, "cli")
