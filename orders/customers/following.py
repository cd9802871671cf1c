"""The customer of an account follows when the account gets another e-mail address."""

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.customers import held_customers
from accounts.models import Customer
from accounts.people import EmailTaken
from backoffice.db.transactions import write_transaction
from orders.customers.merging import merge_customers
from orders.models import CustomerEvent, CustomerEventKind


@write_transaction
def follow_account(customer: Customer, email: str, by: Actor) -> None:
    """Give the customer this address, which its mailbox has confirmed.

    A guest who has ordered with it is the same person: both are merged, and both addresses lead to the
    account.

    Raises:
        EmailTaken: the address is another account's customer's.
    """
    other = Customer.objects.filter(email=email).exclude(pk=customer.pk).first()
    if other is not None and other.merged_into_id != customer.pk:
        _take_in(customer, other, by)
    held = held_customers(customer.pk)[customer.pk]
    facts = {"changes": {"email": [held.email, email]}}
    _give_address(held, email, other)
    CustomerEvent.objects.create(
        customer=held,
        kind=CustomerEventKind.EMAIL_CHANGED,
        facts=facts,
        actor=by.user,
        source=by.source,
    )


def _take_in(customer: Customer, other: Customer, by: Actor) -> None:
    if other.merged_into_id is not None or other.user_id is not None:
        facts = {"email": other.readable_email}
        raise EmailTaken(_("%(email)s belongs to another customer with an account.") % facts)
    merge_customers(customer, other, by=by)


def _give_address(customer: Customer, email: str, other: Customer | None) -> None:
    """Exchange the addresses of both rows: an order with the old address is still the same person's."""
    before = customer.email
    if other is not None:
        # Addresses are unique at each moment: the other row stands aside under one that nobody has.
        _rename(other, f"{other.pk}@invalid")
    _rename(customer, email)
    if other is not None:
        _rename(other, before)


def _rename(customer: Customer, email: str) -> None:
    customer.email = email
    customer.save(update_fields=["email"])
