"""shopctl emails: what was sent, what waits, what was given up."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.completion import MAIL_STATES, one_of
from cli.terminal.console import (
    REFUSED,
    As,
    DryRun,
    FailIfEmpty,
    Json,
    Jsonl,
    Limit,
    Listing,
    Yes,
    columns,
    counted,
    say,
    wrong_use,
)
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.plans import ROWS_SHOWN
from cli.terminal.verbs import group, verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from backoffice.outbox.models import EmailMessage

app = group("Look at e-mails; send given-up ones again.")  # not translated

LISTED = columns("id", "state", "template", "recipient", "cause", "attempts:n", "created_at", "error")


@verb(
    app,
    "list",
    examples="""
    shopctl emails list --state dead
    shopctl emails list --state queued --fail-if-empty --jsonl
    """,
)
def list_emails(
    state: Annotated[
        str | None,
        typer.Option(
            autocompletion=one_of(*MAIL_STATES), help="queued, sending, sent, dead, suppressed or withdrawn."
        ),
    ] = None,
    recipient: Annotated[
        str | None, typer.Option(metavar="EMAIL", help="Only those to this address.")
    ] = None,
    limit: Limit = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """List e-mails, newest first."""
    from backoffice.email_addresses import normalised_email
    from backoffice.outbox.models import EmailMessage, EmailState

    messages = EmailMessage.objects.order_by("-pk")
    if state:
        if state.casefold() not in EmailState.values:
            wrong_use(
                _("%(state)s is no state: %(values)s.")
                % {"state": repr(state), "values": ", ".join(EmailState.values)}
            )
        messages = messages.filter(state=state.casefold())
    if recipient:
        messages = messages.filter(recipient=normalised_email(recipient))
    messages = messages.defer("text", "html", "context")
    Listing(json, jsonl, limit, fail_if_empty).show(map(_as_row, messages.iterator(2_000)), LISTED)


@verb(
    app,
    "requeue",
    examples="""
    shopctl emails requeue 17
    shopctl emails requeue --all-dead --yes --idempotency-key after-the-outage
    """,
)
def requeue(
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="NO...", help="See `shopctl emails list`.")
    ] = None,
    all_dead: Annotated[bool, typer.Option("--all-dead", help="All that were given up.")] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """Try given-up e-mails again, from the first attempt on: each that can be.

    Those that cannot are named, and the exit code is 1 then.
    """
    by = actor(as_, "outbox.requeue_emailmessage")
    if bool(numbers) == all_dead:
        wrong_use(_("Give either the numbers of e-mails or --all-dead."))
    operation = f"requeue {sorted(set(numbers or ()))} {all_dead} {by}"
    asked = RequestedChange(operation, idempotency_key, dry_run)
    wanted = list(dict.fromkeys(numbers or _dead()))
    if len(wanted) > 1 or dry_run:
        question = _("Send %(emails)s again?") % {"emails": counted(len(wanted), "e-mail")}
        asked = replace(asked, question=question, yes=yes, say_plan=partial(_say_plan, wanted))
    answer = asked.made(partial(_requeued, wanted))
    Listing(json, jsonl, limit=0, fail_if_empty=fail_if_empty).show(answer["requeued"], LISTED)
    for refusal in answer["refused"]:
        say(refusal)
    if answer["refused"]:
        raise typer.Exit(REFUSED)


def _dead() -> list[int]:
    from backoffice.outbox.models import EmailMessage, EmailState

    dead = EmailMessage.objects.filter(state=EmailState.DEAD)
    return list(dead.order_by("pk").values_list("pk", flat=True))


def _say_plan(wanted: Sequence[int]) -> None:
    from backoffice.outbox.models import EmailMessage

    for message in EmailMessage.objects.filter(pk__in=wanted).order_by("pk")[:ROWS_SHOWN]:
        say(f"{message.pk}: {message.template}, {message.recipient}")
    if len(wanted) > ROWS_SHOWN:
        say(_("… and %(count)s more.") % {"count": f"{len(wanted) - ROWS_SHOWN:,}"})


def _requeued(wanted: Sequence[int]) -> dict[str, list[Any]]:
    """Send each again that can be; return those, and why the others are not."""
    from backoffice.db.transactions import write_transaction
    from backoffice.errors import Refusal
    from backoffice.outbox import queueing

    @write_transaction
    def requeue_each() -> dict[str, list[Any]]:
        answer: dict[str, list[Any]] = {"requeued": [], "refused": []}
        for number in wanted:
            try:
                answer["requeued"].append(_as_row(queueing.requeue(number)))
            except Refusal as refusal:
                facts = {"number": number, "reason": refusal.detail}
                answer["refused"].append(_("No. %(number)s: %(reason)s") % facts)
        return answer

    return requeue_each()


def _as_row(message: "EmailMessage") -> dict[str, Any]:
    return {
        "id": message.pk,
        "state": message.state,
        "template": message.template,
        "recipient": message.recipient,
        "cause": message.cause,
        "subject": message.subject,
        "attempts": message.attempts,
        "next_attempt_at": message.next_attempt_at,
        "created_at": message.created_at,
        "sent_at": message.sent_at,
        "error": message.reason,
    }
