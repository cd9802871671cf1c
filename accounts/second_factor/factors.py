"""Adds second factors to an account, and removes them: each change ends all that is signed in."""

import secrets
from time import time
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.history import record
from accounts.mailing.account_mails import tell_of
from accounts.models import AccountChange, Authenticator, AuthenticatorKind, RecoveryCode, User
from accounts.people import protect_superuser
from accounts.second_factor.challenges import SET_UP_SECONDS, ended, read, sign, spend, state_of
from accounts.second_factor.changes import note_change
from accounts.second_factor.passkeys import passkey_made
from accounts.second_factor.recovery_codes import codes_left, replace_codes
from accounts.second_factor.requirement import is_required
from accounts.second_factor.sealing import Unreadable, seal, unseal
from accounts.second_factor.totp import SECRET_BYTES, step_of_code
from accounts.second_factor.verifying import WrongCode
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict, Fault, Invalid, NotFound, Title

APP = "app-set-up"
MOST_PASSKEYS = 20


class LastFactor(Conflict):
    code = "last_second_factor"
    title: ClassVar[Title] = gettext_lazy("A second factor is required")


def begin_app(user: User) -> str:
    """Return the state of an app that is being set up; the shop keeps nothing before a code confirms it."""
    sealed = seal(secrets.token_bytes(SECRET_BYTES), user=user.pk)
    return sign({"user": user.pk, "secret": sealed, "state": state_of(user)}, purpose=APP)


def secret_of(user: User, state: str) -> bytes:
    """Return the secret that the app is to hold. Raises ChallengeEnded."""
    signed = read(state, purpose=APP, good_seconds=SET_UP_SECONDS)
    if signed["user"] != user.pk or signed["state"] != state_of(user):
        raise ended()
    try:
        return unseal(signed["secret"], user=user.pk)[0]
    except Unreadable:
        raise ended() from None


@write_transaction
def confirm_app(user: User, state: str, code: str, *, by: Actor) -> list[str]:
    """Keep the app, in the place of the one before; return recovery codes if there were none left.

    Raises:
        ChallengeEnded: it took too long.
        WrongCode: the app holds another secret, or its clock is wrong.
    """
    secret = secret_of(user, state)
    step = step_of_code(secret, code, at=time())
    if step is None:
        raise WrongCode(_("This is not the code that your app should show now. Is the phone's clock right?"))
    _lock(user)
    replaced, _rows = user.authenticators.filter(kind=AuthenticatorKind.TOTP).delete()
    app = Authenticator(user=user, kind=AuthenticatorKind.TOTP)
    app.secret, app.last_step = seal(secret, user=user.pk), step
    facts = {"factor": app.kind, **({"replaced": True} if replaced else {})}
    return _added(app, facts, by=by)


def add_passkey(user: User, state: str, answer: str, *, name: str, by: Actor) -> list[str]:
    """Keep the passkey that the browser has made; return recovery codes if there were none left.

    Raises:
        PasskeyRefused: for another host, or without a look at the person.
        ChallengeEnded: it took too long, or was done already.
        Conflict: there are too many, or it is known already.
        Invalid: the name; the fault points at /name.
    """
    name = checked_name(name)
    passkey, nonce = passkey_made(user, state, answer)
    passkey.name = name
    return _keep_passkey(passkey, nonce, by=by)


@write_transaction
def _keep_passkey(passkey: Authenticator, nonce: str, *, by: Actor) -> list[str]:
    spend(nonce)
    _lock(passkey.user)
    if passkey.user.authenticators.count() >= MOST_PASSKEYS:
        raise Conflict(
            _("Nobody needs more than %(most)s passkeys: remove one first.") % {"most": MOST_PASSKEYS}
        )
    if Authenticator.objects.filter(credential_id=passkey.credential_id).exists():
        raise Conflict(_("This passkey is known already."))
    return _added(passkey, {"factor": passkey.kind, "name": passkey.name}, by=by)


