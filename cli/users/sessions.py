"""shopctl users sessions, sign-out: where somebody is signed in, and ending that."""

from typing import TYPE_CHECKING

from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.console import As, Json, Jsonl, Limit, Listing, columns
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _
from cli.users.changes import make
from cli.users.shown import Email, app

if TYPE_CHECKING:
    from accounts.models import User


@verb(
    app,
    "sessions",
    examples="""
    shopctl users sessions ana@example.com
    shopctl users sessions ana@example.com --json
    """,
)
def sessions(email: Email, limit: Limit = None, json: Json = False, jsonl: Jsonl = False) -> None:
    """List the browsers and programs that somebody is signed in with."""
    from accounts.people import user_with_email
    from accounts.readers import client_as_data
    from accounts.sign_in.clients import clients_of

    rows = map(client_as_data, clients_of(user_with_email(email)))
    Listing(json, jsonl, limit).show(
        rows, columns("device", "address=From", "created_at=Since", "last_seen_at")
    )


@verb(
    app,
    "sign-out",
    examples="""
    shopctl users sign-out ana@example.com
    shopctl users sign-out ana@example.com --as boss@example.com
    """,
)
def sign_out(
    email: Email, as_: As = None, idempotency_key: IdempotencyKey = None, json: Json = False
) -> None:
    """Sign somebody out everywhere; they sign in again with the password that they have."""
    from accounts.people import user_with_email
    from accounts.sign_in.clients import sign_out_everywhere

    by = actor(as_, "accounts.change_user")
    user = user_with_email(email)

    def end() -> "User":
        sign_out_everywhere(user, by=by)
        return user

    said = _("%(email)s is signed out everywhere.") % {"email": user.email}
    asked = RequestedChange(f"users-sign-out {user.pk} {by}", idempotency_key)
    make(asked, end, as_json=json, said=said)
