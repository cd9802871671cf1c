"""The customer follows the account's address; a guest who ordered with it before is the same person."""

import pytest

from accounts.addresses.change import ask_for_somebody, confirm_email_change
from accounts.customers import customer_for
from accounts.models import Customer, User
from accounts.people import EmailTaken
from orders.audit import audit_orders
from orders.customers.following import follow_account
from orders.customers.merging import MergeFollowed, latest_merge_of, undo_merge
from orders.models import CustomerEvent
from tests.accounts.mailbox import token_sent_to
from tests.contract.client import Api
from tests.factories import CLI, make_customer, make_product, make_shopper, place

pytestmark = pytest.mark.django_db
OLD, NEW = "ana@example.com", "ana.moreira@example.com"


@pytest.fixture
def ana() -> User:
    make_product("A", on_hand=9)
    return make_shopper(OLD)


def move(user: User, email: str = NEW) -> None:
    ask_for_somebody(user, email, by=CLI)
    confirm_email_change(token_sent_to(email), by=CLI, address="192.0.2.7")


def test_the_customer_keeps_the_orders_and_has_the_new_address(ana: User) -> None:
    order = place({"A": 1}, customer=ana.customer)
    move(ana)

    customer = Customer.objects.get()
    assert (customer.email, customer.user, customer.orders.get()) == (NEW, ana, order)
    [event] = CustomerEvent.objects.all()
    assert (event.kind, event.facts) == ("email_changed", {"changes": {"email": [OLD, NEW]}})


def test_a_guest_with_the_new_address_is_merged_and_both_addresses_lead_to_the_account(ana: User) -> None:
    orders = {place({"A": 1}, customer=make_customer(email)).number for email in (OLD, NEW)}
    move(ana)

    customer = Customer.objects.get(user=ana)
    assert (customer.email, customer.orders.count()) == (NEW, 2)
    assert customer_for(OLD) == customer_for(NEW) == customer
    shown = Api(User.objects.get(pk=ana.pk)).get("orders").json()["items"]
    assert {each["number"] for each in shown} == orders
    assert audit_orders() == []
    with pytest.raises(MergeFollowed, match="address has changed since"):
        undo_merge(latest_merge_of(customer).pk, by=CLI)


def test_an_address_that_led_to_the_customer_already_becomes_theirs_again(ana: User) -> None:
    make_customer(NEW)
    move(ana)
    move(User.objects.get(pk=ana.pk), OLD)
    customer = Customer.objects.get(user=ana)
    assert customer.email == OLD
    assert customer_for(NEW) == customer


def test_the_customer_of_another_account_is_not_taken(ana: User) -> None:
    other = make_shopper("other@example.com").customer
    with pytest.raises(EmailTaken):
        follow_account(ana.customer, other.email, CLI)
    assert Customer.objects.get(user=ana).email == OLD
