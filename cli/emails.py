"""shopctl emails: what was sent, what waits, what was given up."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.terminal.actors import actor
from cli.terminal.console import (
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
    print_rows,
    proceed,
    wrong_use,
)
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
    state: Annotated[str | None, typer.Option(help="queued, sending, sent, dead or suppressed.")] = None,
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
    shopctl emails requeue --all-dead --yes
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
    json: Json = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """Try given-up e-mails again, from the first attempt on."""
    from backoffice.outbox import queueing
    from backoffice.outbox.models import EmailMessage, EmailState

    actor(as_, "outbox.requeue_emailmessage")
    if bool(numbers) == all_dead:
        wrong_use(_("Give either the numbers of e-mails or --all-dead."))
    wanted = numbers or list(
        EmailMessage.objects.filter(state=EmailState.DEAD).order_by("pk").values_list("pk", flat=True)
    )
    if len(wanted) > 1 or dry_run:
        chosen = EmailMessage.objects.filter(pk__in=wanted).order_by("pk")
        if not json:
            print_rows(map(_as_row, chosen), LISTED)
        proceed(
            _("Send %(emails)s again?") % {"emails": counted(len(wanted), "e-mail")},
            yes=yes,
            dry_run=dry_run,
        )
    requeued = [queueing.requeue(number) for number in wanted]
    Listing(json, limit=0, fail_if_empty=fail_if_empty).show(map(_as_row, requeued), LISTED)


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
