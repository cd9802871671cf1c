"""Access tokens: short-lived and signed, after RFC 9068 and RFC 8725."""

import time
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import TokenFamily, User
from accounts.tokens.pyjwt import jwt
from backoffice.db.statements import selecting
from backoffice.errors import NotAuthenticated

ALGORITHM = "HS256"
TOKEN_TYPE = "at+jwt"  # noqa: S105
CLIENT_ID = "backoffice-api"
LEEWAY_SECONDS = 10
LONGEST_TOKEN = 4096
REQUIRED_CLAIMS = ["iss", "aud", "sub", "client_id", "exp", "iat", "jti", "sid", "ver"]


@dataclass(frozen=True, slots=True)
class Claims:
    """What an access token says of its bearer, by keys; `expires_at` in seconds since 1970."""

    user: int
    family: int
    version: int
    expires_at: int


def access_token_for(family: TokenFamily, *, now: datetime, lifetime_seconds: int) -> str:
    """Return a signed token that speaks for the family's user."""
    user = family.user
    issued_at = int(now.timestamp())
    claims = {
        "iss": settings.JWT_ISSUER,
        "aud": settings.JWT_AUDIENCE,
        "client_id": CLIENT_ID,
        "sub": str(user.pk),
        "sid": str(family.pk),
        "jti": uuid4().hex,
        "iat": issued_at,
        "exp": issued_at + lifetime_seconds,
        "ver": family.auth_version,
        "email": user.email,
        "name": user.name,
        "roles": list(user.groups.order_by("name").values_list("name", flat=True)),
        "is_staff": user.is_staff,
    }
    kid, key = next(iter(settings.JWT_KEYS.items()))
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"typ": TOKEN_TYPE, "kid": kid})


def read_access_token(token: str) -> User:
    """Return the user whom the token speaks for, with their customer loaded, in one query.

    Raises:
        NotAuthenticated: forged, expired or revoked, or the user may no longer sign in.
    """
    claims = claims_of(token)
    for user in _signed_in(claims.user, claims.version, claims.family):
        return user
    raise _refused()


@selecting
def _signed_in(user: int, version: int, family: int) -> QuerySet[User]:
    return User.objects.select_related("customer").filter(
        pk=user,
        is_active=True,
        auth_version=version,
        token_families__pk=family,
        token_families__revoked_at=None,
    )


def claims_of(token: str) -> Claims:
    """Return what the token says of its bearer.

    Raises:
        NotAuthenticated: forged or expired.
    """
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise _refused()
    claims = _verified(token, tuple(settings.JWT_KEYS.items()), settings.JWT_AUDIENCE, settings.JWT_ISSUER)
    if time.time() >= claims.expires_at + LEEWAY_SECONDS:
        raise _refused()
    return claims


@lru_cache(maxsize=2048)
def _verified(token: str, keys: tuple[tuple[str, str], ...], audience: str, issuer: str) -> Claims:
    """Return the claims of a properly signed token. The signature is checked once, for it does not change.

    Raises:
        NotAuthenticated: the token is not good; this is not remembered.
    """
    try:
        claims = jwt.decode(
            token,
            _key_of(jwt.get_unverified_header(token), dict(keys)),
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": REQUIRED_CLAIMS, "strict_aud": True},
        )
    except jwt.PyJWTError as error:
        raise _refused() from error
    sub, sid, version = claims["sub"], claims["sid"], claims["ver"]
    is_version = type(version) is int and 0 <= version < 2**31
    if not (_is_key(sub) and isinstance(sid, str) and _is_key(sid) and is_version):
        raise _refused()
    return Claims(int(sub), int(sid), version, int(claims["exp"]))


def _is_key(text: str) -> bool:
    """Whether a database can take it for the key of a row."""
    return text.isdecimal() and len(text) <= 18


def _key_of(header: dict[str, Any], keys: dict[str, str]) -> str:
    """Return the key that a token claims to be signed with.

    Raises:
        PyJWTError: it is no access token, or of an unknown key.
    """
    key = keys.get(header.get("kid", ""))
    if header.get("typ") != TOKEN_TYPE or key is None:
        raise jwt.InvalidTokenError
    return key


def _refused() -> NotAuthenticated:
    return NotAuthenticated(_("This access token is not valid, or no longer. Refresh it or sign in again."))
