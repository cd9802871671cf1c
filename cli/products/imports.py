"""shopctl products imports, undo: the files that were imported, and taking one back."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from cli.products.products import app
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
    print_json,
    proceed,
    say,
)
from cli.terminal.file_imports import ImportOptions, Number
from cli.terminal.options import taking
from cli.terminal.plans import SkipInvalid
from cli.terminal.progress import bar
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from accounts.actors import Actor

LISTED = columns(
    *("number", "state", "file_name=File", "new:n", "changed:n", "problems:n", "applied_at", "applied_by")
)
UNDONE = columns("sku", "field", "from", "to")


class _UndoRehearsed(Exception):
    """Ends the transaction of a dry run."""


@verb(
    app,
    "imports",
    examples="""
    shopctl products imports
    shopctl products imports --state undone --limit 10
    shopctl products imports --all --json
    """,
)
@taking(ImportOptions)
def list_imports(
    given: ImportOptions = ImportOptions(),
    limit: Limit = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """List product imports, newest first; plans that were not applied only when they are asked for."""
    from catalog.models import ProductImport
    from catalog.readers.product_imports import ProductImportFilter, product_imports_as_data

    narrowed = ProductImportFilter(given.state, *given.period)
    imports = given.without_plans(narrowed.of(ProductImport.objects.order_by("-pk")))
    Listing(json, jsonl, limit, fail_if_empty).show(product_imports_as_data(imports, to=None), LISTED)


@verb(
    app,
    "undo",
    examples="""
    shopctl products undo 12 --dry-run
    shopctl products undo 12 --yes
    shopctl products undo 12 --skip-invalid --yes
    """,
)
def undo(
    number: Number,
    skip_invalid: SkipInvalid = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    json: Json = False,
    jsonl: Jsonl = False,
) -> None:
    """Take an import back: fields have their values from before again, what it created is archived.

    What was changed since is named, and then nothing is undone; --skip-invalid leaves it as it is.
    """
    from catalog.models import ImportState
    from catalog.product_files import NOT_UNDONE, product_import_numbered, undo_product_import
    from catalog.readers.product_imports import product_import_data

    by = actor(as_, "catalog.change_product")
    by.require("catalog.add_product")
    kept = product_import_numbered(number)
    if kept.state == ImportState.APPLIED:
        facts = {"number": number, "file_name": kept.file_name, "products": counted(kept.changes, "product")}
        say(_("Product import %(number)s (%(file_name)s) changed %(products)s.") % facts)
        if dry_run:
            rows = _rehearsed(number, skip_invalid=skip_invalid, by=by)
            Listing(json, jsonl, limit=0).show(rows, UNDONE)
        proceed(_("Undo it?"), yes=yes, dry_run=dry_run)
    with bar("Undoing", None, rows=kept.changes):
        undone = undo_product_import(number, by=by, skip_invalid=skip_invalid)
    if json or jsonl:
        print_json(product_import_data(undone.pk, to=by.user))
        return
    left = undone.rows.filter(problem_code=NOT_UNDONE).count()
    words = (
        _("Undone: product import %(number)s; %(changes)s could not be undone")
        if left
        else _("Undone: product import %(number)s")
    )
    print(words % {"number": number, "changes": counted(left, "change")})


def _rehearsed(number: int, *, skip_invalid: bool, by: "Actor") -> list[dict[str, Any]]:
    """Return what an undo would do, tried in a transaction that is rolled back."""
    from backoffice.db.transactions import write_transaction
    from catalog.models import ProductChange, ProductChangeKind
    from catalog.product_files import undo_product_import

    undone: list[dict[str, Any]] = []

    @write_transaction
    def rehearse() -> NoReturn:
        undone.clear()
        undo_product_import(number, by=by, skip_invalid=skip_invalid)
        entries = ProductChange.objects.filter(product_import=number, kind=ProductChangeKind.UNDONE)
        for entry in entries.select_related("product").order_by("id"):
            for name, (before, after) in entry.changes.items():
                undone.append({"sku": entry.product.sku, "field": name, "from": before, "to": after})
        raise _UndoRehearsed

    with suppress(_UndoRehearsed):
        rehearse()
    return undone
