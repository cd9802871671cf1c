"""shopctl orders ship, deliver: send orders on their way."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from cli.orders.shown import Lines, Number, app, quantities, say_open_units
from cli.terminal.actors import actor
from cli.terminal.console import As, DryRun, FailIfEmpty, Json, Jsonl, Yes, proceed, show_one, wrong_use
from cli.terminal.files import Overwrite, Rejects, opened, refuse_to_replace
from cli.terminal.plans import SkipInvalid
from cli.terminal.row_plans import Asked, RowImport, Words
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from accounts.actors import Actor

SHIP = Words("Ship", "Shipping", "Shipped", {"new": "new", "same": "known already"})


@verb(
    app,
    "ship",
    examples="""
    shopctl orders ship B-100042 --carrier DHL --tracking 00340434161094
    shopctl orders ship B-100042 --line TEA-01=2
    shopctl orders ship --from carrier.csv --carrier DHL --dry-run
    shopctl orders ship --from carrier.csv --skip-invalid --rejects mend-me.csv --yes
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
    skip_invalid: SkipInvalid = False,
    rejects: Rejects = None,
    overwrite: Overwrite = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """Ship what is left of an order, or chosen quantities; with --from, many orders by a carrier's file.

    The customers get an e-mail. The file has the columns number (or order), tracking_number (or tracking)
    and, if it likes, carrier; a row ships all that is left of its order. What each row does is shown first.
    Each order is shipped on its own, and a parcel that is known already changes nothing: the same file may
    be sent again.
    """
    if (number is None) is (from_ is None):
        wrong_use(_("Name one order, or a file with --from."))
    by = actor(as_, "orders.ship_order")
    if number is not None:
        _ship_one(number, lines, carrier, tracking, by=by, dry_run=dry_run, as_json=json)
        return
    if lines or tracking:
        wrong_use(_("--line and --tracking are for one order; a file has a tracking number in each row."))
    assert from_ is not None
    refuse_to_replace(rejects, overwrite=overwrite)
    asked = Asked(from_, skip_invalid, rejects, dry_run, yes, json, jsonl, fail_if_empty)
    _ship_many(asked, carrier, by=by)


def _ship_one(
    number: str,
    lines: list[str] | None,
    carrier: str,
    tracking: str,
    *,
    by: "Actor",
    dry_run: bool,
    as_json: bool,
) -> None:
    from orders.fulfilment.lifecycle import ship_order
    from orders.held_order import order_with_number

    wanted = quantities(lines)
    if dry_run:
        say_open_units(order_with_number(number), wanted)
        proceed("", yes=False, dry_run=True)
    shipment = ship_order(number, by=by, lines=wanted, carrier=carrier, tracking_number=tracking)
    order = order_with_number(number)
    row = {"number": order.number, "status": order.status, "shipment": shipment.reference}
    show_one({**row, "carrier": carrier, "tracking_number": tracking}, as_json=as_json)


def _ship_many(asked: Asked, carrier: str, *, by: "Actor") -> None:
    from backoffice.sheets.reading import MAX_FILE
    from orders.fulfilment.dispatch import dispatch, plan_dispatch, rejected_parcels_csv
    from orders.fulfilment.parcels import read_parcels

    with opened(asked.file, most=MAX_FILE) as stream:
        content = read_parcels(stream, file_name=asked.file, carrier=carrier)
    parcels = RowImport("order", plan_dispatch, partial(dispatch, by=by), rejected_parcels_csv, SHIP)
    parcels.carry_out(content, asked)


@verb(
    app,
    "deliver",
    examples="""
    shopctl orders deliver B-100042
    shopctl orders deliver B-100042 --shipment B-100042-S1
    """,
)
def deliver(
    number: Number,
    shipment: Annotated[str | None, typer.Option(metavar="REF", help="Only this shipment.")] = None,
    as_: As = None,
    json: Json = False,
) -> None:
    """Mark an order's shipments as delivered."""
    from orders.fulfilment.lifecycle import deliver_order
    from orders.held_order import order_with_number

    by = actor(as_, "orders.ship_order")
    deliver_order(number, by=by, shipment=shipment)
    order = order_with_number(number)
    show_one({"number": order.number, "status": order.status}, as_json=json)
