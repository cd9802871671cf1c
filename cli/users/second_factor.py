"""shopctl users mfa show, reset: what somebody shows beside their password, and removing it."""

from typing import TYPE_CHECKING

from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.console import As, Json, Jsonl, Listing, Yes, columns
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.verbs import group, verb
from cli.terminal.words import gettext as _
from cli.users.changes import make
from cli.users.shown import Email, app

if TYPE_CHECKING:
    from accounts.models import User

mfa = group("Second factors: look at them, remove them.")  # not translated
app.add_typer(mfa, name="mfa")


@verb(
    mfa,
    "show",
    examples="""
    shopctl users mfa show ana@example.com
    shopctl users mfa show ana@example.com --json
    """,
)
def show(email: Email, json: Json = False, jsonl: Jsonl = False) -> None:
    """List somebody's authenticator app, passkeys and how many recovery codes are left."""
    from accounts.people import user_with_email
    from accounts.second_factor.recovery_codes import codes_left

    user = user_with_email(email)
    rows = [
        {
            "kind": factor.kind,
            "name": str(factor),
            "created_at": factor.created_at,
            "last_used_at": factor.last_used_at,
        }
        for factor in user.authenticators.order_by("pk")
    ]
    if rows:
        left = {"kind": "recovery_codes", "name": _("%(left)s left") % {"left": codes_left(user)}}
        rows.append({**left, "created_at": None, "last_used_at": None})
    Listing(json, jsonl).show(rows, columns("kind", "name", "created_at", "last_used_at"))


@verb(
    mfa,
    "reset",
    examples="""
    shopctl users mfa reset ana@example.com
    shopctl users mfa reset ana@example.com --yes --as boss@example.com
    """,
)
def reset(
    email: Email,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Remove all second factors of somebody who has lost them; they are told by e-mail.

    Then the password alone lets them in. Where SHOP_MFA is required, their next sign-in sets up a new one.
    """
    from accounts.people import user_with_email
    from accounts.second_factor.factors import reset_factors

    by = actor(as_, "accounts.change_user")
    user = user_with_email(email)

    def run() -> "User":
        reset_factors(user, by=by)
        return user

    question = _("Remove all second factors of %(email)s?") % {"email": user.email}
    asked = RequestedChange(f"users-mfa-reset {user.pk} {by}", idempotency_key, yes=yes, question=question)
    make(asked, run, as_json=json)
