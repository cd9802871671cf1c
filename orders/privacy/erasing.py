"""Erase a person: what the plan says, in one transaction, and then the files. There is no way back."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.customers import held_customers
from accounts.history import record_about_person
from accounts.models import AccountChange, Customer, ErasedKind, User
from accounts.people import protect_superuser
from accounts.privacy import ledger
from accounts.privacy.colleagues import clear_files
from accounts.privacy.person import Person
from backoffice.db.transactions import write_transaction
from backoffice.email_addresses import normalised_email
from backoffice.errors import Fault, Invalid, NotFound, Stale
from orders.models import CustomerEvent, CustomerEventKind, Order
from orders.privacy.person import person_of, who_stayed
from orders.privacy.plan import CannotErase, ErasurePlan, plan_erasure
from orders.privacy.rooms import ROOMS


def refuse_unless_named(customer: Customer, typed: str) -> None:
    """Refuse whoever has not typed the customer's e-mail address or number: there is no way back.

    Raises:
        Invalid.
    """
    if typed.strip() != str(customer.pk) and normalised_email(typed) != customer.email:
        detail = _("Type the customer's e-mail address or number, to be sure.")
        raise Invalid(detail, faults=[Fault("/confirm", "not_confirmed", detail)])


@write_transaction
def erase_customer(customer: Customer, *, by: Actor, digest: str | None = None) -> ErasurePlan:
    """Erase the customer, everybody merged into them, and their account; with a digest just what was seen.

    Returns the plan that was carried out. Files are cleared once it is committed.

    Raises:
        CannotErase: naming every reason. MailUnderWay, NotFound.
        Stale: it would do something else than the plan of this digest.
        Forbidden: only a superuser erases a superuser, also one who was a customer.
    """
    held = _held(customer)
    plan = plan_erasure(held)
    for user in User.objects.filter(pk__in=plan.person.users):
        protect_superuser(user, by)
    if plan.problems:
        raise CannotErase(" ".join(fault.detail for fault in plan.problems), faults=plan.problems)
    if digest not in (None, plan.digest):
        raise Stale(_("Something about this customer has changed meanwhile. Look at the plan again."))
    carry_out(held, plan.person, by=by, at=timezone.now())
    return plan


def _held(customer: Customer) -> Customer:
    """Lock the orders, then the customers, as whoever corrects or merges does; nobody orders meanwhile."""
    person = person_of(customer)
    list(
        Order.objects.filter(pk__in=person.orders).order_by("pk").select_for_update(no_key=True).values("pk")
    )
    held = held_customers(*person.customers)
    if not held:
        raise NotFound(_("There is no customer %(who)s.") % {"who": customer.pk})
    return who_stayed(held[person.customers[0]])


def carry_out(customer: Customer, person: Person, *, by: Actor, at: datetime) -> None:
    """Empty every room, note in the ledger and the histories that it was done, and clear the files."""
    rows = [*Customer.objects.filter(pk__in=person.customers)]
    accounts: QuerySet[User] = User.objects.filter(pk__in=person.users)
    ledger.note([*rows, *accounts], by=by, at=at)
    for room in ROOMS:
        room.erase(person, at)
    CustomerEvent.objects.create(
        customer=customer, kind=CustomerEventKind.ERASED, actor=_still_named(by, person), source=by.source
    )
    record_about_person(AccountChange.ERASED, ErasedKind.CUSTOMER, customer.pk, by=by)
    transaction.on_commit(partial(clear_files, person), robust=True)


def _still_named(by: Actor, person: Person) -> User | None:
    return None if by.user is not None and by.user.pk in person.users else by.user