@write_transaction
def rename_factor(user: User, pk: int, name: str) -> None:
    """Call one's own factor otherwise. Raises NotFound, Invalid."""
    factor = user.authenticators.filter(pk=pk).first()
    if factor is None:
        raise _unknown()
    factor.name = checked_name(name)
    factor.save(update_fields=["name"])


@write_transaction
def remove_factor(user: User, pk: int, *, by: Actor) -> Authenticator:
    """Remove one's own factor, and with the last one the recovery codes; return what was removed.

    Raises:
        NotFound: there is none of this key, or it is somebody else's.
        LastFactor: a second factor is required.
    """
    _lock(user)
    factor = user.authenticators.filter(pk=pk).first()
    if factor is None:
        raise _unknown()
    is_last = user.authenticators.count() == 1
    if is_last and is_required():
        raise LastFactor(
            _("A second factor is required here. Set up another one before you remove this one.")
        )
    factor.delete()
    if is_last:
        RecoveryCode.objects.filter(user=user).delete()
    facts = {"factor": factor.kind, "name": factor.name}
    note_change(
        user, AccountChange.MFA_REMOVED, facts, mail="second_factor_removed", told=_told(factor), by=by
    )
    return factor


@write_transaction
def new_recovery_codes(user: User, *, by: Actor) -> list[str]:
    """Make ten new codes, which end the old ones. Raises Conflict when there is no factor to stand in for."""
    _lock(user)
    if not user.authenticators.exists():
        raise Conflict(_("Set up an authenticator app or a passkey first."))
    codes = replace_codes(user)
    note_change(user, AccountChange.RECOVERY_CODES, mail="recovery_codes_made", by=by)
    return codes


@write_transaction
def reset_factors(user: User, *, by: Actor) -> int:
    """Remove all factors of a colleague who has lost them; both are told. Return how many there were.

    Where a second factor is required, their next sign-in sets one up.

    Raises:
        Conflict: there is none, or it is oneself.
        Forbidden: only a superuser changes a superuser.
    """
    protect_superuser(user, by)
    if by.user is not None and by.user.pk == user.pk:
        raise Conflict(_("Remove your own second factors on your own page, or ask a colleague."))
    _lock(user)
    removed, _rows = user.authenticators.all().delete()
    if not removed:
        raise Conflict(_("%(email)s has no second factor.") % {"email": user.readable_email})
    RecoveryCode.objects.filter(user=user).delete()
    User.objects.filter(pk=user.pk).update(mfa_required_from=timezone.now() if is_required() else None)
    note_change(user, AccountChange.MFA_RESET, mail="second_factor_reset", by=by)
    _tell_author(user, by)
    return removed


def checked_name(name: str) -> str:
    """Return a passkey's name as it is kept. Raises Invalid; the fault points at /name."""
    try:
        if not name.strip():
            raise ValidationError(_("Give it a name."))
        return str(Authenticator._meta.get_field("name").clean(name.strip(), None))
    except ValidationError as error:
        detail = " ".join(error.messages)
        raise Invalid(detail, faults=[Fault("/name", "validation", detail)]) from None


def _added(factor: Authenticator, facts: dict[str, object], *, by: Actor) -> list[str]:
    user = factor.user
    factor.save()
    User.objects.filter(pk=user.pk).update(mfa_required_from=None)
    codes = [] if codes_left(user) else replace_codes(user)
    note_change(user, AccountChange.MFA_ADDED, facts, mail="second_factor_added", told=_told(factor), by=by)
    return codes


def _tell_author(user: User, by: Actor) -> None:
    if by.user is None:
        return
    event = record(by.user, AccountChange.MFA_RESET, {"account": user.email}, by=by)
    tell_of(event, "second_factor_reset_done", {"account": user.readable_email})


def _told(factor: Authenticator) -> dict[str, str]:
    return {"passkey": factor.name if factor.is_passkey else ""}


def _lock(user: User) -> None:
    """Hold the user's row until the transaction ends: two who remove the last two would both see one left."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _unknown() -> NotFound:
    return NotFound(_("There is no such passkey or app of yours."))
