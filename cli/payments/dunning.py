"""shopctl payments due, remind: by when orders are to be paid, and whoever has not."""

from typing import Annotated, Any

import typer

from cli.payments.ledger import Number, app, day
from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.console import As, DryRun, Json, show_one
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.verbs import verb


@verb(
    app,
    "due",
    examples="""
    shopctl payments due B-100042 2026-12-14
    shopctl payments due B-100042 none
    """,
)
def due(
    number: Number,
    by_day: Annotated[str, typer.Argument(metavar="DAY", help="The last day to pay in time, or none.")],
    dry_run: DryRun = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Change by when an order is to be paid."""
    from orders.payments.due_dates import set_due_date

    by = actor(as_, "orders.record_payment")
    until = None if by_day.strip().casefold() == "none" else day(by_day, option="DAY")

    def changed() -> dict[str, Any]:
        order = set_due_date(number, until, by=by)
        return {"number": order.number, "due": order.due, "payment_due_on": order.payment_due_on}

    said = f"due {number.strip().upper()} {until} {by}"
    show_one(RequestedChange(said, idempotency_key, dry_run).made(changed), as_json=json)


@verb(
    app,
    "remind",
    examples="""
    shopctl payments remind B-100042
    """,
)
def remind_customer(
    number: Number,
    dry_run: DryRun = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Mail the customer what is due, at most once a day."""
    from orders.payments.reminders import remind

    by = actor(as_, "orders.record_payment")

    def reminded() -> dict[str, Any]:
        event = remind(number, by=by)
        return {"number": event.order.number, "due": event.facts["due"], "due_on": event.facts["due_on"]}

    said = f"remind {number.strip().upper()} {by}"
    show_one(RequestedChange(said, idempotency_key, dry_run).made(reminded), as_json=json)
