"""Signs in with a password: limits how often it may be guessed, and notes what happened.

Guesses are counted before a password is looked at, and one that was right is given back. They are counted
three times over: by place, by account and place, and by account alone. The last would let strangers lock
somebody out, so it does not hold where that account has signed in before; and who comes by a link of a mail
makes their place such a one.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import ClassVar

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.history import record
from accounts.mailing.account_mails import tell_of
from accounts.models import AccountChange, Source, User
from accounts.passwords.choosing import GUESSES, WINDOW_SECONDS
from accounts.passwords.hashing import Crowded, turn
from accounts.sign_in.places import is_known_place, is_newcomer, know_place
from backoffice.db.transactions import write_transaction
from backoffice.email_addresses import normalised_email
from backoffice.errors import NotAuthenticated, Throttled, Title
from backoffice.requests.addresses import address_block
from backoffice.requests.devices import current_user_agent
from backoffice.requests.throttling import Limit, claim_turn, limits_of_place, refuse_when_used_up, take

# Mistyping counts, too, and a whole office shares one address.
GUESSES_FROM_ONE_PLACE = 20
# For one account, guessed at by all strangers together.
GUESSES_OF_STRANGERS, STRANGERS_SECONDS = 50, 60 * 60


class InvalidCredentials(NotAuthenticated):
    code = "invalid_credentials"
    title: ClassVar[Title] = gettext_lazy("Wrong e-mail address or password")


def sign_in(email: str, password: str, *, address: str, source: Source = Source.API) -> User:
    """Return the user with this e-mail address, however it is typed, and password, who may sign in.

    Raises:
        InvalidCredentials: unknown, unconfirmed, inactive or wrong password; which of them is not told.
        Throttled: too many guesses, or too many people at a time; the password was not looked at.
    """
    guessed = normalised_email(email)
    user = User.objects.filter(email=guessed).first() if "\0" not in guessed else None
    limits = _limits(guessed, address, is_known=is_known_place(user, address))
    by = Actor(None, source)
    try:
        refuse_when_used_up(limits)
        with turn():
            uses = take(limits)
            is_right = _is_right(user, password)
    except Crowded:
        raise
    except Throttled:
        _note_limit(user, limits, by=by, account=guessed, address=address)
        raise
    if user is None or not is_right or not user.may_sign_in:
        record(user, AccountChange.REFUSED, by=by, account=guessed, address=address)
        raise InvalidCredentials(_("This e-mail address and password do not belong together."))
    for use in uses:
        use.give_back()
    return user


@write_transaction
def note_sign_in(user: User, *, address: str, source: Source) -> None:
    """Add an entry to the account's history, and mail staff about a place that is new."""
    facts = {"user_agent": user_agent} if (user_agent := current_user_agent.get()) else {}
    event = record(user, AccountChange.SIGNED_IN, facts, by=Actor(user, source), address=address)
    is_expected = is_newcomer(user) or not user.is_staff
    if know_place(user, address) and not is_expected:
        # Whoever signs in is the account, whoever it is: its name would tell nothing.
        tell_of(event, "new_place", {"by": None})


def _limits(guessed: str, address: str, *, is_known: bool) -> list[Limit]:
    account = sha256(guessed.encode(errors="replace")).hexdigest()
    place = address_block(address)
    limits = limits_of_place("sign-in", address, most=GUESSES_FROM_ONE_PLACE, window_seconds=WINDOW_SECONDS)
    limits.append(Limit(f"sign-in:{account}:{place}", GUESSES, WINDOW_SECONDS))
    if not is_known:
        limits.append(Limit(f"sign-in:{account}", GUESSES_OF_STRANGERS, STRANGERS_SECONDS))
    return limits


def _is_right(user: User | None, password: str) -> bool:
    if user is None:
        # Do as much work as for an account that exists, so that the time taken does not tell.
        make_password(password)
        return False
    return user.check_password(password)


def _note_limit(user: User | None, limits: Sequence[Limit], *, by: Actor, account: str, address: str) -> None:
    """Record the refusal once per window: a thousand of them a minute must not fill the log and the disk."""
    if claim_turn(f"noted:{limits[0].key}", window_seconds=WINDOW_SECONDS):
        record(user, AccountChange.LIMITED, by=by, account=account, address=address)
