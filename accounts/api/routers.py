"""Signing in and out, oneself, and the people who work here."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Value, When
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic_core import to_json

from accounts import people, tokens
from accounts.api.auth import actor_of, anyone, bearer_token, require
from accounts.api.schemas import (
    EmailConfirmation,
    Invitation,
    MailSent,
    MyChanges,
    PasswordChange,
    PasswordRequest,
    PasswordReset,
    Refresh,
    Registration,
    SignIn,
    SignOut,
    Tokens,
    UserChanges,
    UserFilters,
    UserList,
    UserOut,
)
from accounts.history import record
from accounts.invitations import invite
from accounts.models import AccountChange, Source, User
from accounts.passwords.choosing import change_password as exchange_password
from accounts.recovery import request_password_link
from accounts.recovery import reset_password as reset
from accounts.registration import confirm_email as confirm
from accounts.registration import register as take_in
from accounts.sign_in.attempts import note_sign_in
from accounts.sign_in.attempts import sign_in as try_to_sign_in
from backoffice.api.addresses import client_address
from backoffice.api.json_reply import Reply, matched_version, rendered
from backoffice.api.pagination import FieldsQuery, Sorting, SortKey, asked_by, chosen_fields
from backoffice.db.transactions import write_transaction

auth_router = Router(tags=["Sign-in"])
users_router = Router(tags=["Users"])

COLUMNS = {
    "id": "id",
    "email": "email",
    "name": "name",
    "role": "role",
    "staff": "is_staff",
    "active": "is_active",
    "created_at": "date_joined",
    "last_login": "last_login",
}
SORTING = Sorting(
    "users",
    {
        "id": SortKey("id"),
        "email": SortKey("email"),
        "name": SortKey("name"),
        "created_at": SortKey("date_joined"),
        "last_login": SortKey("last_login", is_nullable=True),
    },
    usual="email",
)
UNAUTHORIZED = {"responses": {401: {"$ref": "#/components/responses/Unauthorized"}}}


@auth_router.post(
    "/token",
    auth=anyone,
    response=Tokens,
    operation_id="sign_in",
    summary="Sign in",
    openapi_extra=UNAUTHORIZED,
)
def sign_in(request: HttpRequest, body: SignIn) -> HttpResponse:
    """An access token and a refresh token. Five wrong passwords in 15 minutes, and it answers 429."""
    address = client_address(request)
    user = try_to_sign_in(body.email, body.password, address=address)

    @write_transaction
    def let_in() -> tokens.TokenPair:
        note_sign_in(user, address=address, source=Source.API)
        return tokens.issue_pair(user)

    return _told(let_in())


@auth_router.post(
    "/refresh",
    auth=anyone,
    response=Tokens,
    operation_id="refresh_tokens",
    summary="Get new tokens",
    openapi_extra=UNAUTHORIZED,
)
def refresh_tokens(request: HttpRequest, body: Refresh) -> HttpResponse:  # noqa: ARG001
    """A new pair. Each refresh token is good once: using one again ends the whole sign-in."""
    return _told(tokens.rotate(body.refresh))


@auth_router.post("/logout", response={204: None}, operation_id="sign_out", summary="Sign out")
def sign_out(request: HttpRequest, body: SignOut | None = None, everywhere: bool = False) -> HttpResponse:
    """End this sign-in, or with `everywhere` every sign-in of the user. Access tokens fall at once."""
    user = _caller(request)
    has_ended = True
    if everywhere:
        tokens.revoke_everything(user, because="signed out everywhere")
    elif body is not None and body.refresh is not None:
        has_ended = tokens.revoke_family(body.refresh, user=user)
    else:
        has_ended = tokens.revoke_sign_in(bearer_token(request))
    if has_ended:
        record(user, AccountChange.SIGNED_OUT, "everywhere" if everywhere else "", by=actor_of(request))
    return HttpResponse(status=204)


@auth_router.post(
    "/password/change",
    response={204: None},
    operation_id="change_password",
    summary="Change one's password",
)
def change_password(request: HttpRequest, body: PasswordChange) -> HttpResponse:
    """The present password is needed. All tokens fall: sign in again with the new one."""
    exchange_password(_caller(request), old=body.old_password, new=body.new_password, by=actor_of(request))
    return HttpResponse(status=204)


@auth_router.post(
    "/password/forgot",
    auth=anyone,
    response={202: MailSent},
    operation_id="request_password_reset",
    summary="Ask for a link to choose a new password",
)
def request_password_reset(request: HttpRequest, body: PasswordRequest) -> HttpResponse:
    """The answer is the same whether or not there is an account: that is told by mail.

    After five mails an hour to one address it answers 429.
    """
    request_password_link(body.email, address=client_address(request))
    return _mail_sent()


@auth_router.post(
    "/password/reset",
    auth=anyone,
    response={204: None},
    operation_id="reset_password",
    summary="Choose a new password with the token of a mail",
)
def reset_password(request: HttpRequest, body: PasswordReset) -> HttpResponse:
    """The token is good once. All tokens of the user fall: sign in with the new password."""
    reset(body.token, body.new_password, source=Source.API, address=client_address(request))
    return HttpResponse(status=204)


@auth_router.post(
    "/email/confirm",
    auth=anyone,
    response={204: None},
    operation_id="confirm_email",
    summary="Confirm one's e-mail address with the token of a mail",
)
def confirm_email(request: HttpRequest, body: EmailConfirmation) -> HttpResponse:
    """The account works from now on, and earlier guest orders of its address belong to it.

    The password of the registration is asked for once more: else a stranger who registers somebody's address
    would have the account that its owner confirms.
    """
    confirm(body.token, body.password, address=client_address(request))
    return HttpResponse(status=204)


@users_router.post(
    "",
    auth=anyone,
    response={202: MailSent},
    operation_id="register",
    summary="Make an account for oneself",
)
def register(request: HttpRequest, body: Registration) -> HttpResponse:
    """It works once its address is confirmed by the mail that is sent there.

    The answer is the same whether or not there is an account already; its mailbox is told.
    """
    take_in(body.email, body.password, name=body.name, address=client_address(request))
    return _mail_sent()


@users_router.post(
    "/invite", response={201: UserOut}, operation_id="invite_user", summary="Invite a colleague"
)
def invite_user(request: HttpRequest, body: Invitation) -> HttpResponse:
    """They get a role, and a mail with a link to choose their password. Only a superuser invites one."""
    by = require(request, "accounts.add_user")

    @write_transaction
    def run() -> Reply:
        user = invite(body.email, role=body.role, name=body.name, by=by)
        return _person(user.pk, status=201, location=f"/api/v1/users/{user.pk}")

    return run().to(request)


@users_router.get(
    "/me", response=UserOut, operation_id="get_me", summary="Oneself", openapi_extra=asked_by(COLUMNS)
)
def get_me(request: HttpRequest, query: Query[FieldsQuery]) -> HttpResponse:
    return _person(_caller(request).pk, query.fields).to(request)


@users_router.patch("/me", response=UserOut, operation_id="change_me", summary="Change one's name")
def change_me(request: HttpRequest, body: MyChanges) -> HttpResponse:
    """With `If-Match` it is refused when it changed meanwhile."""
    return _edited(request, _caller(request).pk, name=body.name)


@users_router.get(
    "",
    response=UserList,
    operation_id="list_users",
    summary="Users",
    openapi_extra=asked_by(COLUMNS, SORTING),
)
def list_users(request: HttpRequest, filters: Query[UserFilters]) -> HttpResponse:
    """Staff and customers with an account, for who may see users."""
    require(request, "accounts.view_user")
    wanted = chosen_fields(filters.fields, list(COLUMNS))
    page = SORTING.page(_filtered(filters), filters, [COLUMNS[name] for name in wanted])
    return rendered(page.envelope([_shape(row, wanted) for row in page.rows])).to(request)


@users_router.get(
    "/{int:user_id}",
    response=UserOut,
    operation_id="get_user",
    summary="One user",
    openapi_extra=asked_by(COLUMNS),
)
def get_user(request: HttpRequest, user_id: int, query: Query[FieldsQuery]) -> HttpResponse:
    require(request, "accounts.view_user")
    return _person(user_id, query.fields).to(request)


@users_router.patch(
    "/{int:user_id}", response=UserOut, operation_id="change_user", summary="Change a role, or deactivate"
)
def change_user(request: HttpRequest, user_id: int, body: UserChanges) -> HttpResponse:
    """Nobody deactivates themselves or the last superuser. With `If-Match` it is refused when stale."""
    require(request, "accounts.change_user")
    return _edited(request, user_id, role=body.role, is_active=body.active)


def _caller(request: HttpRequest) -> User:
    user = actor_of(request).user
    assert user is not None
    return user


def _told(pair: tokens.TokenPair) -> HttpResponse:
    content = {
        "access": pair.access,
        "refresh": pair.refresh,
        "token_type": "Bearer",
        "expires_in": pair.expires_in,
    }
    # RFC 6749, 5.1: tokens are kept by no cache.
    return HttpResponse(
        to_json(content), content_type="application/json", headers={"Cache-Control": "no-store"}
    )


def _mail_sent() -> HttpResponse:
    content = MailSent(detail="If this address can receive it, a mail is on its way.").model_dump_json()
    return HttpResponse(content, status=202, content_type="application/json")


def _with_roles() -> QuerySet[User]:
    groups = Group.objects.filter(user=OuterRef("pk")).order_by("name").values("name")
    is_superuser = When(is_superuser=True, then=Value(people.SUPERUSER))
    return User.objects.annotate(role=Case(is_superuser, default=Subquery(groups[:1])))


def _filtered(filters: UserFilters) -> QuerySet[User]:
    users = _with_roles()
    for word in (filters.q or "").split():
        users = users.filter(Q(name__icontains=word) | Q(email__icontains=word))
    lookups = {
        "role": filters.role and people.role_named(filters.role),
        "is_staff": filters.staff,
        "is_active": filters.active,
    }
    return users.filter(**{lookup: value for lookup, value in lookups.items() if value is not None})


def _edited(request: HttpRequest, user_id: int, **changes: Any) -> HttpResponse:
    by, expected_version = actor_of(request), matched_version(request)

    @write_transaction
    def run() -> Reply:
        user = people.user_with_id(user_id)
        people.edit_user(user, by=by, expected_version=expected_version, **changes)
        return _person(user_id)

    return run().to(request)


def _person(user_id: int, fields: str | None = None, *, status: int = 200, location: str = "") -> Reply:
    wanted = chosen_fields(fields, list(COLUMNS))
    users = _with_roles().filter(pk=user_id)
    row = users.values(*people.VERSION_FIELDS, *(COLUMNS[name] for name in wanted)).first()
    if row is None:
        raise people.unknown_user(user_id)
    version = people.version_of(*(row[field] for field in people.VERSION_FIELDS))
    return rendered(_shape(row, wanted), status=status, version=version, location=location)


def _shape(row: Mapping[str, Any], wanted: Sequence[str]) -> dict[str, Any]:
    return {name: row[COLUMNS[name]] for name in wanted}
