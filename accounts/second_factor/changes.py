"""What every change of somebody's second factors brings: a note, a mail, and the end of all sign-ins."""

from collections.abc import Mapping
from typing import Any

from accounts.actors import Actor
from accounts.history import record
from accounts.mailing.account_mails import tell_of, who
from accounts.models import AccountChange, User
from accounts.tokens.refresh import revoke_everything
from backoffice.db.transactions import write_transaction


@write_transaction
def note_change(
    user: User,
    kind: AccountChange,
    facts: Mapping[str, Any] | None = None,
    *,
    mail: str,
    told: Mapping[str, Any] | None = None,
    by: Actor,
) -> None:
    """Write it into the account's history, mail the person, and end whatever they are signed in with."""
    event = record(user, kind, facts, by=by)
    tell_of(event, mail, {"by": who(by), **(told or {})})
    revoke_everything(user, because=f"second factor: {kind.value}"[:40])
    user.refresh_from_db(fields=["auth_version", "mfa_required_from"])
