"""shopctl users: staff accounts, roles and passwords."""

import secrets
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.actors import actor
from cli.console import (
    As,
    FailIfEmpty,
    Json,
    Jsonl,
    Limit,
    Listing,
    Yes,
    columns,
    proceed,
    say,
    show_one,
    wrong_use,
)
from cli.verbs import group, verb

if TYPE_CHECKING:
    from accounts.models import User

app = group("Staff accounts, roles and passwords.")

LISTED = columns("email", "name", "role", "is_active=Active", "last_login")
Role = Annotated[
    str, typer.Option(metavar="ROLE", help="manager, warehouse, support, marketing, viewer or superuser.")
]
RoleName = Annotated[
    str, typer.Argument(metavar="ROLE", help="manager, warehouse, support, marketing, viewer or superuser.")
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
    json: Json = False,
) -> None:
    """Create a member of staff. On a terminal the password is asked for."""
    from accounts.people import create_staff

    by = actor(as_, "accounts.add_user")
    password = _password(from_stdin=password_stdin, generate=generate)
    user = create_staff(email, role=role, password=password, name=name, by=by)
    _show(user, password if generate else None, as_json=json)


@verb(
    app,
    "list",
    examples="""
    shopctl users list
    shopctl users list --role warehouse --json
    """,
)
def list_users(
    role: Annotated[str | None, typer.Option(metavar="ROLE", help="Only those with this role.")] = None,
    customers: Annotated[
        bool, typer.Option("--customers", help="Customers' accounts instead of staff.")
    ] = False,
    limit: Limit = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """List staff accounts."""
    from accounts.models import User

    users = User.objects.filter(is_staff=not customers).order_by("email").prefetch_related("groups")
    if role:
        is_superuser = role.casefold() == "superuser"
        users = users.filter(is_superuser=True) if is_superuser else users.filter(groups__name__iexact=role)
    Listing(json, jsonl, limit, fail_if_empty).show(map(_as_row, users.iterator(500)), LISTED)


@verb(
    app,
    "role",
    examples="""
    shopctl users role ana@example.com manager
    shopctl users role ana@example.com superuser
    """,
)
def set_role(email: Email, role: RoleName, as_: As = None, json: Json = False) -> None:
    """Give somebody exactly this role: manager, warehouse, support, marketing, viewer or superuser."""
    from accounts import people

    by = actor(as_, "accounts.change_user")
    _show(people.set_role(people.user_with_email(email), role, by=by), None, as_json=json)


@verb(
    app,
    "deactivate",
    examples="""
    shopctl users deactivate ana@example.com
    shopctl users deactivate ana@example.com --yes
    """,
)
def deactivate(email: Email, yes: Yes = False, as_: As = None, json: Json = False) -> None:
    """Bar somebody from signing in; whatever they are signed in with stops working."""
    from accounts import people

    by = actor(as_, "accounts.change_user")
    user = people.user_with_email(email)
    proceed(f"Deactivate {user.email}?", yes=yes)
    _show(people.deactivate(user, by=by), None, as_json=json)


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
    json: Json = False,
) -> None:
    """Set somebody's password; whatever they are signed in with stops working."""
    from accounts import people

    by = actor(as_, "accounts.change_user")
    user = people.user_with_email(email)
    password = _password(from_stdin=password_stdin, generate=generate)
    people.set_password(user, password, by=by)
    _show(user, password if generate else None, as_json=json)


def _password(*, from_stdin: bool, generate: bool) -> str:
    if from_stdin and generate:
        wrong_use("Give either --password-stdin or --generate.")
    if generate:
        return secrets.token_urlsafe(15)
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        wrong_use("There is no terminal to ask on: give --password-stdin or --generate.")
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password


def _show(user: "User", generated_password: str | None, *, as_json: bool) -> None:
    row = _as_row(user)
    if generated_password is not None:
        row["password"] = generated_password
        say("Note the password: it is not shown again.")
    show_one(row, as_json=as_json)


def _as_row(user: "User") -> dict[str, Any]:
    roles = ["superuser"] if user.is_superuser else sorted(group.name for group in user.groups.all())
    return {
        "email": user.email,
        "name": user.name,
        "role": ", ".join(roles) or None,
        "is_staff": user.is_staff,
        "is_active": user.is_active,
        "date_joined": user.date_joined,
        "last_login": user.last_login,
    }
