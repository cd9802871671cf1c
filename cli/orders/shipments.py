"""shopctl orders correct-shipment, undo-shipment: what turns out about a shipment afterwards."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.orders.shown import Number, app
from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.console import As, DryRun, Json, Yes, say, show_one, wrong_use
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from accounts.actors import Actor

Reference = Annotated[str, typer.Option("--shipment", metavar="REF", help="Such as B-100042-S1.")]
Quiet = Annotated[bool, typer.Option("--no-mail", help="Do not tell the customer.")]


@verb(
    app,
    "correct-shipment",
    examples="""
    shopctl orders correct-shipment B-100042 --shipment B-100042-S1 --tracking 00340434161094
    shopctl orders correct-shipment B-100042 --shipment B-100042-S1 --carrier DPD --no-mail
    """,
    clearing=("carrier", "tracking"),
)
def correct(
    number: Number,
    shipment: Reference,
    carrier: Annotated[str | None, typer.Option(help="Such as DHL.")] = None,
    tracking: Annotated[str | None, typer.Option(help="The tracking number.")] = None,
    no_mail: Quiet = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Correct the carrier or the tracking number of a shipment.

    What is not named stays as it is. Unless the shipment has arrived, the customer gets an e-mail.
    """
    by = actor(as_, "orders.ship_order")
    if carrier is None and tracking is None:
        wrong_use(_("Name what is to change: --carrier or --tracking."))
    operation = (
        f"correct-shipment {number.strip().upper()} {shipment.strip().upper()} "
        f"{carrier!r} {tracking!r} {no_mail} {by}"
    )
    question = _("Correct %(shipment)s?") % {"shipment": shipment.strip().upper()}
    say_plan = partial(_say_shipment, number, shipment)
    change = RequestedChange(operation, idempotency_key, dry_run, yes, question, say_plan)
    run = partial(_correct, number, shipment, carrier, tracking, notify=not no_mail, by=by)
    show_one(change.made(run), as_json=json)


@verb(
    app,
    "undo-shipment",
    examples="""
    shopctl orders undo-shipment B-100042 --shipment B-100042-S1 --dry-run
    shopctl orders undo-shipment B-100042 --shipment B-100042-S1 --reason "missed the van" --yes
    """,
)
def undo(
    number: Number,
    shipment: Reference,
    reason: Annotated[str, typer.Option(help="Kept in the timeline, and told in the e-mail.")] = "",
    no_mail: Quiet = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Undo a shipment that never left, until it is delivered.

    Its units are on the shelf again, reserved for the order as before; the customer gets an e-mail.
    """
    by = actor(as_, "orders.ship_order")
    operation = f"undo-shipment {number.strip().upper()} {shipment.strip().upper()} {reason!r} {no_mail} {by}"
    question = _("Undo %(shipment)s?") % {"shipment": shipment.strip().upper()}
    say_plan = partial(_say_shipment, number, shipment)
    change = RequestedChange(operation, idempotency_key, dry_run, yes, question, say_plan)
    row = change.made(partial(_undo, number, shipment, reason, notify=not no_mail, by=by))
    show_one(row, as_json=json)


def _say_shipment(number: str, reference: str) -> None:
    """Say how the shipment travels and what is in it; nothing of one that is not there."""
    from orders.models import ShipmentLine

    contents = ShipmentLine.objects.filter(
        shipment__reference=reference.strip().upper(), shipment__order__number=number.strip().upper()
    )
    for each in contents.select_related("shipment", "order_line").order_by("pk"):
        told = filter(None, [each.shipment.reference, each.shipment.carrier, each.shipment.tracking_number])
        say(f"{' '.join(told)}: {each.quantity} × {each.order_line.sku} {each.order_line.name}")


def _correct(
    number: str,
    reference: str,
    carrier: str | None,
    tracking: str | None,
    *,
    notify: bool,
    by: "Actor",
) -> dict[str, Any]:
    from orders.fulfilment.shipments import correct_shipment

    shipment = correct_shipment(
        number, reference, by=by, carrier=carrier, tracking_number=tracking, notify=notify
    )
    row = {"carrier": shipment.carrier, "tracking_number": shipment.tracking_number}
    return {**_row(number, shipment.reference), **row}


def _undo(number: str, reference: str, reason: str, *, notify: bool, by: "Actor") -> dict[str, Any]:
    from orders.fulfilment.shipments import undo_shipment

    shipment = undo_shipment(number, reference, by=by, reason=reason, notify=notify)
    return {**_row(number, shipment.reference), "undone_at": shipment.undone_at}


def _row(number: str, reference: str) -> dict[str, Any]:
    from orders.held_order import order_with_number

    order = order_with_number(number)
    return {"number": order.number, "status": order.status, "shipment": reference}
