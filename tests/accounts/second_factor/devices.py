"""A phone with an authenticator app, and a passkey that lives in the test."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from time import time
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import sha256
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from accounts.models import Authenticator, User
from accounts.second_factor.factors import add_passkey
from accounts.second_factor.passkeys import options_for_adding
from accounts.second_factor.recovery_codes import replace_codes
from accounts.second_factor.sealing import seal
from accounts.second_factor.totp import hotp, step_at
from tests.factories import CLI

SECRET = b"12345678901234567890"
FLAGS = AuthenticatorData.FLAG
SEEN, PRESENT = FLAGS.UP | FLAGS.UV, FLAGS.UP
ORIGIN = "http://localhost:8000"


def give_app(user: User, secret: bytes = SECRET) -> list[str]:
    """Set an app up that has shown no code yet; return the recovery codes."""
    Authenticator.objects.create(user=user, kind="totp", secret=seal(secret, user=user.pk))
    return replace_codes(user)


def code(ahead: int = 0, *, secret: bytes = SECRET, at: float | None = None) -> str:
    """What the app shows so many steps after this moment."""
    return hotp(secret, step_at(time() if at is None else at) + ahead)


def wrong_code() -> str:
    """A code that the app shows at none of the steps around."""
    near = {code(ahead) for ahead in range(-3, 4)}
    return next(text for number in range(10) if (text := f"{number:06}") not in near)


class SoftPasskey:
    """Does what a browser and an authenticator do; each of its answers can be made wrong."""

    def __init__(self, *, host: str = "localhost", origin: str = ORIGIN, counts: bool = True) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = sha256(self.key.public_key().public_numbers().x.to_bytes(32))
        self.host, self.origin, self.counts, self.count = host, origin, counts, 0

    def made(self, options: dict[str, Any], *, flags: int = SEEN) -> str:
        public = ES256.from_cryptography_key(self.key.public_key())
        held = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        data = self._data(flags | FLAGS.AT, held)
        return self._answer(
            CollectedClientData.TYPE.CREATE,
            options,
            lambda _client: {"attestationObject": text(AttestationObject.create("none", data, {}))},
        )

    def shown(self, options: dict[str, Any], *, flags: int = SEEN) -> str:
        data = self._data(flags)
        return self._answer(
            CollectedClientData.TYPE.GET,
            options,
            lambda client: {
                "authenticatorData": text(data),
                "signature": text(self.key.sign(data + client.hash, ec.ECDSA(SHA256()))),
                "userHandle": None,
            },
        )

    def _data(self, flags: int, held: bytes = b"") -> AuthenticatorData:
        self.count += self.counts
        return AuthenticatorData.create(sha256(self.host.encode()), FLAGS(flags), self.count, held)

    def _answer(self, kind: str, options: dict[str, Any], parts: Any) -> str:
        challenge = urlsafe_b64decode(options["publicKey"]["challenge"] + "==")
        client = CollectedClientData.create(str(kind), challenge, self.origin)
        response = {"clientDataJSON": text(client), **parts(client)}
        return json.dumps(
            {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response}
        )


def text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def give_passkey(user: User, name: str = "Laptop", **options: Any) -> SoftPasskey:
    """Add a passkey to the account, through the use case."""
    passkey, asked = SoftPasskey(**options), options_for_adding(user)
    add_passkey(user, asked["state"], passkey.made(asked), name=name, by=CLI)
    return passkey
