"""Customers, found or made by their e-mail address."""

from collections.abc import Callable

from django.db.models import QuerySet

from accounts.email_addresses import checked_email
from accounts.models import Customer, User
from backoffice.db.statements import selecting


def customer_for(email: str, *, name: str = "") -> Customer:
    """Return the one customer with this address, made when there is none; never two, however many ask.

    A new customer belongs to the user who has confirmed this address, if there is one.

    Raises:
        Invalid: it is not an e-mail address.
    """
    return _found_or_made(checked_email(email), name, _with_address)


def held_customer_for(email: str, *, name: str = "") -> Customer:
    """Return what `customer_for` does, locked: nobody else places an order of theirs in the meantime."""
    return _found_or_made(checked_email(email), name, _held)


def _found_or_made(address: str, name: str, find: Callable[[str], list[Customer]]) -> Customer:
    for existing in find(address):
        return existing
    owner = User.objects.filter(email=address, email_confirmed_at__isnull=False, customer=None).first()
    # ON CONFLICT DO NOTHING: a refused INSERT would poison the caller's transaction on PostgreSQL.
    Customer.objects.bulk_create(
        [Customer(email=address, name=name.strip()[:150], user=owner)], ignore_conflicts=True
    )
    [customer] = find(address)
    return customer


@selecting
def _with_address(address: str) -> QuerySet[Customer]:
    return Customer.objects.filter(email=address)


@selecting
def _held(address: str) -> QuerySet[Customer]:
    return Customer.objects.filter(email=address).select_for_update(no_key=True)
