"""An address is confirmed once, and what its customer ordered before belongs to the account from then on."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.addresses.confirmation import confirm_address
from accounts.models import Customer, User
from tests.factories import make_customer, make_product, make_user, place

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"


def unconfirmed(**fields: Any) -> User:
    return make_user(ADA, email_confirmed_at=None, **fields)


def test_an_address_is_confirmed_once() -> None:
    user = unconfirmed(name="Ada")

    assert confirm_address(user)
    confirmed_at = user.email_confirmed_at
    assert confirmed_at is not None
    assert not confirm_address(user)

    assert User.objects.get().email_confirmed_at == confirmed_at
    customer = Customer.objects.get()
    assert (customer.email, customer.name, customer.user) == (ADA, "Ada", user)


def test_the_orders_of_a_guest_with_this_address_are_the_users_and_nobody_elses_are() -> None:
    make_product("A", on_hand=2)
    of_ada = place({"A": 1}, customer=make_customer(ADA))
    of_bob = place({"A": 1}, customer=make_customer("bob@example.com"))
    user = unconfirmed()

    confirm_address(user)

    of_ada.customer.refresh_from_db()
    of_bob.customer.refresh_from_db()
    assert (of_ada.customer.user, of_bob.customer.user) == (user, None)


def test_a_customer_who_belongs_to_another_account_stays_theirs() -> None:
    other = make_user("other@example.com")
    make_customer(ADA, user=other)

    confirm_address(unconfirmed())

    assert Customer.objects.get().user == other


def test_staff_get_no_customer_but_keep_the_one_there_is() -> None:
    user = unconfirmed(role="Viewer")
    assert confirm_address(user)
    assert not Customer.objects.exists()

    make_customer(ADA)
    User.objects.update(email_confirmed_at=None)
    assert confirm_address(user)
    assert Customer.objects.get().user == user


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {"password": "another hash"},
        {"auth_version": 2},
        {"email_confirmed_at": timezone.now()},
    ],
)
def test_a_user_who_has_changed_since_they_were_read_is_not_confirmed(change: dict[str, object]) -> None:
    make_customer(ADA)
    user = unconfirmed()
    User.objects.update(**change)
    before = User.objects.values().get()

    assert not confirm_address(user)

    assert User.objects.values().get() == before
    assert Customer.objects.get().user is None
