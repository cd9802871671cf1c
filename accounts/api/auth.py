"""Finds out who asks the API: the bearer of a token, or nobody. Cookies are never looked at.

Ninja's `auth=` takes one of these: `bearer` (signed in, else 401), `optional_bearer` (signed in or nobody; a
bad token is 401), `anyone` (nobody, whatever token is sent: for the operations that hand out tokens). Each
sets `request.user` and `request.auth` and counts the request against the API's rate limit; where an operation
counts more than its request it takes `bearer_counted_later`, and counts all of it in one look.
"""

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security.base import AuthBase

from accounts.actors import Actor
from accounts.models import Source, User
from accounts.tokens.access import read_access_token
from backoffice.api.rate_limit import limit_later, limit_request
from backoffice.errors import NotAuthenticated


class Bearer(AuthBase):
    """RFC 6750: `Authorization: Bearer <access token>`."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_bearerFormat = "JWT"  # noqa: N815

    def __init__(self, limit: Callable[[HttpRequest], object] = limit_request) -> None:
        """Let `limit` count what a signed-in user asks for."""
        super().__init__()
        self.limit = limit

    def __call__(self, request: HttpRequest) -> User | AnonymousUser:
        request.user = AnonymousUser()
        try:
            request.user = self.caller(request)
        except NotAuthenticated:
            # A guessed token counts as a request, too, and is charged to the address.
            limit_request(request)
            raise
        self.limit(request)
        return request.user

    def caller(self, request: HttpRequest) -> User | AnonymousUser:
        return read_access_token(bearer_token(request))


class OptionalBearer(Bearer):
    """A bearer token, or none at all; a bad one is refused like everywhere."""

    def caller(self, request: HttpRequest) -> User | AnonymousUser:
        if "Authorization" not in request.headers:
            return AnonymousUser()
        return super().caller(request)


bearer = Bearer()
bearer_counted_later = Bearer(limit_later)
optional_bearer = OptionalBearer()


def anyone(request: HttpRequest) -> AnonymousUser:
    """Sign in nobody, whatever token is sent: a stale one must not keep a client from fetching a new one."""
    nobody = AnonymousUser()
    request.user = nobody
    limit_request(request)
    return nobody


def bearer_token(request: HttpRequest) -> str:
    """Return the token of the Authorization header.

    Raises:
        NotAuthenticated: there is none.
    """
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAuthenticated(_("Send an access token: Authorization: Bearer …"))
    return token.strip()


def actor_of(request: HttpRequest) -> Actor:
    """Return the signed-in user, acting through the API.

    Raises:
        NotAuthenticated: nobody is signed in.
    """
    if not isinstance(request.user, User):
        raise NotAuthenticated(_("Send an access token: Authorization: Bearer …"))
    return Actor(request.user, Source.API)


def caller_of(request: HttpRequest) -> User:
    """Return the signed-in user.

    Raises:
        NotAuthenticated: nobody is signed in.
    """
    user = actor_of(request).user
    assert user is not None
    return user


def require(request: HttpRequest, permission: str) -> Actor:
    """Return the caller, who must hold `app.codename`.

    Raises:
        NotAuthenticated: nobody is signed in.
        Forbidden: their role does not have it.
    """
    actor = actor_of(request)
    actor.require(permission)
    return actor
