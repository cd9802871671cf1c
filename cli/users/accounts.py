"""shopctl users create, invite, list: who has an account."""

from functools import partial
from typing import Annotated

import typer

from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.completion import ROLES, one_of
from cli.terminal.console import As, FailIfEmpty, Json, Jsonl, Limit, Listing
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _
from cli.users.changes import make, password_from, same_email
from cli.users.shown import LISTED, Email, Generate, PasswordStdin, Role, app


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
