"""shopctl products import, export: products as files."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from cli.products.products import ProductOptions, app
from cli.terminal.actors import actor
from cli.terminal.console import EMPTY, As, DryRun, FailIfEmpty, Json, Jsonl, Yes, counted
from cli.terminal.files import (
    FileKind,
    Output,
    Overwrite,
    Rejects,
    kind_of,
    opened,
    refuse_rejects,
    refuse_to_replace,
    write_table,
)
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.options import taking
from cli.terminal.plans import SkipInvalid
from cli.terminal.progress import bar
from cli.terminal.row_plans import Asked, RowImport
from cli.terminal.verbs import verb

if TYPE_CHECKING:
    from accounts.actors import Actor
    from backoffice.sheets.plans import OnRow, RowPlan
    from catalog.product_files import ProductFile


@verb(
    app,
    "import",
    examples="""
    shopctl products import products.csv --dry-run
    shopctl products import supplier.xlsx --yes
    shopctl products import prices.csv --skip-invalid --rejects rejected.csv
    curl -s https://supplier.example/prices.csv | shopctl products import - --yes
    """,
)
def import_file(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="CSV or XLSX with a column sku. - is standard input.")
    ],
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
    """Create and change products by a file: show what each row does, ask, and do all of it or nothing.

    Columns: sku, name, price, category (its slug or name), barcode, low_stock_threshold, is_active (1 or 0),
    description, cost, weight_grams, supplier_number, family (its slug or name), option_1, option_2, option_3
    (values in the order of the family's options).
    What has no column stays as it is; an empty cell empties it. `shopctl products export` writes such a file.
    The import can be undone: see `shopctl products imports`. Stock is imported by `shopctl stock import`.
    """
    from backoffice.sheets.reading import MAX_FILE
    from catalog.product_files import read_products, rejected_products_csv

    by = actor(as_, "catalog.change_product")
    by.require("catalog.add_product")
    refuse_rejects(rejects, overwrite=overwrite)
    with opened(file, most=MAX_FILE) as stream:
        content = read_products(stream, file_name=file)
    products = RowImport("product", partial(_planned, by=by), partial(_applied, by=by), rejected_products_csv)
    operation = f"products-import {by}"
    asked = Asked(
        file, skip_invalid, rejects, dry_run, yes, json, jsonl, fail_if_empty, idempotency_key, operation
    )
    products.carry_out(content, asked)


def _planned(file: "ProductFile", *, on_row: "OnRow", by: "Actor") -> "RowPlan":
    from catalog.product_files import keep_product_plan, plan_products
    from catalog.readers.product_imports import product_import_data

    plan = plan_products(file, on_row=on_row)
    kept = keep_product_plan(file, plan, by=by)
    return replace(plan, kept=product_import_data(kept.pk, to=by.user))


def _applied(
    _file: "ProductFile", *, seen: "RowPlan", skip_invalid: bool, on_row: "OnRow", by: "Actor"
) -> "RowPlan":
    from catalog.product_files import apply_product_import
    from catalog.readers.product_imports import product_import_data

    assert seen.kept is not None
    number = seen.kept["number"]
    apply_product_import(number, by=by, skip_invalid=skip_invalid, on_row=on_row)
    return replace(seen, kept=product_import_data(number, to=by.user))


@verb(
    app,
    "export",
    examples="""
    shopctl products export > products.csv
    shopctl products export --output products.xlsx --category teas
    shopctl products export --low --output low.csv --overwrite
    """,
)
@taking(ProductOptions)
def export(
    output: Output = None,
    kind: FileKind = None,
    overwrite: Overwrite = False,
    given: ProductOptions = ProductOptions(),
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """Write products and their stock as CSV or XLSX, with the columns that `products import` understands.

    Archived products too, unless they are left out. Text that a spreadsheet would take for a formula has an
    apostrophe before it, which an import takes off again.
    """
    from catalog.models import Product
    from catalog.product_files.export import ProductExport

    kind = kind_of(output, kind)
    refuse_to_replace(output, overwrite=overwrite)
    products = given.filter().of(Product.objects.all())
    with bar("Exporting", total := products.count()) as watched:
        rows = products.select_related("category", "family").order_by("sku_key").iterator(2_000)
        dataset = ProductExport().table(watched.follow(rows))
    write_table(output, dataset, kind, said=counted(total, "product"))
    if fail_if_empty and not total:
        raise typer.Exit(EMPTY)
