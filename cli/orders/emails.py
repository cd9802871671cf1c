"""shopctl orders emails, send-again: what was mailed about an order, and mailing it once more."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.orders.shown import Number, app
from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.console import As, DryRun, Json, Jsonl, Limit, Listing, Yes, columns, show_one
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from accounts.actors import Actor

LISTED = columns("id", "template", "recipient", "state", "created_at=Queued", "sent_at=Sent", "subject")


@verb(
    app,
    "emails",
    examples="""
    shopctl orders emails B-100042
    shopctl orders emails B-100042 --json
    """,
)
def list_emails(number: Number, limit: Limit = None, json: Json = False, jsonl: Jsonl = False) -> None:
    """List the e-mails about an order, newest first."""
    from orders.fulfilment.sending_again import emails_about
    from orders.held_order import order_with_number
    from orders.readers.emails import EMAIL_FIELDS, email_as_data

    rows = emails_about(order_with_number(number)).values(*EMAIL_FIELDS)
    Listing(json, jsonl, limit).show((email_as_data(row, EMAIL_FIELDS, to=None) for row in rows), LISTED)


@verb(
    app,
    "send-again",
    examples="""
    shopctl orders send-again B-100042 --email 17
    shopctl orders send-again B-100042 --email 17 --yes --idempotency-key call-4711
    """,
)
def send_again(
    number: Number,
    email: Annotated[int, typer.Option(metavar="NO", help="See `shopctl orders emails`.")],
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Send one of an order's e-mails again, as a new one to the order's present address.

    It says what is so now: the confirmation what is still ordered, a shipping notice the corrected number.
    """
    from orders.held_order import order_with_number

    by = actor(as_, "outbox.requeue_emailmessage")
    operation = f"send-again {number.strip().upper()} {email} {by}"
    facts = {"email": email, "recipient": order_with_number(number).email}
    question = _("Send e-mail %(email)s again, to %(recipient)s?") % facts
    change = RequestedChange(operation, idempotency_key, dry_run, yes, question)
    show_one(change.made(partial(_send_again, number, email, by=by)), as_json=json)


def _send_again(number: str, email: int, *, by: "Actor") -> dict[str, Any]:
    from orders.fulfilment.sending_again import send_again
    from orders.readers.emails import email_data

    return email_data(send_again(number, email, by=by), to=by.user)
