"""An account: everything that was signed in with, and where from. The row stays, for others name it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import CASCADE, Model, QuerySet

from accounts.models import AccountChange, AccountEvent, User
from accounts.privacy.person import Person
from accounts.tokens.refresh import revoke_everything
from backoffice.email_addresses import COLLEAGUE, erased_address


def rows_of_accounts(users: tuple[int, ...]) -> Iterator[QuerySet[Any]]:
    """Yield all that belongs to these accounts and would be deleted with them, whatever app keeps it."""
    for relation in User._meta.related_objects:
        if getattr(relation, "on_delete", None) is CASCADE and not relation.many_to_many:
            kept: type[Model] = relation.related_model
            yield kept._default_manager.filter(**{f"{relation.field.name}__in": users})


def count_accounts(person: Person) -> int:
    return len(person.users)


def erase_accounts(person: Person, at: datetime) -> int:
    """End all sign-ins, delete what belongs to the accounts, and leave rows without a name.

    Their entries in others' histories stay, without the address that they came from.
    """
    for user in User.objects.filter(pk__in=person.users).order_by("pk").select_for_update(no_key=True):
        revoke_everything(user, because="erased")
        user.refresh_from_db()
        _empty(user, at)
    for rows in rows_of_accounts(person.users):
        rows.delete()
    AccountEvent.objects.filter(actor__in=person.users).update(address="")
    _forget_resets(person)
    return len(person.users)


def _forget_resets(person: Person) -> None:
    """Take the address out of the histories of those who have removed the account's second factors."""
    resets = AccountEvent.objects.filter(
        kind=AccountChange.MFA_RESET, facts__account__in=sorted(person.all_addresses)
    )
    for event in resets:
        facts = {name: value for name, value in event.facts.items() if name != "account"}
        AccountEvent.objects.filter(pk=event.pk).update(facts=facts)


def _empty(user: User, at: datetime) -> None:
    user.email = erased_address(COLLEAGUE if user.is_staff else "account", user.pk)
    user.name, user.password = "", make_password(None)
    user.is_active, user.is_superuser = False, False
    user.email_confirmed_at = user.last_login = None
    user.erased_at = at
    user.groups.clear()
    user.user_permissions.clear()
    user.save()


def told_account(user: User) -> dict[str, Any]:
    """Return an account as data: what it is, and where and when it was signed in to."""
    events = user.events.order_by("pk")
    return {
        "email": user.email,
        "name": user.name,
        "created_at": user.created_at,
        "email_confirmed_at": user.email_confirmed_at,
        "last_login_at": user.last_login,
        "happened": [
            {"what": event.kind, "facts": event.facts, "address": event.address, "at": event.at}
            for event in events
        ],
        "known_places": list(
            user.known_places.order_by("pk").values("block", "first_seen_at", "last_seen_at")
        ),
        "signed_in_browsers": list(
            user.browser_sessions.order_by("began_at").values("address", "user_agent", "began_at", "seen_at")
        ),
        "signed_in_programs": list(
            user.token_families.order_by("pk").values("address", "user_agent", "created_at")
        ),
        "addresses_asked_for": list(
            user.email_changes.order_by("pk").values("email", "asked_at", "ended_at")
        ),
    }
