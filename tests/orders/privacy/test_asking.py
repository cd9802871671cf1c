"""Customers ask to be erased with their password, and may take it back; nothing is erased by that."""

import pytest

from accounts.models import Customer
from orders.models import CustomerEvent
from orders.privacy.asking import asked_to_be_erased
from tests.contract.client import Api, assert_problem
from tests.factories import PASSWORD, make_shopper, make_user

pytestmark = pytest.mark.django_db


def test_it_is_noted_once_and_taken_back() -> None:
    api = Api(make_shopper("ada@example.com"))
    assert api.post("users/me/erasure", {"password": PASSWORD}).status_code == 202
    first = Customer.objects.get().erasure_asked_at
    assert api.post("users/me/erasure", {"password": PASSWORD}).status_code == 202
    assert [each.erasure_asked_at for each in asked_to_be_erased()] == [first]
    assert api.delete("users/me/erasure").json() == {"erasure_asked_at": None}
    assert list(asked_to_be_erased()) == []
    assert [event.kind for event in CustomerEvent.objects.order_by("pk")] == [
        "erasure_asked",
        "erasure_withdrawn",
    ]
    assert Customer.objects.get().erased_at is None


def test_a_wrong_password_and_an_account_without_orders_are_refused() -> None:
    api = Api(make_shopper("ada@example.com"))
    assert_problem(api.post("users/me/erasure", {"password": "wrong"}), 422, "validation", "/password")
    staff = Api(make_user(role="Support"))
    assert_problem(staff.post("users/me/erasure", {"password": PASSWORD}), 409, "no_customer")
    assert list(asked_to_be_erased()) == []
