"""shopctl users role, deactivate, activate, password, link, email, erase: their rights and sign-ins."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.console import As, DryRun, Json, Yes, show_one
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _
from cli.users.changes import make, password_from, same_email
from cli.users.shown import Email, Generate, PasswordStdin, RoleName, app

if TYPE_CHECKING:
    from accounts.models import User


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
    "email",
    examples="""
    shopctl users email ana@example.com ana.moreira@example.com
    shopctl users email ana@example.com ana@example.org --as boss@example.com
    """,
)
def change_email(
    email: Email,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The new e-mail address, which confirms it.")],
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Give somebody another e-mail address, once its mailbox has confirmed it.

    The old one is told, and may stop it until then. Everything that is signed in is signed out.
    """
    from accounts.addresses.change import ask_for_somebody
    from accounts.people import user_with_email

    by = actor(as_, "accounts.change_user")
    user = user_with_email(email)

    def ask() -> "User":
        ask_for_somebody(user, new, by=by)
        return user

    said = _("A link is on its way to %(email)s.") % {"email": new.strip()}
    asked = RequestedChange(f"users-email {user.pk} {new!r} {by}", idempotency_key)
    make(asked, ask, as_json=json, said=said)


@verb(
    app,
    "erase",
    examples="""
    shopctl users erase ana@example.com --dry-run
    shopctl users erase ana@example.com --yes --as boss@example.com
    """,
)
def erase(
    email: Email,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Erase a colleague who has left: name, address, password and sign-ins. It cannot be undone.

    What they did stays in all histories, as that of a former colleague. The account must be deactivated. A
    customer's account is erased with `shopctl customers erase`.
    """
    from accounts import people
    from accounts.privacy.colleagues import erase_user

    by = actor(as_, "accounts.erase_customer")
    by.require("accounts.change_user")
    asked = RequestedChange(
        f"users-erase {same_email(email)} {by}",
        idempotency_key,
        dry_run=dry_run,
        yes=yes,
        question=_("Erase %(email)s for good? Nobody can undo it.") % {"email": email},
    )
    done = asked.made(lambda: {"user": erase_user(people.user_with_email(email), by=by)})
    show_one(done, as_json=json)
