"""Who may know what of an order, whoever asks."""

from typing import Any

import pytest

from accounts.models import User
from orders.changing.details import edit_order
from orders.fulfilment.lifecycle import comment
from orders.models import Order, OrderEvent
from orders.visibility import events_told_to, facts_told_to, may_know_customers, may_know_promos
from tests.admin_fixtures import SignIn
from tests.contract.client import Api
from tests.factories import CLI, make_product, make_shopper, make_user, place

pytestmark = pytest.mark.django_db
EMAILS = ["old@example.com", "new@example.com"]


@pytest.mark.parametrize(
    ("role", "customers", "promos"),
    [
        (None, True, True),
        ("Manager", True, True),
        ("Support", True, True),
        ("Warehouse", True, False),
        ("Marketing", False, True),
    ],
)
def test_customers_know_themselves_and_staff_what_their_role_says(
    role: str | None, customers: bool, promos: bool
) -> None:
    reader = make_user(role=role)
    assert (may_know_customers(reader), may_know_promos(reader)) == (customers, promos)


def test_of_a_personal_change_whoever_may_not_know_customers_learns_that_it_was() -> None:
    facts: dict[str, Any] = {"changes": {"email": EMAILS, "note": ["", "Ring"]}}

    assert facts_told_to(make_user(role="Support"), facts) == facts
    assert facts_told_to(make_user(role="Marketing"), facts) == {"changes": {"email": None, "note": None}}
    assert facts_told_to(make_user(), facts) == {"changes": {"email": None, "note": ["", "Ring"]}}
    assert facts["changes"]["email"] == EMAILS


def test_reasons_and_tracking_numbers_are_for_those_who_may_know_customers() -> None:
    facts = {"carrier": "DHL", "tracking_number": "0034", "reason": "Too small for Theo"}

    assert facts_told_to(make_user(role="Warehouse"), facts) == facts_told_to(make_user(), facts) == facts
    assert facts_told_to(make_user(role="Marketing"), facts) == {
        "carrier": "DHL",
        "tracking_number": None,
        "reason": None,
    }


@pytest.fixture
def order() -> Order:
    make_product("TEA-01", on_hand=5)
    order = place({"TEA-01": 1}, customer=make_shopper("old@example.com").customer)
    edit_order(order.number, by=CLI, email="new@example.com")
    comment(order.number, by=CLI, text="Difficult")
    return order


def test_comments_are_among_colleagues(order: Order) -> None:
    events = OrderEvent.objects.filter(order=order).order_by("pk")
    shopper = User.objects.get(email="old@example.com")

    assert [each.kind for each in events_told_to(make_user(role="Support"), events)] == [
        "placed",
        "edited",
        "comment",
    ]
    for reader in (shopper, make_user(role="Marketing")):
        assert [each.kind for each in events_told_to(reader, events)] == ["placed", "edited"]


@pytest.mark.parametrize(
    ("role", "said"),
    [("Support", "E-mail: old@example.com → new@example.com"), ("Marketing", "E-mail changed")],
)
def test_the_api_and_the_admin_tell_of_an_edit_what_their_reader_may_know(
    order: Order, role: str, said: str, sign_in: SignIn
) -> None:
    reader = make_user(role=role)

    [told] = [
        event
        for event in Api(reader).get(f"orders/{order.number}/events?fields=kind,text,facts").json()["items"]
        if event["kind"] == "edited"
    ]
    page = sign_in(role).get(f"/admin/orders/order/{order.pk}/change/").content.decode()

    assert told["text"] == said
    assert told["facts"]["changes"]["email"] == (EMAILS if role == "Support" else None)
    assert ('<ins class="bo-new"><bdi>new@example.com</bdi></ins>' in page) == (role == "Support")
    assert ("old@example.com" in page) == (role == "Support")
