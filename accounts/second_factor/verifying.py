"""Checks what somebody shows beside their password: a code of the app, or a recovery code.

Each is used up by the UPDATE that finds it unused, so of many at the same moment one alone is let in.
"""

import logging
from time import time
from typing import ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.models import AccountChange, Authenticator, AuthenticatorKind, Source, User
from accounts.second_factor.challenges import Pending, Step, pending_of, spend
from accounts.second_factor.changes import note_change
from accounts.second_factor.recovery_codes import codes_left, use_code
from accounts.second_factor.sealing import Unreadable, seal, unseal
from accounts.second_factor.throttling import guessing
from accounts.second_factor.totp import step_of_code
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict, NotAuthenticated, Title

logger = logging.getLogger(__name__)


STEPS = {Source.ADMIN: Step.ADMIN, Source.API: Step.API}


class WrongCode(NotAuthenticated):
    code = "wrong_code"
    title: ClassVar[Title] = gettext_lazy("Wrong code")


class SecretUnreadable(Conflict):
    code = "authenticator_unreadable"
    title: ClassVar[Title] = gettext_lazy("The authenticator app must be set up anew")


def finish_with_code(challenge: str, code: str, *, source: Source) -> User:
    """Return whose challenge it is, who has now shown a code of their app as well.

    Raises:
        ChallengeEnded: the password is asked for again.
        WrongCode: or one that was used before.
        SecretUnreadable: the shop's key is another one now.
        Throttled: too many wrong ones.
    """
    pending = pending_of(challenge, STEPS[source])
    with guessing(pending.user, source=source):
        _finish_with_code(pending, code)
    return pending.user


@write_transaction
def _finish_with_code(pending: Pending, code: str) -> None:
    spend(pending.nonce)
    _use_app_code(pending.user, code)


def finish_with_recovery_code(challenge: str, code: str, *, source: Source) -> User:
    """Return whose challenge it is; the recovery code is used up, and all that was signed in is signed out.

    Raises:
        ChallengeEnded, WrongCode, Throttled.
    """
    pending = pending_of(challenge, STEPS[source])
    with guessing(pending.user, source=source):
        _finish_with_recovery_code(pending, code, source)
    return pending.user


@write_transaction
def _finish_with_recovery_code(pending: Pending, code: str, source: Source) -> None:
    spend(pending.nonce)
    user = pending.user
    if not use_code(user, code):
        raise WrongCode(_("This recovery code is wrong, or was used already."))
    left = codes_left(user)
    mail = {"left": left}
    note_change(
        user,
        AccountChange.RECOVERY_USED,
        {"left": left},
        mail="recovery_code_used",
        told=mail,
        by=Actor(user, source),
    )


def show_code(user: User, code: str, *, source: Source) -> None:
    """Check a code of the app of somebody who is signed in.

    Raises:
        WrongCode, SecretUnreadable, Throttled.
    """
    with guessing(user, source=source):
        _use_app_code(user, code)


@write_transaction
def _use_app_code(user: User, code: str) -> None:
    app = Authenticator.objects.filter(user=user, kind=AuthenticatorKind.TOTP).first()
    step = None if app is None else _step_of(app, code)
    if app is None or step is None or not _use_step(app, step):
        raise WrongCode(
            _("This code is wrong, or was used already. Wait for the next one, and check the phone's clock.")
        )


def _step_of(app: Authenticator, code: str) -> int | None:
    """Return the step whose code it is; `app` then holds its secret sealed with the present key."""
    try:
        secret, is_outdated = unseal(app.secret, user=app.user_id)
    except Unreadable:
        logger.error("The secret of authenticator %s cannot be read with this SECRET_KEY.", app.pk)
        raise SecretUnreadable(
            _(
                "The shop's secret key has changed since your app was set up. Sign in with a passkey or a "
                "recovery code, or ask a manager to remove the app; then set it up anew."
            )
        ) from None
    if is_outdated:
        app.secret = seal(secret, user=app.user_id)
    return step_of_code(secret, code, at=time())


def _use_step(app: Authenticator, step: int) -> bool:
    """Use the step up, with all before it; return whether this call did."""
    unused = Authenticator.objects.filter(pk=app.pk, last_step__lt=step)
    return unused.update(last_step=step, secret=app.secret, last_used_at=timezone.now()) == 1
