"""Passkeys (WebAuthn): made and shown by the browser, checked here by `fido2`.

A passkey proves the device and the person, by a finger, a face or a PIN: so it signs in alone. It belongs to
the host of SHOP_URL. What a browser shows is signed over a challenge of ours, which is good for five minutes
and once.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Authenticator, AuthenticatorKind, Source, User
from accounts.second_factor.challenges import new_nonce, read, sign, spend
from accounts.second_factor.requirement import is_offered
from accounts.second_factor.throttling import guessing
from backoffice.db.transactions import write_transaction
from backoffice.errors import NotAuthenticated, Title
from backoffice.shop.in_force import in_force

if TYPE_CHECKING:
    from fido2.server import Fido2Server

ADDING, SHOWING = "passkey-added", "passkey-shown"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
# What a browser sends of one has some hundred characters.
LONGEST_ANSWER = 20_000


class PasskeyRefused(NotAuthenticated):
    code = "passkey_refused"
    title: ClassVar[Title] = gettext_lazy("This passkey does not work here")


def host_of_passkeys() -> str | None:
    """Return the host that passkeys of this shop belong to; None when its address is a mere number."""
    host = urlsplit(settings.SHOP_URL).hostname or ""
    if host in LOOPBACK:
        return "localhost"
    try:
        ip_address(host)
    except ValueError:
        return host or None
    return None


def is_passkey_origin(origin: str) -> bool:
    """Whether a page of this origin may use them: the shop's own, on this machine at any port."""
    if host_of_passkeys() != "localhost":
        return origin == settings.SHOP_URL
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.hostname == "localhost"


def options_for_adding(user: User) -> dict[str, Any]:
    """Return what the browser needs to make a passkey, and the state to send back with its answer."""
    from fido2.webauthn import (
        PublicKeyCredentialUserEntity,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    state = sign({"user": user.pk, "nonce": new_nonce()}, purpose=ADDING)
    person = PublicKeyCredentialUserEntity(
        # Not the address: devices keep it.
        id=sha256(f"backoffice user {user.pk}".encode()).digest(),
        name=user.readable_email,
        display_name=user.get_full_name(),
    )
    options, _state = _server().register_begin(
        person,
        credentials=_descriptors_of(user),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
        challenge=_challenge(state),
    )
    return {"state": state, **dict(options)}


def passkey_made(user: User, state: str, answer: str) -> tuple[Authenticator, str]:
    """Return the passkey that the browser has made, not yet stored, and the nonce to spend with it.

    Raises:
        PasskeyRefused, ChallengeEnded.
    """
    signed = read(state, purpose=ADDING)
    if signed["user"] != user.pk:
        raise _refused()
    made = _checked(lambda: _server().register_complete(_expected(state), _parsed(answer)))
    passkey = Authenticator(
        user=user,
        kind=AuthenticatorKind.PASSKEY,
        credential_id=_text(made.credential_data.credential_id),
        public_key=_text(bytes(made.credential_data)),
        sign_count=made.counter,
    )
    return passkey, signed["nonce"]


def options_for_showing() -> dict[str, Any]:
    """Return what the browser needs to let somebody choose a passkey, and the state to send back."""
    from fido2.webauthn import UserVerificationRequirement

    state = sign({"nonce": new_nonce()}, purpose=SHOWING)
    options, _state = _server().authenticate_begin(
        user_verification=UserVerificationRequirement.REQUIRED, challenge=_challenge(state)
    )
    return {"state": state, **dict(options)}


def sign_in_with_passkey(state: str, answer: str, *, source: Source) -> User:
    """Return whose passkey it is, who may sign in.

    Raises:
        PasskeyRefused: unknown, not signed by it, for another host, or without a look at the person.
        ChallengeEnded: too old, or used already.
        Throttled: too many of these from one place.
    """
    with guessing(None, source=source):
        passkey = _shown(state, answer)
        if not (passkey.user.may_sign_in and passkey.user.is_staff and is_offered()):
            raise _refused()
    return passkey.user


def show_passkey(user: User, state: str, answer: str, *, source: Source) -> None:
    """Check a passkey of somebody who is signed in. Raises PasskeyRefused, ChallengeEnded, Throttled."""
    with guessing(user, source=source):
        if _shown(state, answer).user_id != user.pk:
            raise _refused()


def _shown(state: str, answer: str) -> Authenticator:
    from fido2.webauthn import AttestedCredentialData, AuthenticationResponse

    signed = read(state, purpose=SHOWING)
    shown = _checked(lambda: AuthenticationResponse.from_dict(_parsed(answer)))
    passkey = Authenticator.objects.select_related("user").filter(credential_id=_text(shown.raw_id)).first()
    if passkey is None:
        raise _refused()
    known = [AttestedCredentialData(_bytes(passkey.public_key))]
    _checked(lambda: _server().authenticate_complete(_expected(state), known, shown))
    _note_use(passkey, signed["nonce"], shown.response.authenticator_data.counter)
    return passkey


@write_transaction
def _note_use(passkey: Authenticator, nonce: str, counter: int) -> None:
    """Note its count of signatures, which must rise. Passkeys that devices share do not count: always 0."""
    spend(nonce)
    passkeys = Authenticator.objects.filter(pk=passkey.pk)
    if counter or passkey.sign_count:
        passkeys = passkeys.filter(sign_count__lt=counter)
    if not passkeys.update(sign_count=counter, last_used_at=timezone.now()):
        raise _refused()


def _server() -> "Fido2Server":
    # Imported late: it reads the list of all public suffixes, and most processes never need it.
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    host = host_of_passkeys()
    if host is None:
        raise PasskeyRefused(_("Passkeys need an address with a name: SHOP_URL has none."))
    shop = PublicKeyCredentialRpEntity(name=in_force().name, id=host)
    return Fido2Server(shop, verify_origin=is_passkey_origin)


def _descriptors_of(user: User) -> Any:
    from fido2.webauthn import PublicKeyCredentialDescriptor, PublicKeyCredentialType

    known = user.authenticators.filter(kind=AuthenticatorKind.PASSKEY)
    return [
        PublicKeyCredentialDescriptor(
            type=PublicKeyCredentialType.PUBLIC_KEY, id=_bytes(each.credential_id or "")
        )
        for each in known
    ]


def _challenge(state: str) -> bytes:
    """Return what the browser signs: it follows from the state, so that nothing is kept meanwhile."""
    return sha256(state.encode()).digest()


def _expected(state: str) -> dict[str, Any]:
    return {"challenge": _text(_challenge(state)), "user_verification": "required"}


def _parsed(answer: str) -> Any:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError
    return json.loads(answer)


def _checked(check: Any) -> Any:
    """Run a check of what a stranger may have written; whatever is wrong with it, the passkey is refused."""
    try:
        return check()
    except NotAuthenticated:
        raise
    except Exception as error:
        raise _refused() from error


def _refused() -> PasskeyRefused:
    return PasskeyRefused(
        _("This passkey is not known here, or it did not ask for your finger, face or PIN. Use another way.")
    )


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
