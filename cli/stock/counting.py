"""shopctl stock count: on hand set to what is on the shelf, also below what was promised."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from cli.products.products import Sku
from cli.stock.stock import Note, Quantity, app
from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.console import As, DryRun, Json, Row, Yes, counted, say, show_one
from cli.terminal.idempotency import IdempotencyKey, answer_kept
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from accounts.actors import Actor


@verb(
    app,
    "count",
    examples="""
    shopctl stock count TEA-01 40
    shopctl stock count TEA-01 40 --expected 42
    shopctl stock count TEA-01 3 --cancel-units --dry-run
    """,
)
def count(
    sku: Sku,
    counted: Quantity,
    expected: Annotated[
        int | None, typer.Option(help="What was on hand when you counted; another value refuses.")
    ] = None,
    cancel_units: Annotated[
        bool, typer.Option("--cancel-units", help="Cancel what open orders were promised beyond that.")
    ] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    note: Note = "",
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Set on hand to what was counted on the shelf.

    Fewer than are reserved is refused, unless --cancel-units takes the missing ones from the newest orders.
    """
    by = actor(as_, "catalog.move_stock")
    if cancel_units:
        by.require("orders.cancel_order")
    said = f"count {sku} {counted} {expected} {note} {by}" + " and cancel" * cancel_units
    asked = RequestedChange(said, idempotency_key, dry_run)
    record = partial(_count, sku, counted, expected=expected, note=note, by=by)
    if cancel_units and answer_kept(idempotency_key, said) is None:
        asked, record = _cancelling(sku, counted, record, replace(asked, yes=yes))
    show_one(asked.made(record), as_json=json)


def _count(
    sku: str,
    counted: int,
    *,
    expected: int | None,
    note: str,
    by: "Actor",
    cancelled: "Mapping[str, int] | None" = None,
) -> Row:
    """Count, and cancel the units that are to be `cancelled`, if any are."""
    from catalog import stock
    from catalog.readers.movements import movement_data
    from orders.fulfilment.short_count import cancel_and_count

    if cancelled is None:
        moved = stock.count(sku, counted, by=by, note=note, expected=expected)
    else:
        moved = cancel_and_count(sku, counted, agreed=cancelled, by=by, note=note, expected=expected)
    return movement_data(moved.pk, to=None)


def _cancelling(
    sku: str, on_shelf: int, record: "partial[Row]", asked: RequestedChange
) -> "tuple[RequestedChange, partial[Row]]":
    """Return the count that also cancels the units it cannot serve, which names each before it asks."""
    from catalog.products import product_with_sku
    from orders.fulfilment.short_count import units_to_cancel

    lost = units_to_cancel(product_with_sku(sku), on_shelf)

    def say_lost() -> None:
        for number, units in lost.items():
            say(_("%(number)s loses %(units)s.") % {"number": number, "units": counted(units, "unit")})

    question = _("Cancel %(units)s?") % {"units": counted(sum(lost.values()), "unit")} if lost else ""
    return replace(asked, question=question, say_plan=say_lost), partial(record, cancelled=lost)
