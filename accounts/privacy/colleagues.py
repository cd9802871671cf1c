"""Erase a colleague who has left, or an account that never ordered. What they did stays, without a name."""

from collections.abc import Iterator
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.history import record_about_person
from accounts.models import AccountChange, Customer, ErasedKind, User
from accounts.people import protect_superuser, unknown_user
from accounts.privacy import files, ledger
from accounts.privacy.account import erase_accounts
from accounts.privacy.person import Person, colleague
from accounts.privacy.traces import erase_mails, erase_replies
from backoffice.db.traces import forget_traces
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict, Fault


class CannotEraseUser(Conflict):
    code = "cannot_erase"
    title = gettext_lazy("This account cannot be erased now")


def hindrances(user: User) -> list[Fault]:
    """Return why the account cannot be erased; nothing when it can."""
    return [Fault("/user", code, detail) for code, detail in _hindrances(user)]


def _hindrances(user: User) -> Iterator[tuple[str, str]]:
    if user.erased_at is not None:
        yield "erased_already", _("This account was erased already.")
    elif user.is_staff and user.is_active:
        yield "works_here", _("They work here. Deactivate the account first, when they have left.")
    elif Customer.objects.filter(user=user).exists():
        yield "customer", _("This is a customer's account: erase the customer, and it goes as well.")


@write_transaction
def erase_user(user: User, *, by: Actor) -> int:
    """Erase name, address, password, sign-ins and mails of the account; return its number.

    Raises:
        CannotEraseUser: naming every reason. MailUnderWay, NotFound.
        Forbidden: only a superuser erases a superuser.
    """
    held = User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
    if held is None:
        raise unknown_user(user.pk)
    protect_superuser(held, by)
    if problems := hindrances(held):
        raise CannotEraseUser(" ".join(fault.detail for fault in problems), faults=problems)
    carry_out(held, by=by)
    return held.pk


def carry_out(user: User, *, by: Actor) -> None:
    """Do it, note it in the ledger and the history, and clear the files once it is committed."""
    person, at = colleague(user), timezone.now()
    ledger.note([user], by=by, at=at)
    erase_mails(person, at)
    erase_replies(person, at)
    erase_accounts(person, at)
    record_about_person(AccountChange.ERASED, ErasedKind.COLLEAGUE, user.pk, by=by)
    transaction.on_commit(partial(clear_files, person), robust=True)


def clear_files(person: Person) -> None:
    files.remove_written_mails()
    files.mask_log_lines(person.all_addresses)
    forget_traces()
