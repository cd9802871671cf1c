"""shopctl orders ship, deliver: send orders on their way."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.orders.shown import Lines, Number, app, as_text, quantities, say_open_units
from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.console import As, DryRun, FailIfEmpty, Json, Jsonl, Yes, show_one, wrong_use
from cli.terminal.files import Overwrite, Rejects, opened, refuse_rejects
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.plans import SkipInvalid
from cli.terminal.row_plans import Asked, RowImport, Words
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from accounts.actors import Actor

SHIP = Words("Ship", "Shipping", "Shipped", {"new": "new", "same": "known already"})


Unpaid = Annotated[bool, typer.Option("--unpaid", help="Ship it although it is held until it is paid.")]


@verb(
    app,
    "ship",
    examples="""
    shopctl orders ship B-100042 --carrier DHL --tracking 00340434161094 --yes
    shopctl orders ship B-100042 --line TEA-01=2 --dry-run
    shopctl orders ship B-100042 --yes --idempotency-key parcel-4711
    shopctl orders ship --from carrier.csv --carrier DHL --dry-run
    shopctl orders ship --from carrier.csv --skip-invalid --rejects rejected.csv --yes
    """,
)
def ship(
    number: Annotated[
        str | None, typer.Argument(metavar="[NUMBER]", help="An order's number, such as B-100042.")
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="A carrier's CSV or XLSX; - is standard input."),
    ] = None,
    lines: Lines = None,
    carrier: Annotated[str, typer.Option(help="Such as DHL. With --from, of the rows that name none.")] = "",
    tracking: Annotated[str, typer.Option(help="The tracking number.")] = "",
    unpaid: Unpaid = False,
    skip_invalid: SkipInvalid = False,
    rejects: Rejects = None,
    overwrite: Overwrite = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """Ship what is left of an order, or chosen quantities; with --from, many orders by a carrier's file.

    The customers get an e-mail. The file has the columns number (or order), tracking_number (or tracking)
    and, if it likes, carrier; a row ships all that is left of its order. What each row does is shown first.
    Each order is shipped on its own; a parcel that is known changes nothing, so a file may be sent again.
    """
    if (number is None) is (from_ is None):
        wrong_use(_("Name one order, or a file with --from."))
    by = actor(as_, "orders.ship_order")
    if number is not None:
        wanted = quantities(lines)
        parcel = _Parcel(number, wanted, carrier, tracking, unpaid)
        operation = f"ship {number.strip().upper()} {as_text(wanted)} {carrier} {tracking} {unpaid} {by}"
        show_one(_ship_one(parcel, operation, idempotency_key, by, dry_run=dry_run, yes=yes), as_json=json)
        return
    if lines or tracking or unpaid:
        wrong_use(_("--line, --tracking and --unpaid are for one order; a file has a parcel in each row."))
    assert from_ is not None
    refuse_rejects(rejects, overwrite=overwrite)
    operation = f"ship {carrier} {by}"
    asked = Asked(
        from_, skip_invalid, rejects, dry_run, yes, json, jsonl, fail_if_empty, idempotency_key, operation
    )
    _ship_many(asked, carrier, by=by)


@dataclass(frozen=True, slots=True)
class _Parcel:
    """What is to be shipped of which order, and how."""

    number: str
    lines: Mapping[str, int] | None
    carrier: str
    tracking: str
    unpaid: bool

    def say_plan(self) -> None:
        from orders.held_order import order_with_number

        say_open_units(order_with_number(self.number), self.lines)

    def ship(self, by: "Actor") -> dict[str, Any]:
        from orders.fulfilment.lifecycle import ship_order
        from orders.held_order import order_with_number

        shipment = ship_order(
            self.number,
            by=by,
            lines=self.lines,
            carrier=self.carrier,
            tracking_number=self.tracking,
            unpaid=self.unpaid,
        )
        order = order_with_number(self.number)
        row = {"number": order.number, "status": order.status, "shipment": shipment.reference}
        return {**row, "carrier": shipment.carrier, "tracking_number": shipment.tracking_number}


def _ship_one(
    parcel: _Parcel, operation: str, key: str | None, by: "Actor", *, dry_run: bool, yes: bool
) -> dict[str, Any]:
    question = _("Ship these units of %(number)s?") % {"number": parcel.number.strip().upper()}
    change = RequestedChange(operation, key, dry_run, yes, question, parcel.say_plan)
    return change.made(partial(parcel.ship, by))


def _ship_many(asked: Asked, carrier: str, *, by: "Actor") -> None:
    from backoffice.sheets.reading import MAX_FILE
    from orders.fulfilment.dispatch import dispatch, plan_dispatch, rejected_parcels_csv
    from orders.fulfilment.parcels import read_parcels

    with opened(asked.file, most=MAX_FILE) as stream:
        content = read_parcels(stream, file_name=asked.file, carrier=carrier)
    ship_all = partial(dispatch, by=by)
    parcels = RowImport("order", plan_dispatch, ship_all, rejected_parcels_csv, SHIP, by_itself=True)
    parcels.carry_out(content, asked)


@verb(
    app,
    "deliver",
    examples="""
    shopctl orders deliver B-100042
    shopctl orders deliver B-100042 --shipment B-100042-S1 --idempotency-key delivered-4711
    """,
)
def deliver(
    number: Number,
    shipment: Annotated[str | None, typer.Option(metavar="REF", help="Only this shipment.")] = None,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Mark an order's shipments as delivered."""
    by = actor(as_, "orders.ship_order")
    operation = f"deliver {number.strip().upper()} {shipment} {by}"
    show_one(
        RequestedChange(operation, idempotency_key).made(partial(_deliver, number, shipment, by)),
        as_json=json,
    )


def _deliver(number: str, shipment: str | None, by: "Actor") -> dict[str, Any]:
    from orders.fulfilment.lifecycle import deliver_order
    from orders.held_order import order_with_number

    deliver_order(number, by=by, shipment=shipment)
    order = order_with_number(number)
    return {"number": order.number, "status": order.status}
