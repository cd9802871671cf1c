"""Sweeps what nobody needs any more: registrations never confirmed, and traces of old sign-ins."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts.models import (
    AccountChange,
    AccountEvent,
    BrowserSession,
    EmailChange,
    KnownPlace,
    RefreshToken,
    SpentChallenge,
    TokenFamily,
    User,
)
from accounts.sign_in.places import KNOWN_FOR
from backoffice.db.transactions import write_transaction
from backoffice.shop.in_force import in_force

KEEP_UNCONFIRMED = timedelta(days=7)
# Their links are dead long before, and the account's history keeps what came of them.
KEEP_EMAIL_CHANGES = timedelta(days=30)
KEEP_GUESSES_AT_NOBODY = timedelta(days=30)
# They are good for five minutes.
KEEP_SPENT_CHALLENGES = timedelta(days=1)
OF_SIGN_INS = (
    AccountChange.SIGNED_IN,
    AccountChange.REFUSED,
    AccountChange.LIMITED,
    AccountChange.SIGNED_OUT,
)


@write_transaction
def sweep(now: datetime) -> int:
    """Delete them, and return how many rows there were; an unconfirmed address is free again."""
    outdated = (
        User.objects.unconfirmed().filter(created_at__lt=now - KEEP_UNCONFIRMED, customer=None),
        old_sign_ins(now),
        AccountEvent.objects.filter(user=None, at__lt=now - KEEP_GUESSES_AT_NOBODY),
        EmailChange.objects.filter(asked_at__lt=now - KEEP_EMAIL_CHANGES),
        KnownPlace.objects.filter(last_seen_at__lt=now - KNOWN_FOR),
        BrowserSession.objects.filter(expire_date__lt=now),
        SpentChallenge.objects.filter(spent_at__lt=now - KEEP_SPENT_CHALLENGES),
        TokenFamily.objects.filter(expires_at__lt=now),
        RefreshToken.objects.filter(expires_at__lt=now),
    )
    return sum(rows.delete()[0] for rows in outdated)


def old_sign_ins(now: datetime) -> QuerySet[AccountEvent]:
    """Return sign-ins of longer ago than they are kept. An account's changes are kept as long as it is."""
    days = in_force().keep_sign_ins_days
    events = AccountEvent.objects.filter(kind__in=OF_SIGN_INS)
    return events.filter(at__lt=now - timedelta(days=days)) if days else events.none()
