"""States between the password and the second factor: signed, good for five minutes and once.

The shop keeps none of them while they wait. One is signed over the password and the account's version, so it
ends with whatever ends sessions; one that has let somebody in is noted, and is worth nothing from then on.
"""

import secrets
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any, ClassVar

from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import SpentChallenge, User
from backoffice.db.transactions import write_transaction
from backoffice.errors import NotAuthenticated, Title

GOOD_SECONDS = 5 * 60
LONGEST = 400


# Time enough to install an app meanwhile.
SET_UP_SECONDS = 30 * 60


class Step(StrEnum):
    """What a state is good for, and at which door."""

    ADMIN = "admin"
    API = "api"
    SETTING_UP = "setting-up"


class ChallengeEnded(NotAuthenticated):
    code = "challenge_ended"
    title: ClassVar[Title] = gettext_lazy("Sign in again")


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody who has typed the right password and nothing more."""

    user: User
    nonce: str


def challenge_for(user: User, step: Step) -> str:
    """Return the state for whoever has just typed the right password; it is good for this step alone."""
    return sign({"user": user.pk, "nonce": new_nonce(), "state": state_of(user)}, purpose=step)


def pending_of(challenge: str, step: Step, *, good_seconds: int = GOOD_SECONDS) -> Pending:
    """Return whose state it is.

    Raises:
        ChallengeEnded: forged, too old, of another step, or worthless since; which of them is not told.
    """
    signed = read(challenge, purpose=step, good_seconds=good_seconds)
    user = User.objects.filter(pk=signed["user"]).first()
    if user is None or not user.may_sign_in or state_of(user) != signed["state"]:
        raise ended()
    return Pending(user, signed["nonce"])


@write_transaction
def spend(nonce: str) -> None:
    """Let the state be good no more. Raises ChallengeEnded when it was not."""
    _row, is_new = SpentChallenge.objects.get_or_create(nonce=nonce)
    if not is_new:
        raise ended()


def new_nonce() -> str:
    return secrets.token_urlsafe(24)


def state_of(user: User) -> str:
    """Return a digest that changes with the password and with whatever ends all sessions."""
    return sha256(user.get_session_auth_hash().encode()).hexdigest()[:32]


def sign(values: dict[str, Any], *, purpose: str) -> str:
    return signing.dumps(values, salt=f"accounts.second_factor.{purpose}")


def read(signed: str, *, purpose: str, good_seconds: int = GOOD_SECONDS) -> dict[str, Any]:
    """Return what was signed for this purpose. Raises ChallengeEnded."""
    try:
        values: dict[str, Any] = signing.loads(
            signed, salt=f"accounts.second_factor.{purpose}", max_age=good_seconds
        )
    except (signing.BadSignature, ValueError):
        raise ended() from None
    return values


def ended() -> ChallengeEnded:
    return ChallengeEnded(_("This took too long, or was done already. Sign in again."))
