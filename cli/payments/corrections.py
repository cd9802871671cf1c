"""shopctl payments reverse, move, write-off: correct what was booked, give up what nobody will pay."""

from typing import Annotated, Any

import typer

from cli.payments.ledger import Entry, Number, app
from cli.payments.recording import kept, shown
from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.console import As, DryRun, Json, show_one
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.verbs import verb

Reason = Annotated[str, typer.Option(help="Kept with the entry, and in the timeline.")]


@verb(
    app,
    "reverse",
    examples="""
    shopctl payments reverse 4711 --reason "wrong order"
    """,
)
def reverse_entry(
    entry: Entry,
    reason: Reason,
    dry_run: DryRun = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Take an entry back by its opposite; its reference can then be recorded anew."""
    from orders.payments.corrections import reverse

    by = actor(as_, "orders.record_payment")
    change = RequestedChange(f"reverse {entry} {reason} {by}", idempotency_key, dry_run)
    answer = change.made(lambda: kept(reverse(entry, reason=reason, by=by)))
    show_one(shown(answer, as_json=json), as_json=json)


@verb(
    app,
    "move",
    examples="""
    shopctl payments move 4711 B-100043
    """,
)
def move_entry(
    entry: Entry,
    number: Number,
    reason: Reason = "",
    dry_run: DryRun = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Reverse an entry, and record the same for the order it belongs to."""
    from orders.payments.corrections import move

    by = actor(as_, "orders.record_payment")
    said = f"move {entry} {number.strip().upper()} {reason} {by}"

    def moved() -> dict[str, Any]:
        reversal, recorded = move(entry, number, reason=reason, by=by)
        return {"reversal": kept(reversal), "moved": kept(recorded)}

    answer = RequestedChange(said, idempotency_key, dry_run).made(moved)
    show_one(answer if json else shown(answer["moved"], as_json=False), as_json=json)


@verb(
    app,
    "write-off",
    examples="""
    shopctl payments write-off B-100042 --reason "bank fee"
    """,
)
def write_off_balance(
    number: Number,
    reason: Reason,
    dry_run: DryRun = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Give up what is due, or what is owed, so that nothing is."""
    from orders.payments.corrections import write_off

    by = actor(as_, "orders.record_payment")
    said = f"write-off {number.strip().upper()} {reason} {by}"
    change = RequestedChange(said, idempotency_key, dry_run)
    answer = change.made(lambda: kept(write_off(number, reason=reason, by=by)))
    show_one(shown(answer, as_json=json), as_json=json)
