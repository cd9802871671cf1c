"""How often codes may be guessed: five wrong ones in 15 minutes, for one account and from one place.

A guess is counted before the code is looked at, and a right code gives back its own guess and no other. The
password has counts of its own, so a right one takes nothing back here.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from accounts.actors import Actor
from accounts.history import record
from accounts.mailing.account_mails import tell_of
from accounts.models import AccountChange, Source, User
from backoffice.db.transactions import write_transaction
from backoffice.errors import NotAuthenticated, Throttled
from backoffice.requests.addresses import current_address
from backoffice.requests.throttling import Limit, claim_turn, limits_of_place, take

GUESSES = 5
WINDOW_SECONDS = 15 * 60


@contextmanager
def guessing(user: User | None, *, source: Source) -> Iterator[None]:
    """Count a guess; what is right within the block gives it back, a refusal is noted and stays counted.

    Without a user a passkey is shown, which nobody guesses: then places alone are counted.

    Raises:
        Throttled: too many wrong ones; nothing was looked at.
    """
    try:
        uses = take(_limits(user))
    except Throttled:
        _note_limit(user, source)
        raise
    try:
        yield
    except NotAuthenticated:
        record(user, AccountChange.REFUSED, {"second_factor": True}, by=Actor(None, source))
        raise
    for use in uses:
        use.give_back()


def _limits(user: User | None) -> list[Limit]:
    limits = limits_of_place(
        "second-factor", current_address.get(), most=GUESSES, window_seconds=WINDOW_SECONDS
    )
    if user is not None:
        limits.append(Limit(f"second-factor-of:{user.pk}", GUESSES, WINDOW_SECONDS))
    return limits


def _note_limit(user: User | None, source: Source) -> None:
    """Note it once per window, and tell the person: whoever guesses here knows their password."""
    who = user.pk if user else current_address.get()
    if claim_turn(f"noted:second-factor:{who}", window_seconds=WINDOW_SECONDS):
        _tell_of_limit(user, source)


@write_transaction
def _tell_of_limit(user: User | None, source: Source) -> None:
    event = record(user, AccountChange.LIMITED, {"second_factor": True}, by=Actor(None, source))
    if user is not None:
        tell_of(event, "second_factor_guessed")
