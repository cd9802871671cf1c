"""shopctl products imports, undo: the files that were imported, and taking one back."""

from functools import partial
from typing import TYPE_CHECKING, Any

from cli.products.products import app
from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
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
    put,
    say,
)
from cli.terminal.file_imports import ImportOptions, Number
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.options import taking
from cli.terminal.plans import SkipInvalid
from cli.terminal.progress import bar
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from catalog.models import ProductImport

LISTED = columns(
    *("number", "state", "file_name=File", "new:n", "changed:n", "problems:n", "applied_at", "applied_by")
)
UNDONE = columns("sku", "field", "from", "to")


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
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
    jsonl: Jsonl = False,
) -> None:
    """Take an import back: fields have their values from before again, what it created is archived.

    What was changed since is named, and then nothing is undone; --skip-invalid leaves it as it is.
    """
    from catalog.product_files import NOT_UNDONE, product_import_numbered, undo_product_import
    from catalog.readers.product_imports import product_import_data

    by = actor(as_, "catalog.change_product")
    by.require("catalog.add_product")
    kept = product_import_numbered(number)

    def undone() -> dict[str, Any]:
        with bar("Undoing", None, rows=kept.changes):
            done = undo_product_import(number, by=by, skip_invalid=skip_invalid)
        left = done.rows.filter(problem_code=NOT_UNDONE).count()
        given_back = _given_back(number) if dry_run else []
        return {"import": product_import_data(number, to=by.user), "left": left, "given_back": given_back}

    operation = f"undo-products {number} {skip_invalid} {by}"
    say_plan = partial(_say_what_it_changed, kept)
    answer = RequestedChange(operation, idempotency_key, dry_run, yes, _("Undo it?"), say_plan).made(undone)
    if dry_run and answer["given_back"]:
        Listing(json, jsonl, limit=0).show(answer["given_back"], UNDONE)
    elif json or jsonl:
        print_json(answer["import"])
    else:
        _say_undone(number, answer["left"])


def _say_what_it_changed(kept: "ProductImport") -> None:
    facts = {"number": kept.pk, "file_name": kept.file_name, "products": counted(kept.changes, "product")}
    say(_("Product import %(number)s (%(file_name)s) changed %(products)s.") % facts)


def _say_undone(number: int, left: int) -> None:
    words = (
        _("Undone: product import %(number)s; %(changes)s could not be undone")
        if left
        else _("Undone: product import %(number)s")
    )
    put(words % {"number": number, "changes": counted(left, "change")})


def _given_back(number: int) -> list[dict[str, Any]]:
    """Return what its undoing has changed, field by field."""
    from catalog.models import ProductChange, ProductChangeKind

    entries = ProductChange.objects.filter(product_import=number, kind=ProductChangeKind.UNDONE)
    return [
        {"sku": entry.product.sku, "field": name, "from": before, "to": after}
        for entry in entries.select_related("product").order_by("id")
        for name, (before, after) in entry.changes.items()
    ]
