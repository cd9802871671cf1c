"""shopctl stock export, template, imports, undo: files handed out, and the imports there were."""

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from cli.products.products import ProductOptions
from cli.stock.stock import app
from cli.terminal.actors import actor
from cli.terminal.console import (
    EMPTY,
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
    print_json,
    proceed,
    say,
)
from cli.terminal.file_imports import ImportOptions
from cli.terminal.files import FileKind, Output, Overwrite, kind_of, refuse_to_replace, write_table
from cli.terminal.options import taking
from cli.terminal.plans import SkipInvalid
from cli.terminal.progress import bar
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from accounts.actors import Actor

LISTED = columns(
    "number", "state", "mode", "file_name=File", "changes:n", "problems:n", "applied_at", "applied_by"
)
UNDONE = columns("sku", "now:n", "after:n", "change:n")


class _RolledBack(Exception):
    """Ends the transaction of a dry run."""


@verb(
    app,
    "export",
    examples="""
    shopctl stock export --output count.csv
    shopctl stock export --category lanterns --output lanterns.xlsx
    shopctl stock export --low > low.csv
    """,
)
@taking(ProductOptions)
def export(
    output: Output = None,
    kind: FileKind = None,
    overwrite: Overwrite = False,
    given: ProductOptions = ProductOptions(),
    every: Annotated[bool, typer.Option("--all", help="Archived products too.")] = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """Write what is on hand as a sheet to count by, which `stock import --mode count` takes back.

    Correct the column quantity. The column expected keeps what was on hand: a product that is sold or
    received in the meantime is refused by name instead of being overwritten.
    """
    from catalog.models import Product
    from catalog.stock_import.count_sheet import count_sheet

    kind = kind_of(output, kind)
    refuse_to_replace(output, overwrite=overwrite)
    products = given.filter(usually_active=None if every else True).of(Product.objects.all())
    with bar("Exporting", total := products.count()) as watched:
        sheet = count_sheet(watched.follow(products.order_by("sku_key").iterator(2_000)))
    write_table(output, sheet, kind, said=counted(total, "product"))
    if fail_if_empty and not total:
        raise typer.Exit(EMPTY)


@verb(app, "template", examples="shopctl stock template > stock.csv")
def template() -> None:
    """Print an empty file with the columns that an import understands."""
    from catalog.stock_import import template_csv

    sys.stdout.write(template_csv())


@verb(
    app,
    "imports",
    examples="""
    shopctl stock imports
    shopctl stock imports --state applied --mode receive --limit 10
    shopctl stock imports --all --json
    """,
)
@taking(ImportOptions)
def list_imports(
    given: ImportOptions = ImportOptions(),
    mode: Annotated[
        Literal["count", "receive"] | None, typer.Option(help="Only those: count or receive.")
    ] = None,
    limit: Limit = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """List stock imports, newest first; plans that were not applied only when they are asked for."""
    from catalog.models import StockImport
    from catalog.readers.stock_imports import ImportFilter, imports_as_data

    narrowed = ImportFilter(given.state, mode, *given.period)
    imports = given.without_plans(narrowed.of(StockImport.objects.order_by("-pk")))
    Listing(json, jsonl, limit, fail_if_empty).show(imports_as_data(imports, to=None), LISTED)


@verb(
    app,
    "undo",
    examples="""
    shopctl stock undo 12 --dry-run
    shopctl stock undo 12 --yes
    """,
)
def undo(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="See `shopctl stock imports`.")],
    skip_invalid: SkipInvalid = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    json: Json = False,
    jsonl: Jsonl = False,
) -> None:
    """Take an import back as though it had never happened; what was sold since stays sold."""
    from catalog.models import ImportState
    from catalog.readers.stock_imports import import_data
    from catalog.stock_import import import_numbered, undo_import
    from catalog.stock_import.problems import NOT_UNDONE

    by = actor(as_, "catalog.move_stock")
    stock_import = import_numbered(number)
    if stock_import.state == ImportState.APPLIED:
        say(
            _("Import %(number)s (%(file_name)s) changed %(products)s.")
            % {
                "number": number,
                "file_name": stock_import.file_name,
                "products": counted(stock_import.changes, "product"),
            }
        )
        if dry_run:
            Listing(json, jsonl).show(_rehearsed(number, skip_invalid=skip_invalid, by=by), UNDONE)
        proceed(_("Undo it?"), yes=yes, dry_run=dry_run)
    with bar("Undoing", None, rows=stock_import.changes):
        undone = undo_import(number, by=by, skip_invalid=skip_invalid)
    if json or jsonl:
        print_json(import_data(undone.pk, to=by.user))
        return
    left = undone.rows.filter(problem_code=NOT_UNDONE).count()
    words = (
        _("Undone: import %(number)s; %(changes)s could not be undone")
        if left
        else _("Undone: import %(number)s")
    )
    print(words % {"number": number, "changes": counted(left, "change")})


def _rehearsed(number: int, *, skip_invalid: bool, by: "Actor") -> list[dict[str, Any]]:
    """Return what an undo would do, tried in a transaction that is rolled back."""
    from backoffice.db.transactions import write_transaction
    from catalog.models import MovementKind, StockMovement
    from catalog.stock_import import undo_import

    undone: list[dict[str, Any]] = []

    @write_transaction
    def rehearse() -> NoReturn:
        undone.clear()
        undo_import(number, by=by, skip_invalid=skip_invalid)
        movements = StockMovement.objects.filter(stock_import=number, kind=MovementKind.UNDO)
        for each in movements.select_related("product").order_by("id"):
            before = each.on_hand_after - each.on_hand_delta
            change = {"now": before, "after": each.on_hand_after, "change": each.on_hand_delta}
            undone.append({"sku": each.product.sku, **change})
        raise _RolledBack

    with suppress(_RolledBack):
        rehearse()
    return undone
