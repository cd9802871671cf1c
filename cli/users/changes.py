"""What the verbs that change an account share: its password, and the change itself."""

import secrets
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import typer

from cli.terminal.changes import RequestedChange
from cli.terminal.console import say, show_one, wrong_use
from cli.terminal.idempotency import answer_kept
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from accounts.models import User


def password_from(*, from_stdin: bool, generate: bool) -> str:
    """Return the password that is typed, read or made. Raises typer.BadParameter when it can be none."""
    if from_stdin and generate:
        wrong_use(_("Give either --password-stdin or --generate."))
    if generate:
        return secrets.token_urlsafe(15)
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        wrong_use(_("There is no terminal to ask on: give --password-stdin or --generate."))
    password: str = typer.prompt(_("Password"), hide_input=True, confirmation_prompt=True, err=True)
    return password


def same_email(email: str) -> str:
    return email.strip().lower()


def make(
    asked: RequestedChange,
    change: "Callable[[], User]",
    generated_password: str | None = None,
    *,
    as_json: bool,
    said: str = "",
) -> None:
    """Make the change and show the user, with the password that was generated for them just now."""
    was_made = answer_kept(asked.key, asked.operation) is not None
    row = asked.made(lambda: _row_of(change()))
    if said:
        say(said)
    if generated_password is not None and was_made:
        say(_("This was done under this key before, and the password is not shown again."))
    elif generated_password is not None:
        # Never kept: who can read the database must not find it.
        row["password"] = generated_password
        say(_("Note the password: it is not shown again."))
    show_one(row, as_json=as_json)


def _row_of(user: "User") -> dict[str, Any]:
    from accounts.readers import USER_COLUMNS, user_as_data, users_with_roles

    return user_as_data(users_with_roles().values(*USER_COLUMNS.values()).get(pk=user.pk))
