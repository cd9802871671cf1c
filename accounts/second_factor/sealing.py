"""Encrypts the secrets of authenticator apps, so that a copy of the database makes nobody's codes.

The key comes from SECRET_KEY and the user: a row moved to another account is worth nothing there. What an
earlier key of SECRET_KEY_FALLBACKS sealed can still be read, and is sealed anew when it is used.
"""

from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class Unreadable(Exception):
    """Sealed with a key that the shop does not have: a backup of another shop, or a key that was lost."""


def seal(secret: bytes, *, user: int) -> str:
    return _fernet(settings.SECRET_KEY, user).encrypt(secret).decode()


def unseal(sealed: str, *, user: int) -> tuple[bytes, bool]:
    """Return the secret, and whether an earlier key sealed it. Raises Unreadable."""
    # Imported late, as all of cryptography: most processes never need it.
    from cryptography.fernet import InvalidToken

    for number, key in enumerate((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)):
        try:
            return _fernet(key, user).decrypt(sealed.encode()), number > 0
        except InvalidToken:
            continue
    raise Unreadable


def _fernet(key: str, user: int) -> "Fernet":
    from cryptography.fernet import Fernet

    derived = salted_hmac(f"accounts.second_factor.{user}", "sealing", secret=key, algorithm="sha256")
    return Fernet(urlsafe_b64encode(derived.digest()))
