"""shopctl users: staff accounts, roles and passwords."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.completion import ROLES, one_of
from cli.terminal.console import (
    As,
    FailIfEmpty,
    Json,
    Jsonl,
    Limit,
    Listing,
    Yes,
    columns,
)
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.verbs import group, verb
from cli.terminal.words import gettext as _
from cli.user_changes import make, password_from, same_email

if TYPE_CHECKING:
    from accounts.models import User

app = group("Staff accounts, roles and passwords.")  # not translated

LISTED = columns("email", "name", "role", "is_active=Active", "last_login_at")
Role = Annotated[
    str,
    typer.Option(
        metavar="ROLE",
        autocompletion=one_of(*ROLES),
        help="manager, warehouse, support, marketing, viewer or superuser.",
    ),
]
RoleName = Annotated[
    str,
    typer.Argument(
        metavar="ROLE",
        autocompletion=one_of(*ROLES),
        help="manager, warehouse, support, marketing, viewer or superuser.",
    ),
]
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="Their e-mail address.")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, its first line.")
]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password and print it.")]


@verb(
    app,
    "create",
    examples="""
    shopctl users create ana@example.com --role warehouse --name "Ana Moreira"
    pass show shop/ana | shopctl users create ana@example.com --role manager --password-stdin
    """,
)
def create(
    email: Email,
    role: Role,
    name: Annotated[str, typer.Option(help="Their name.")] = "",
    password_stdin: PasswordStdin = False,
    generate: Generate = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Create a member of staff. On a terminal the password is asked for."""
    from accounts.people import create_staff

    by = actor(as_, "accounts.add_user")
    password = password_from(from_stdin=password_stdin, generate=generate)
    asked = RequestedChange(f"users-create {same_email(email)} {role} {name} {by}", idempotency_key)
    create = partial(create_staff, email, role=role, password=password, name=name, by=by)
    make(asked, create, password if generate else None, as_json=json)


