"""Customers ask to be erased, and take it back; staff see to it.

Nothing is erased at once: whoever has come by a password could otherwise destroy what nobody can bring back,
and the shop has to look first whether anything is owed or on its way. The law leaves a month for that.
"""

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.customers import held_customers
from accounts.models import Customer, User
from accounts.passwords.choosing import is_own_password
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict, Fault, Invalid
from orders.models import CustomerEvent, CustomerEventKind


class NoCustomer(Conflict):
    code = "no_customer"


def asked_to_be_erased() -> QuerySet[Customer]:
    """Return whoever waits to be erased, those who asked first before others."""
    return (
        Customer.objects.present().filter(erasure_asked_at__isnull=False).order_by("erasure_asked_at", "pk")
    )


def ask_to_be_erased(user: User, *, password: str, by: Actor) -> Customer:
    """Note that the customer wants to be erased; asked twice it stays the first time.

    Raises:
        Invalid: not the account's password. Throttled: too many wrong ones.
        NoCustomer: the account is not a customer's.
    """
    if not is_own_password(user, password):
        detail = _("This is not your current password.")
        raise Invalid(detail, faults=[Fault("/password", "wrong_password", detail)])
    return _note(user, is_wanted=True, by=by)


def stay_after_all(user: User, *, by: Actor) -> Customer:
    """Take it back. Raises NoCustomer."""
    return _note(user, is_wanted=False, by=by)


@write_transaction
def _note(user: User, *, is_wanted: bool, by: Actor) -> Customer:
    customer = Customer.objects.filter(user=user).first()
    if customer is None:
        raise NoCustomer(_("Nothing was ordered with this account. Ask the shop to erase it."))
    held = held_customers(customer.pk)[customer.pk]
    if (held.erasure_asked_at is not None) != is_wanted:
        held.erasure_asked_at = timezone.now() if is_wanted else None
        held.save(update_fields=["erasure_asked_at"])
        kind = CustomerEventKind.ERASURE_ASKED if is_wanted else CustomerEventKind.ERASURE_WITHDRAWN
        CustomerEvent.objects.create(customer=held, kind=kind, actor=by.user, source=by.source)
    return held
