"""Customers, found or made by their e-mail address."""

from django.db.models import QuerySet

from accounts.emails import checked_email
from accounts.models import Customer, User
from backoffice.statements import selecting


def customer_for(email: str, *, name: str = "") -> Customer:
    """The one customer with this address, made when there is none; never two, however many ask at once.

    A new customer belongs to the user who has confirmed this address, if there is one.

    Raises:
        Invalid: it is not an e-mail address.
    """
    address = checked_email(email)
    for existing in _with_address(address):
        return existing
    owner = User.objects.filter(email=address, email_confirmed_at__isnull=False, customer=None).first()
    # ON CONFLICT DO NOTHING: a refused INSERT would poison the caller's transaction on PostgreSQL.
    Customer.objects.bulk_create(
        [Customer(email=address, name=name.strip()[:150], user=owner)], ignore_conflicts=True
    )
    return Customer.objects.get(email=address)


@selecting
def _with_address(address: str) -> QuerySet[Customer]:
    return Customer.objects.filter(email=address)