@verb(
    app,
    "invite",
    examples="""
    shopctl users invite ana@example.com --role warehouse --name "Ana Moreira"
    shopctl users invite ana@example.com --role support --as boss@example.com
    """,
)
def invite_user(
    email: Email,
    role: Role,
    name: Annotated[str, typer.Option(help="Their name.")] = "",
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Send somebody an e-mail with which they choose their own password."""
    from accounts.invitations import invite

    by = actor(as_, "accounts.add_user")
    asked = RequestedChange(f"users-invite {same_email(email)} {role} {name} {by}", idempotency_key)
    said = _("An invitation is on its way to %(email)s.") % {"email": email.strip()}
    make(asked, partial(invite, email, role=role, name=name, by=by), as_json=json, said=said)


@verb(
    app,
    "list",
    examples="""
    shopctl users list
    shopctl users list --role warehouse --json
    """,
)
def list_users(
    q: Annotated[str | None, typer.Option(help="Words of the name or e-mail address.")] = None,
    role: Annotated[
        str | None,
        typer.Option(metavar="ROLE", autocompletion=one_of(*ROLES), help="Only those with this role."),
    ] = None,
    is_staff: Annotated[
        bool, typer.Option("--staff/--customers", help="Staff, or customers with an account.")
    ] = True,
    is_active: Annotated[
        bool | None, typer.Option("--active/--inactive", help="Who may sign in, or who no longer may.")
    ] = None,
    limit: Limit = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """List staff accounts, or those of customers."""
    from accounts.readers import USER_COLUMNS, UserFilter, user_as_data, users_with_roles

    narrowed = UserFilter(q, role, is_staff, is_active)
    users = narrowed.of(users_with_roles().order_by("email"))
    rows = users.values(*USER_COLUMNS.values()).iterator(500)
    Listing(json, jsonl, limit, fail_if_empty).show(map(user_as_data, rows), LISTED)


@verb(
    app,
    "role",
    examples="""
    shopctl users role ana@example.com manager
    shopctl users role ana@example.com superuser
    """,
)
def set_role(
    email: Email,
    role: RoleName,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Give somebody exactly this role: manager, warehouse, support, marketing, viewer or superuser."""
    from accounts import people

    by = actor(as_, "accounts.change_user")
    asked = RequestedChange(f"users-role {same_email(email)} {role} {by}", idempotency_key)
    make(asked, lambda: people.set_role(people.user_with_email(email), role, by=by), as_json=json)


@verb(
    app,
    "deactivate",
    examples="""
    shopctl users deactivate ana@example.com
    shopctl users deactivate ana@example.com --yes
    """,
)
def deactivate(
    email: Email,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Bar somebody from signing in; whatever they are signed in with stops working."""
    from accounts import people

    by = actor(as_, "accounts.change_user")
    user = people.user_with_email(email)
    question = _("Deactivate %(email)s?") % {"email": user.email}
    asked = RequestedChange(f"users-deactivate {user.pk} {by}", idempotency_key, yes=yes, question=question)
    make(asked, lambda: people.deactivate(user, by=by), as_json=json)


@verb(
    app,
    "activate",
    examples="""
    shopctl users activate ana@example.com
    shopctl users activate ana@example.com --as boss@example.com
    """,
)
def activate(
    email: Email, as_: As = None, idempotency_key: IdempotencyKey = None, json: Json = False
) -> None:
    """Let somebody sign in again, with the role and the password that they had."""
    from accounts import people

    by = actor(as_, "accounts.change_user")
    user = people.user_with_email(email)
    asked = RequestedChange(f"users-activate {user.pk} {by}", idempotency_key)
    make(asked, lambda: people.reactivate(user, by=by), as_json=json)


@verb(
    app,
    "password",
    examples="""
    shopctl users password ana@example.com
    shopctl users password ana@example.com --generate
    """,
)
def set_password(
    email: Email,
    password_stdin: PasswordStdin = False,
    generate: Generate = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Set somebody's password; whatever they are signed in with stops working."""
    from accounts import people

    by = actor(as_, "accounts.change_user")
    user = people.user_with_email(email)
    password = password_from(from_stdin=password_stdin, generate=generate)
    asked = RequestedChange(f"users-password {user.pk} {by}", idempotency_key)

    def change() -> "User":
        people.set_password(user, password, by=by)
        return user

    make(asked, change, password if generate else None, as_json=json)


@verb(
    app,
    "link",
    examples="""
    shopctl users link ana@example.com
    shopctl users link ana@example.com --as boss@example.com
    """,
)
def send_link(
    email: Email, as_: As = None, idempotency_key: IdempotencyKey = None, json: Json = False
) -> None:
    """Send somebody an e-mail to choose a new password with; until then the old one works."""
    from accounts.invitations import send_password_link
    from accounts.people import user_with_email

    by = actor(as_, "accounts.change_user")
    user = user_with_email(email)

    def send() -> "User":
        send_password_link(user, by=by)
        return user

    said = _("A link is on its way to %(email)s.") % {"email": user.email}
    asked = RequestedChange(f"users-link {user.pk} {by}", idempotency_key)
    make(asked, send, as_json=json, said=said)


@verb(
    app,
    "history",
    examples="""
    shopctl users history ana@example.com
    shopctl users history ana@example.com --jsonl | jq -r .what
    """,
)
def history(email: Email, limit: Limit = None, json: Json = False, jsonl: Jsonl = False) -> None:
    """Sign-ins, refusals, exports, and who changed role, activity and password, the newest first."""
    from accounts.people import user_with_email

    events = user_with_email(email).events.select_related("actor").order_by("-id")
    rows = (
        {
            "at": event.at,
            "kind": event.kind,
            "facts": event.facts,
            "what": event.sentence,
            "actor": event.actor.email if event.actor else None,
            "source": event.source,
            "address": event.address or None,
        }
        for event in events.iterator(500)
    )
    Listing(json, jsonl, limit).show(
        rows, columns("at", "what", "actor=By", "source=Through", "address=From")
    )


@verb(
    app,
    "roles",
    examples="""
    shopctl users roles
    shopctl users roles --json
    """,
)
def roles(json: Json = False, jsonl: Jsonl = False) -> None:
    """Tell in words what each role may do, and what it may not."""
    from accounts.roles import ROLES

    rows = ({"role": role.name, "may": role.may, "may_not": role.may_not} for role in ROLES)
    Listing(json, jsonl).show(rows, columns("role", "may", "may_not"))
