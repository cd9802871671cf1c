"""shopctl users history, roles: what happened to an account, and what each role may do."""

from cli.terminal.console import Json, Jsonl, Limit, Listing, columns
from cli.terminal.verbs import verb
from cli.users.shown import Email, app


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
