"""shopctl products import, export: products as files."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.actors import actor
from cli.console import (
    EMPTY,
    REFUSED,
    As,
    DryRun,
    FailIfEmpty,
    Json,
    Jsonl,
    Listing,
    Yes,
    columns,
    counted,
    for_people,
    is_terminal,
    print_document,
    print_json,
    proceed,
    say,
)
from cli.files import (
    FileKind,
    Output,
    Overwrite,
    Rejects,
    kind_of,
    name_of,
    opened,
    refuse_to_replace,
    write_rejects,
    write_table,
)
from cli.plans import Sample, SkipInvalid, say_ignored, say_refused
from cli.products import Category, Search, app, narrowed
from cli.progress import bar
from cli.verbs import verb

if TYPE_CHECKING:
    from catalog.product_import import ProductPlan, ProductRow

PLANNED = columns("row:n", "sku", "outcome", "changes", "problem")


@verb(
    app,
    "import",
    examples="""
    shopctl products import products.csv --dry-run
    shopctl products import supplier.xlsx --yes
    shopctl products import prices.csv --skip-invalid --rejects mend-me.csv
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
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """Create and change products by a file: show what each row does, ask, and do all of it or nothing.

    Columns: sku, name, price, category (its name), barcode, low_stock_threshold, is_active (1 or 0). Those
    that are not there stay as they are; `shopctl products export` writes such a file. Stock is not imported
    here: see `shopctl stock import`.
    """
    from catalog.product_import import import_products, plan_products, read_products, rejected_products_csv
    from catalog.stock_file import MAX_FILE

    by = actor(as_, "catalog.change_product")
    by.require("catalog.add_product")
    refuse_to_replace(rejects, overwrite=overwrite)
    with opened(file, most=MAX_FILE) as stream:
        content = read_products(stream, file_name=file)

    def run(label: str, import_rows: Callable[..., "ProductPlan"], **options: Any) -> "ProductPlan":
        with bar(label, len(content.rows)) as watched:
            return import_rows(content, by=by, on_row=watched.advance, **options)

    plan = run("Looking at the rows", plan_products)
    is_output = jsonl or json or (dry_run and not is_terminal())
    _say_plan(plan, name_of(file), with_rows=not (dry_run and is_output), as_table=not is_output)
    if plan.problems and rejects is not None:
        write_rejects(rejects, rejected_products_csv(content, plan))
    if plan.problems and not skip_invalid and not dry_run:
        say_refused()
        raise typer.Exit(REFUSED)
    if plan.changes and not dry_run:
        proceed(f"Import {counted(plan.changes, 'product')}?", yes=yes)
        plan = run("Importing", import_products, seen=plan, skip_invalid=skip_invalid)
    _print(plan, file, dry_run=dry_run, as_json=json, as_jsonl=jsonl)
    if fail_if_empty and not plan.changes:
        raise typer.Exit(EMPTY)


@verb(
    app,
    "export",
    examples="""
    shopctl products export > products.csv
    shopctl products export --output products.xlsx --category Teas
    shopctl products export --low --output low.csv --overwrite
    """,
)
def export(
    output: Output = None,
    kind: FileKind = None,
    overwrite: Overwrite = False,
    search: Search = None,
    category: Category = None,
    low: Annotated[bool, typer.Option("--low", help="Only those that run low.")] = False,
    active: Annotated[bool, typer.Option("--active", help="Only those that can be ordered.")] = False,
    archived: Annotated[bool, typer.Option("--archived", help="Only archived ones.")] = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """Write products and their stock as CSV or XLSX, with the columns that `products import` understands.

    Archived products too, unless they are left out. Text that a spreadsheet would take for a formula has an
    apostrophe before it, which an import takes off again.
    """
    from catalog.models import Product
    from catalog.resources import ProductExport

    kind = kind_of(output, kind)
    refuse_to_replace(output, overwrite=overwrite)
    products = Product.objects.low_stock() if low else Product.objects.all()
    if active or archived:
        products = products.filter(is_active=active)
    products = narrowed(products, search=search, category=category)
    with bar("Exporting", total := products.count()) as watched:
        rows = products.select_related("category").order_by("sku_key").iterator(2_000)
        dataset = ProductExport().export(watched.follow(rows))
    write_table(output, dataset, kind, said=counted(total, "product"))
    if fail_if_empty and not total:
        raise typer.Exit(EMPTY)


def _say_plan(plan: "ProductPlan", file_name: str, *, with_rows: bool, as_table: bool) -> None:
    say(f"{file_name}: {counted(len(plan.rows), 'row')}; {_counts(plan)}.")
    say_ignored(plan.ignored_columns)
    if not with_rows:
        return
    sample = Sample(len(plan.problems), plan.changes)
    changes = [row for row in plan.rows if row.changes][: sample.changes_shown]
    sample.show(
        [_in_words(row) for row in (*plan.problems[: sample.problems_shown], *changes)],
        PLANNED,
        as_table=as_table,
        in_words=lambda row: str(row["changes"]),
    )


def _print(plan: "ProductPlan", file: str, *, dry_run: bool, as_json: bool, as_jsonl: bool) -> None:
    rows = (_as_row(row) for row in plan.rows)
    if as_jsonl:
        Listing(as_jsonl=True).show(rows, PLANNED)
    elif as_json:
        summary = _summary(plan, file, dry_run=dry_run)
        print_document(summary, "rows", rows) if dry_run else print_json(summary)
    elif dry_run and not is_terminal():
        Listing(limit=0).show((_in_words(row) for row in plan.rows), PLANNED)
    elif plan.changes and not dry_run:
        print(f"Imported: {_counts(plan)}.")
    if dry_run:
        say("A dry run: nothing was changed.")
    elif not plan.changes:
        say("There is nothing to change.")


def _counts(plan: "ProductPlan") -> str:
    from catalog.product_import import Outcome

    new, changed, same = (plan.count(each) for each in (Outcome.NEW, Outcome.CHANGE, Outcome.SAME))
    return f"{new:,} new, {changed:,} changed, {same:,} unchanged, {counted(len(plan.problems), 'problem')}"


def _summary(plan: "ProductPlan", file: str, *, dry_run: bool) -> dict[str, Any]:
    from catalog.product_import import Outcome

    return {
        "file_name": name_of(file),
        "state": "planned" if dry_run else "imported",
        "rows_count": len(plan.rows),
        "new": plan.count(Outcome.NEW),
        "changed": plan.count(Outcome.CHANGE),
        "unchanged": plan.count(Outcome.SAME),
        "problems": len(plan.problems),
        "ignored_columns": list(plan.ignored_columns),
    }


def _as_row(row: "ProductRow") -> dict[str, Any]:
    changes = {name: {"from": before, "to": after} for name, (before, after) in row.changes.items()}
    return {
        "row": row.row,
        "sku": row.sku,
        "outcome": row.outcome.value,
        "changes": changes,
        "problem": row.problem,
    }


def _in_words(row: "ProductRow") -> dict[str, Any]:
    told = [
        _change(name, before, after)
        for name, (before, after) in row.changes.items()
        if name != "sku" or before
    ]
    return {**_as_row(row), "changes": "; ".join(told)}


def _change(name: str, before: Any, after: Any) -> str:
    was = "" if before in (None, "") else f"{for_people(before)} → "
    return f"{name} {was}{for_people(after) or '(empty)'}"
