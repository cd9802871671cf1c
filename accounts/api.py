"""Signing in and out, oneself, and the people who work here."""

from django.http import HttpRequest
from ninja import Router, Status

from accounts import people, tokens
from accounts.auth import actor_of, anyone, bearer_token, require
from accounts.models import User
from accounts.schemas import MyChanges, PasswordChange, Person, Refresh, SignIn, SignOut, Tokens, UserChanges
from backoffice.throttling import client_address

auth_router = Router(tags=["Sign-in"])
users_router = Router(tags=["Users"])


@auth_router.post("/token", auth=anyone, response=Tokens, operation_id="sign_in", summary="Sign in")
def sign_in(request: HttpRequest, body: SignIn) -> Tokens:
    """An access token and a refresh token. Five wrong passwords in 15 minutes answer 429."""
    user = people.sign_in(body.email, body.password, address=client_address(request))
    return Tokens.of(tokens.issue_pair(user))


@auth_router.post(
    "/refresh", auth=anyone, response=Tokens, operation_id="refresh_tokens", summary="Get new tokens"
)
def refresh_tokens(request: HttpRequest, body: Refresh) -> Tokens:  # noqa: ARG001
    """A new pair. Each refresh token is good once: using one again ends the whole sign-in."""
    return Tokens.of(tokens.rotate(body.refresh))


@auth_router.post("/logout", response={204: None}, operation_id="sign_out", summary="Sign out")
def sign_out(request: HttpRequest, body: SignOut | None = None, everywhere: bool = False) -> Status[None]:
    """End this sign-in, or with `everywhere` every sign-in of the user. Access tokens fall at once."""
    user = _caller(request)
    if everywhere:
        tokens.revoke_everything(user, because="signed out everywhere")
    elif body is not None and body.refresh is not None:
        tokens.revoke_family(body.refresh, user=user)
    else:
        tokens.revoke_sign_in(bearer_token(request))
    return Status(204, None)


@auth_router.post(
    "/password/change",
    response={204: None},
    operation_id="change_password",
    summary="Change one's password",
)
def change_password(request: HttpRequest, body: PasswordChange) -> Status[None]:
    """The present password is needed. All tokens fall: sign in again with the new one."""
    people.change_password(
        _caller(request), old=body.old_password, new=body.new_password, by=actor_of(request)
    )
    return Status(204, None)


@users_router.get("/me", response=Person, operation_id="get_me", summary="Oneself")
def get_me(request: HttpRequest) -> Person:
    return Person.of(_caller(request))


@users_router.patch("/me", response=Person, operation_id="change_me", summary="Change one's name")
def change_me(request: HttpRequest, body: MyChanges) -> Person:
    return Person.of(people.rename(_caller(request), body.name))


@users_router.patch(
    "/{int:user_id}", response=Person, operation_id="change_user", summary="Change a role or deactivate"
)
def change_user(request: HttpRequest, user_id: int, body: UserChanges) -> Person:
    """Needs the right to change users. Nobody deactivates themselves or the last superuser."""
    by = require(request, "accounts.change_user")
    user = people.user_with_id(user_id)
    return Person.of(people.edit_user(user, role=body.role, is_active=body.active, by=by))


def _caller(request: HttpRequest) -> User:
    user = actor_of(request).user
    assert user is not None
    return user
