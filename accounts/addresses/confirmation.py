"""Confirming an e-mail address: it belongs to whoever opens a link that was sent there."""

from django.utils import timezone

from accounts.customers import known_customer
from accounts.models import Customer, User
from backoffice.db.transactions import write_transaction


@write_transaction
def confirm_address(user: User) -> bool:
    """Confirm the address, and give the user what was ordered with it before; return whether this was new.

    Of many calls at once one returns True. Nothing happens when the user has changed since they were read.
    """
    same = User.objects.filter(
        pk=user.pk, is_active=True, password=user.password, auth_version=user.auth_version
    )
    if not same.filter(email_confirmed_at=None).update(email_confirmed_at=timezone.now()):
        return False
    user.refresh_from_db(fields=["email_confirmed_at"])
    _claim_orders(user)
    return True


def _claim_orders(user: User) -> None:
    """Give the user the customer of this address, and with them every order they have placed."""
    if not user.is_staff:
        # Waits for a guest's order that is just making this customer, still without an owner.
        Customer.objects.bulk_create([Customer(email=user.email, name=user.name)], ignore_conflicts=True)
    if (customer := known_customer(user.email)) is not None:
        Customer.objects.filter(pk=customer.pk, user=None).update(user=user)
