"""Registering, oneself, and the people who work here."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from accounts import people
from accounts.addresses.change import ask_for_somebody
from accounts.api.auth import actor_of, anyone, caller_of, require
from accounts.api.replies import mail_sent
from accounts.api.schemas import (
    Invitation,
    MailSent,
    MyChanges,
    NewEmail,
    Registration,
    UserChanges,
    UserFilters,
    UserList,
    UserOut,
)
from accounts.invitations import invite
from accounts.models import User
from accounts.readers import USER_COLUMNS, UserFilter, user_as_data, users_with_roles
from accounts.registration import register as take_in
from backoffice.api.pagination import FieldsQuery, Sorting, SortKey, asked_by, chosen_fields
from backoffice.db.transactions import write_transaction
from backoffice.requests.addresses import client_address
from backoffice.requests.json_reply import Reply, matched_version, rendered

users_router = Router(tags=["Users"])

SORTING = Sorting(
    "users",
    {
        "id": SortKey("id"),
        "email": SortKey("email"),
        "name": SortKey("name"),
        "created_at": SortKey("created_at"),
        "last_login_at": SortKey("last_login", is_nullable=True),
    },
    usual="email",
)


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
    take_in(
        body.email, body.password, name=body.name, language=body.language, address=client_address(request)
    )
    return mail_sent()


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
    "/me", response=UserOut, operation_id="get_me", summary="Oneself", openapi_extra=asked_by(USER_COLUMNS)
)
def get_me(request: HttpRequest, query: Query[FieldsQuery]) -> HttpResponse:
    return _person(caller_of(request).pk, query.fields).to(request)


@users_router.patch(
    "/me", response=UserOut, operation_id="change_me", summary="Change one's name or language"
)
def change_me(request: HttpRequest, body: MyChanges) -> HttpResponse:
    """With `If-Match` it is refused when it changed meanwhile."""
    return _edited(request, caller_of(request).pk, **body.changes())


@users_router.get(
    "",
    response=UserList,
    operation_id="list_users",
    summary="Users",
    openapi_extra=asked_by(USER_COLUMNS, SORTING),
)
def list_users(request: HttpRequest, filters: Query[UserFilters]) -> HttpResponse:
    """Staff and customers with an account, for who may see users."""
    require(request, "accounts.view_user")
    wanted = chosen_fields(filters.fields, list(USER_COLUMNS))
    page = SORTING.page(_filtered(filters), filters, [USER_COLUMNS[name] for name in wanted])
    return rendered(page.envelope([user_as_data(row, wanted) for row in page.rows])).to(request)


@users_router.get(
    "/{int:user_id}",
    response=UserOut,
    operation_id="get_user",
    summary="One user",
    openapi_extra=asked_by(USER_COLUMNS),
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
    return _edited(request, user_id, role=body.role, is_active=body.is_active)


@users_router.post(
    "/{int:user_id}/email",
    response={202: MailSent},
    operation_id="change_email_of_user",
    summary="Give somebody another e-mail address",
)
def change_email(request: HttpRequest, user_id: int, body: NewEmail) -> HttpResponse:
    """For a mailbox that is lost: the new one confirms; the old one is told, and may stop it until then."""
    by = require(request, "accounts.change_user")
    ask_for_somebody(people.user_with_id(user_id), body.email, by=by)
    return mail_sent()


def _filtered(filters: UserFilters) -> QuerySet[User]:
    narrowed = UserFilter(filters.q, filters.role, filters.is_staff, filters.is_active)
    return narrowed.of(users_with_roles())


def _edited(request: HttpRequest, user_id: int, **changes: Any) -> HttpResponse:
    by, expected_version = actor_of(request), matched_version(request)

    @write_transaction
    def run() -> Reply:
        user = people.user_with_id(user_id)
        people.edit_user(user, by=by, expected_version=expected_version, **changes)
        return _person(user_id)

    return run().to(request)


def _person(user_id: int, fields: str | None = None, *, status: int = 200, location: str = "") -> Reply:
    wanted = chosen_fields(fields, list(USER_COLUMNS))
    users = users_with_roles().filter(pk=user_id)
    row = users.values(*people.VERSION_FIELDS, *(USER_COLUMNS[name] for name in wanted)).first()
    if row is None:
        raise people.unknown_user(user_id)
    version = people.version_of(*(row[field] for field in people.VERSION_FIELDS))
    return rendered(user_as_data(row, wanted), status=status, version=version, location=location)
