"""Remembers where somebody has signed in: strangers who guess the password cannot lock them out there."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import KnownPlace, User
from backoffice.db.transactions import write_transaction
from backoffice.requests.addresses import address_block

KNOWN_FOR = timedelta(days=90)


def is_newcomer(user: User) -> bool:
    """Whether the account is new and has not signed in from anywhere: no place is surprising then."""
    if user.created_at <= timezone.now() - KNOWN_FOR:
        return False
    return not KnownPlace.objects.filter(user=user).exists()


@write_transaction
def know_place(user: User, address: str) -> bool:
    """Let the account sign in from here whatever strangers do; return whether the place is new.

    Of several at once from a new place one learns that it is.
    """
    now, block = timezone.now(), address_block(address)
    KnownPlace.objects.filter(user=user, last_seen_at__lt=now - KNOWN_FOR).delete()
    if KnownPlace.objects.filter(user=user, block=block).update(last_seen_at=now):
        return False
    return KnownPlace.objects.get_or_create(user=user, block=block)[1]


def is_known_place(user: User | None, address: str) -> bool:
    """Whether the user has signed in from here; always one query, so that the time taken does not tell."""
    since = timezone.now() - KNOWN_FOR
    block = address_block(address)
    of_user = KnownPlace.objects.filter(user_id=user.pk if user else 0, block=block)
    return of_user.filter(last_seen_at__gte=since).exists()
