"""shopctl stock: how much there is, single changes, and the proof that every unit is accounted for."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.products.products import ProductOptions, Sku
from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.console import (
    FOUND_PROBLEMS,
    As,
    FailIfEmpty,
    Json,
    Jsonl,
    Limit,
    Listing,
    columns,
    counted,
    say,
    show_one,
    wrong_use,
)
from cli.terminal.files import words_of
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.moments import moment
from cli.terminal.options import taking
from cli.terminal.verbs import group, verb
from cli.terminal.words import gettext as _
from cli.terminal.words import ngettext

if TYPE_CHECKING:
    from catalog.models import StockMovement

app = group("Receive, count, adjust and import stock; undo imports; prove every unit.")

LEVELS = columns("sku", "name", "on_hand:n", "reserved:n", "stock:n=Available", "low_stock_at:n=Threshold")
MOVED = columns(
    "at=When",
    "kind",
    "on_hand_delta:n=On hand ±",
    "reserved_delta:n=Reserved ±",
    "on_hand_after:n=On hand",
    "reserved_after:n=Reserved",
    "reason",
    "reference",
    "actor=By",
    "note",
)
PROBLEMS = columns("subject=What", "check", "detail")

Quantity = Annotated[int, typer.Argument(metavar="QTY", help="Units.")]
Note = Annotated[str, typer.Option(help="Kept with the movement.")]


@verb(
    app,
    "show",
    examples="""
    shopctl stock show TEA-01
    shopctl stock show TEA-01 TEA-02 --json
    shopctl products list --category teas | cut -f1 | shopctl stock show - --jsonl
    """,
)
def show_stock(
    skus: Annotated[
        list[str], typer.Argument(metavar="SKU...", help="Products' SKUs. - is standard input, one a line.")
    ],
    json: Json = False,
    jsonl: Jsonl = False,
) -> None:
    """Show on hand, reserved and available of some products."""
    from catalog.products import products_with_skus
    from catalog.readers.products import product_data

    Listing(json, jsonl, limit=0).show(map(product_data, products_with_skus(words_of(skus))), LEVELS)


@verb(
    app,
    "list",
    examples="""
    shopctl stock list --low
    shopctl stock list --low --fail-if-empty --json
    """,
)
@taking(ProductOptions)
def list_stock(
    given: ProductOptions = ProductOptions(),
    limit: Limit = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """List the stock of active products, unless archived ones are asked for."""
    from catalog.models import Product
    from catalog.readers.products import products_as_data

    products = given.filter(usually_active=True).of(Product.objects.order_by("sku_key"))
    Listing(json, jsonl, limit, fail_if_empty).show(products_as_data(products), LEVELS)


@verb(
    app,
    "receive",
    examples="""
    shopctl stock receive TEA-01 12 --note "delivery 4711"
    shopctl stock receive TEA-01 12 --as ana@example.com --idempotency-key delivery-4711
    """,
)
def receive(
    sku: Sku,
    quantity: Quantity,
    note: Note = "",
    reference: Annotated[str, typer.Option(help="Such as a delivery note's number.")] = "",
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Add units that arrived."""
    from catalog import stock

    by = actor(as_, "catalog.move_stock")
    _move(
        lambda: stock.receive(sku, quantity, by=by, note=note, reference=reference),
        said=f"receive {sku} {quantity} {reference} {note} {by}",
        key=idempotency_key,
        as_json=json,
    )


@verb(
    app,
    "adjust",
    examples="""
    shopctl stock adjust TEA-01 -2 --reason damaged --note "wet box"
    shopctl stock adjust TEA-01 +1 --reason found
    """,
    negative_numbers=True,
)
def adjust(
    sku: Sku,
    change: Annotated[str, typer.Argument(metavar="±QTY", help="Such as -2 or +3.")],
    reason: Annotated[
        Literal["correction", "damaged", "lost", "found"],
        typer.Option(case_sensitive=False, help="correction, damaged, lost or found."),
    ],
    note: Note = "",
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Add or take away units for a reason."""
    from catalog import stock

    by = actor(as_, "catalog.move_stock")
    units = _signed(change)
    _move(
        lambda: stock.adjust(sku, units, reason=reason, by=by, note=note),
        said=f"adjust {sku} {units} {reason} {note} {by}",
        key=idempotency_key,
        as_json=json,
    )


@verb(
    app,
    "history",
    examples="""
    shopctl stock history TEA-01 --limit 20
    shopctl stock history TEA-01 --kind adjust --after -30d --jsonl
    """,
)
def history(
    sku: Sku,
    kind: Annotated[
        Literal["receive", "adjust", "count", "reserve", "release", "ship", "restock", "import", "undo"]
        | None,
        typer.Option(metavar="KIND", help="Only those, such as receive, adjust, count or ship."),
    ] = None,
    after: Annotated[str | None, typer.Option(metavar="WHEN", help="Moved then or later.")] = None,
    before: Annotated[str | None, typer.Option(metavar="WHEN", help="Moved before.")] = None,
    limit: Limit = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """List the movements of a product, newest first, each with what was there afterwards."""
    from catalog.models import StockMovement
    from catalog.products import product_with_sku
    from catalog.readers.movements import MovementFilter, movements_as_data

    narrowed = MovementFilter(kind, moment(after, option="after"), moment(before, option="before"))
    movements = narrowed.of(StockMovement.objects.filter(product=product_with_sku(sku)).order_by("-id"))
    Listing(json, jsonl, limit, fail_if_empty).show(movements_as_data(movements, to=None), MOVED)


@verb(
    app,
    "audit",
    examples="""
    shopctl stock audit
    shopctl stock audit --json || echo "something does not add up"
    """,
)
def audit(json: Json = False, jsonl: Jsonl = False) -> None:
    """Prove every unit: the ledger against the balances, and reserved against open orders.

    Prints what does not match, and exits with 4 when something does not.
    """
    from catalog.audit import audit_stock
    from catalog.models import Product
    from orders.audit import audit_orders

    found = [*audit_stock(), *audit_orders()]
    rows = ({"subject": each.subject, "check": each.check, "detail": each.detail} for each in found)
    if found or json:
        Listing(json, jsonl, limit=0).show(rows, PROBLEMS)
    if found:
        say(
            ngettext("%(count)s discrepancy.", "%(count)s discrepancies.", len(found))
            % {"count": f"{len(found):,}"}
        )
        raise typer.Exit(FOUND_PROBLEMS)
    say(
        _("Every unit of %(products)s is accounted for.")
        % {"products": counted(Product.objects.count(), "product")}
    )


def _move(change: "Callable[[], StockMovement]", *, said: str, key: str | None, as_json: bool) -> None:
    from catalog.readers.movements import movement_data

    row = RequestedChange(said, key).made(lambda: movement_data(change().pk, to=None))
    show_one(row, as_json=as_json)


def _signed(text: str) -> int:
    try:
        # A typographic minus, as copied from a document, means a minus, too.
        return int(text.strip().replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        wrong_use(_("%(text)s is not a whole number such as -2 or +3.") % {"text": f"{text!r}"})
