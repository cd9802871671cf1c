"""Refresh tokens and the sign-ins that they keep going, after RFC 9700.

Each is good once. A second use of one means that somebody has stolen it, and ends everything that followed
from its sign-in.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from django.conf import settings
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.history import record
from accounts.models import AccountChange, RefreshToken, Source, TokenFamily, User
from accounts.tokens.access import access_token_for, claims_of
from backoffice.db.transactions import write_transaction
from backoffice.errors import NotAuthenticated
from backoffice.requests.addresses import current_address
from backoffice.requests.devices import current_user_agent

# Seconds since then fit in an `auth_version` until 2088.
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a client gets for signing in; `expires_in` is the access token's life in seconds."""

    access: str
    refresh: str
    expires_in: int


@write_transaction
def issue_pair(user: User) -> TokenPair:
    """Begin a new family of tokens: one sign-in on one client."""
    now = timezone.now()
    TokenFamily.objects.filter(user=user, expires_at__lte=now).delete()
    User.objects.filter(pk=user.pk).update(last_login=now)
    family = TokenFamily.objects.create(
        user=user,
        # The version from when the password was checked: what has been revoked since stays revoked.
        auth_version=user.auth_version,
        address=current_address.get()[:45],
        user_agent=current_user_agent.get(),
        created_at=now,
        expires_at=now + settings.REFRESH_FAMILY_LIFETIME,
    )
    return _pair(family, now)


def rotate(refresh: str) -> TokenPair:
    """Return a new pair for a refresh token, which is then used up.

    Call it outside any transaction: the revocation that a replay brings must outlive the refusal.

    Raises:
        NotAuthenticated: unknown, used, expired or revoked, or the user may no longer sign in.
    """
    pair = _rotate(refresh)
    if pair is None:
        raise NotAuthenticated(_("This refresh token is not valid. Sign in again."))
    return pair


def owner_of(refresh: str) -> User | None:
    """Return whose refresh token it is, whether or not it is still good; None when nobody's."""
    token = _find(refresh)
    return token.family.user if token else None


@write_transaction
def _rotate(refresh: str) -> TokenPair | None:
    token = _find(refresh)
    if token is None:
        return None
    now = timezone.now()
    family = token.family
    if not _use_up(token, now):
        # Recorded once: whoever has an old token could fill the history with it.
        if _revoke(TokenFamily.objects.filter(pk=family.pk), "a refresh token was used twice", now):
            record(family.user, AccountChange.REPLAYED, by=Actor(None, Source.API))
        return None
    if not _is_alive(token, now):
        return None
    RefreshToken.objects.filter(family=family, expires_at__lte=now).delete()
    return _pair(family, now)


def _use_up(token: RefreshToken, now: datetime) -> bool:
    """Use the token up, and return whether this call did: the UPDATE decides, so only one of many can."""
    return RefreshToken.objects.filter(pk=token.pk, used_at=None).update(used_at=now) == 1


def _is_alive(token: RefreshToken, now: datetime) -> bool:
    family, user = token.family, token.family.user
    return (
        token.expires_at > now
        and family.expires_at > now
        and family.revoked_at is None
        and family.auth_version == user.auth_version
        and user.is_active
    )


@write_transaction
def revoke_family(refresh: str, *, user: User) -> bool:
    """End the user's sign-in that this refresh token belongs to; leave an unknown or another's alone.

    Returns whether one was ended.
    """
    token = _find(refresh)
    if token is None or token.family.user_id != user.pk:
        return False
    return _revoke(TokenFamily.objects.filter(pk=token.family_id), "signed out", timezone.now())


@write_transaction
def revoke_sign_in(access: str) -> bool:
    """End the sign-in that this access token belongs to; return whether it had not ended before.

    Raises:
        NotAuthenticated: it is not a valid access token.
    """
    family = TokenFamily.objects.filter(pk=claims_of(access).family)
    return _revoke(family, "signed out", timezone.now())


@write_transaction
def revoke_everything(user: User, *, because: str) -> None:
    """Make every access and refresh token of the user worthless, at once."""
    User.objects.filter(pk=user.pk).update(auth_version=F("auth_version") + 1)
    _revoke(TokenFamily.objects.filter(user=user), because, timezone.now())


@write_transaction
def revoke_everybody(*, because: str) -> None:
    """Make every token, session and mailed link worthless, also those that this database knows nothing of.

    A database that was put back to an earlier moment would raise `auth_version` to numbers which it has
    given out before. The clock is ahead of them.
    """
    now = timezone.now()
    ahead = int((now - BEGINNING).total_seconds())
    User.objects.update(auth_version=Greatest(F("auth_version") + 1, ahead))
    _revoke(TokenFamily.objects.all(), because, now)


def living_families(user: User, now: datetime) -> QuerySet[TokenFamily]:
    """Return the sign-ins of clients that still work, the latest first."""
    families = TokenFamily.objects.filter(user=user, auth_version=user.auth_version, revoked_at=None)
    return families.filter(expires_at__gt=now, tokens__expires_at__gt=now).order_by("-id").distinct()


@write_transaction
def end_family(family: TokenFamily) -> None:
    """End one sign-in of a client; its access token ends at once."""
    _revoke(TokenFamily.objects.filter(pk=family.pk), "signed out", timezone.now())


def _find(refresh: str) -> RefreshToken | None:
    return RefreshToken.objects.select_related("family__user").filter(token_hash=_hash(refresh)).first()


def _hash(refresh: str) -> str:
    # A random token of 256 bits needs no slow hash: there is nothing to guess.
    return sha256(refresh.encode(errors="replace")).hexdigest()


def _revoke(families: QuerySet[TokenFamily], because: str, now: datetime) -> bool:
    """Revoke the families, and return whether any of them was still good."""
    return families.filter(revoked_at=None).update(revoked_at=now, revoked_because=because) > 0


def _pair(family: TokenFamily, now: datetime) -> TokenPair:
    refresh = secrets.token_urlsafe(48)
    RefreshToken.objects.create(
        family=family,
        token_hash=_hash(refresh),
        issued_at=now,
        expires_at=min(now + settings.REFRESH_TOKEN_LIFETIME, family.expires_at),
    )
    lifetime = int(settings.ACCESS_TOKEN_LIFETIME.total_seconds())
    return TokenPair(access_token_for(family, now=now, lifetime_seconds=lifetime), refresh, lifetime)
