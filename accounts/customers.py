"""Customers, found or made by their e-mail address.

Customers that were merged are one: whoever has the address of the one that went is the one that stayed.
"""

from collections.abc import Callable

from django.db.models import QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Customer, User
from backoffice.db.primary_keys import is_key
from backoffice.db.statements import Question, selecting
from backoffice.email_addresses import checked_email, normalised_email
from backoffice.errors import NotFound

type Find[Key] = Callable[[Key], list[Customer]]

# What happens to the customer of an account that gets another address, by customer, address and who did it.
# Apps that keep something about customers add to it once they are ready.
FOLLOWERS: list[Callable[[Customer, str, Actor], None]] = []


def customer_for(email: str, *, name: str = "") -> Customer:
    """Return the one customer with this address, made when there is none; never two, however many ask.

    A new customer belongs to the user who has confirmed this address, if there is one.

    Raises:
        Invalid: it is not an e-mail address.
    """
    return _found_or_made(checked_email(email), name, _with_address, _with_pk)


def held_customer_for(email: str, *, name: str = "") -> Customer:
    """Return what `customer_for` does, locked: nobody else places an order of theirs in the meantime."""
    return _found_or_made(checked_email(email), name, _held, _held_with_pk)


def customer_with(address: str, *, is_held: bool) -> Question[Customer]:
    """Ask for the customer with this address and their account, together with other questions.

    There may be none, or one who was merged into another: then ask for `held_customer_for` instead.
    """
    return (_held if is_held else _with_address).question(address)


def key_of(address: str) -> Subquery:
    """Return the key of the customer with this address, for a condition: found first, and then looked up.

    A join would leave it to the statistics which of the two is read first, and new tables have none.
    """
    return Subquery(Customer.objects.filter(email=address).values("pk")[:1])


def known_customer(email: str) -> Customer | None:
    """Return the customer whom orders of this address belong to, if there is one already."""
    for customer in _with_address(normalised_email(email)):
        return _who_stayed(customer, _with_pk)
    return None


def customer_named(reference: str) -> Customer:
    """Return the customer with this e-mail address or id, also one who was merged into another.

    Raises:
        NotFound: there is none.
    """
    typed = reference.strip()
    for customer in _with_pk(int(typed)) if is_key(typed) else _with_address(normalised_email(typed)):
        return customer
    raise NotFound(_("There is no customer %(who)s.") % {"who": typed[:254]})


def held_customers(*pks: int) -> dict[int, Customer]:
    """Return these customers by their keys, locked in ascending order, so that nobody waits in a circle."""
    rows = Customer.objects.filter(pk__in=pks).order_by("pk").select_for_update(no_key=True)
    return {customer.pk: customer for customer in rows}


def follow_address(user: User, *, by: Actor) -> None:
    """Give the account's customer the new address of the account, in the transaction that changes it."""
    customer = Customer.objects.filter(user=user).first()
    if customer is not None:
        for follow in FOLLOWERS:
            follow(customer, user.email, by)
    elif not user.is_staff:
        # The orders that were placed with the new address before are theirs, as after a registration.
        known = customer_for(user.email, name=user.name)
        Customer.objects.filter(pk=known.pk, user=None).update(user=user)


def _found_or_made(address: str, name: str, find: Find[str], find_by_pk: Find[int]) -> Customer:
    for existing in find(address):
        return _who_stayed(existing, find_by_pk)
    owner = User.objects.filter(email=address, email_confirmed_at__isnull=False, customer=None).first()
    # ON CONFLICT DO NOTHING: a refused INSERT would poison the caller's transaction on PostgreSQL.
    Customer.objects.bulk_create(
        [Customer(email=address, name=name.strip()[:150], user=owner)], ignore_conflicts=True
    )
    [customer] = find(address)
    return _who_stayed(customer, find_by_pk)


def _who_stayed(customer: Customer, find_by_pk: Find[int]) -> Customer:
    while customer.merged_into_id is not None:
        [customer] = find_by_pk(customer.merged_into_id)
    return customer


@selecting
def _with_address(address: str) -> QuerySet[Customer]:
    return Customer.objects.filter(email=address).select_related("user")


@selecting
def _held(address: str) -> QuerySet[Customer]:
    customers = Customer.objects.filter(email=address).select_related("user")
    return customers.select_for_update(of=("self",), no_key=True)


@selecting
def _with_pk(pk: int) -> QuerySet[Customer]:
    return Customer.objects.filter(pk=pk)


@selecting
def _held_with_pk(pk: int) -> QuerySet[Customer]:
    return Customer.objects.filter(pk=pk).select_for_update(no_key=True)
