"""shopctl stock export, template, imports, undo: files handed out, and the imports there were."""

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cli.products.products import ProductOptions
from cli.stock.stock import app
from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
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
    put,
    say,
)
from cli.terminal.file_imports import ImportOptions
from cli.terminal.files import FileKind, Output, Overwrite, kind_of, refuse_to_replace, write_table
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.options import taking
from cli.terminal.plans import SkipInvalid
from cli.terminal.progress import bar
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from catalog.models import StockImport

LISTED = columns(
    "number", "state", "mode", "file_name=File", "changes:n", "problems:n", "applied_at", "applied_by"
)
UNDONE = columns("sku", "now:n", "after:n", "change:n")


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
    shopctl stock undo 12 --skip-invalid --yes --idempotency-key undo-12
    """,
)
def undo(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="See `shopctl stock imports`.")],
    skip_invalid: SkipInvalid = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
    jsonl: Jsonl = False,
) -> None:
    """Take an import back as though it had never happened; what was sold since stays sold."""
    from catalog.readers.stock_imports import import_data
    from catalog.stock_import import import_numbered, undo_import
    from catalog.stock_import.problems import NOT_UNDONE

    by = actor(as_, "catalog.move_stock")
    stock_import = import_numbered(number)

    def undone() -> dict[str, Any]:
        with bar("Undoing", None, rows=stock_import.changes):
            done = undo_import(number, by=by, skip_invalid=skip_invalid)
        left = done.rows.filter(problem_code=NOT_UNDONE).count()
        moved_back = _moved_back(number) if dry_run else []
        return {"import": import_data(number, to=by.user), "left": left, "moved_back": moved_back}

    operation = f"undo {number} {skip_invalid} {by}"
    say_plan = partial(_say_what_it_changed, stock_import)
    change = RequestedChange(operation, idempotency_key, dry_run, yes, _("Undo it?"), say_plan)
    answer = change.made(undone)
    if dry_run and answer["moved_back"]:
        Listing(json, jsonl).show(answer["moved_back"], UNDONE)
    elif json or jsonl:
        print_json(answer["import"])
    else:
        _say_undone(number, answer["left"])


def _say_what_it_changed(stock_import: "StockImport") -> None:
    say(
        _("Import %(number)s (%(file_name)s) changed %(products)s.")
        % {
            "number": stock_import.pk,
            "file_name": stock_import.file_name,
            "products": counted(stock_import.changes, "product"),
        }
    )


def _say_undone(number: int, left: int) -> None:
    words = (
        _("Undone: import %(number)s; %(changes)s could not be undone")
        if left
        else _("Undone: import %(number)s")
    )
    put(words % {"number": number, "changes": counted(left, "change")})


def _moved_back(number: int) -> list[dict[str, Any]]:
    """Return what its undoing has moved."""
    from catalog.models import MovementKind, StockMovement

    movements = StockMovement.objects.filter(stock_import=number, kind=MovementKind.UNDO)
    return [
        {
            "sku": each.product.sku,
            "now": each.on_hand_after - each.on_hand_delta,
            "after": each.on_hand_after,
            "change": each.on_hand_delta,
        }
        for each in movements.select_related("product").order_by("id")
    ]
