"""shopctl stock import, imports, undo, template: stock changed by a file, looked at before it is applied."""

import sys
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, NoReturn

import typer

from cli.actors import actor
from cli.console import (
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
    is_terminal,
    print_json,
    print_rows,
    proceed,
    say,
)
from cli.stock import app
from cli.verbs import verb

if TYPE_CHECKING:
    from accounts.actors import Actor
    from catalog.models import StockImport, StockImportRow

ROWS_SHOWN = 20
LISTED = columns(
    "id", "state", "mode", "file_name=File", "changes:n", "problems:n", "applied_at", "applied_by"
)
PLANNED = columns("row:n", "sku", "quantity:n", "now:n", "after:n", "change:n", "problem")

UNDONE = columns("sku", "now:n", "after:n", "change:n")

SkipInvalid = Annotated[bool, typer.Option("--skip-invalid", help="Leave out the rows that cannot be done.")]


class _RolledBack(Exception):
    """Ends the transaction of a dry run."""


@verb(
    app,
    "import",
    examples="""
    shopctl stock import count.csv --mode count --dry-run
    shopctl stock import delivery.xlsx --mode receive --yes
    shopctl stock import count.csv --mode count --skip-invalid --rejects mend-me.csv
    curl -s https://supplier.example/stock.csv | shopctl stock import - --mode receive --yes
    """,
)
def import_stock(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="CSV or XLSX: columns sku, quantity. - is standard input.")
    ],
    mode: Annotated[str, typer.Option(help="count: set on hand to the quantity. receive: add it.")],
    skip_invalid: SkipInvalid = False,
    rejects: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the rows with problems to this CSV file.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Apply a file that was applied before.")] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    json: Json = False,
) -> None:
    """Change stock by a file: show what would change, ask, and apply all of it or nothing."""
    from catalog.stock_import import apply_import, plan_import, rejects_csv

    by = actor(as_, "catalog.move_stock")
    with _opened(file) as content:
        plan = plan_import(content, file_name="standard input" if file == "-" else file, mode=mode, by=by)
    _show_plan(plan, as_json=json, whole=dry_run)
    will_apply = not dry_run and (skip_invalid or not plan.problems)
    if rejects is not None and plan.problems and not will_apply:
        _write(rejects, rejects_csv(plan))
    if not will_apply and not dry_run:
        say("Nothing was changed. --skip-invalid applies the good rows, --rejects FILE keeps the others.")
        raise typer.Exit(1)
    proceed(f"Apply {counted(plan.changes, 'change')}?", yes=yes, dry_run=dry_run)
    applied = apply_import(plan.pk, by=by, skip_invalid=skip_invalid, again=again)
    if rejects is not None and applied.problems:
        _write(rejects, rejects_csv(applied))
    _tell("Applied", applied, as_json=json)


@verb(
    app,
    "imports",
    examples="""
    shopctl stock imports
    shopctl stock imports --all --json
    """,
)
def list_imports(
    every: Annotated[bool, typer.Option("--all", help="Also plans that were not applied.")] = False,
    limit: Limit = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """List applied stock imports, newest first."""
    from catalog.models import ImportState, StockImport

    imports = StockImport.objects.select_related("created_by", "applied_by", "undone_by")
    if not every:
        imports = imports.exclude(state=ImportState.PLANNED)
    rows = (_as_row(each) for each in imports.order_by("-pk").iterator(500))
    Listing(json, jsonl, limit, fail_if_empty).show(rows, LISTED)


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
) -> None:
    """Take an import back as though it had never happened; what was sold since stays sold."""
    from catalog.models import ImportState
    from catalog.stock_import import import_numbered, undo_import

    by = actor(as_, "catalog.move_stock")
    stock_import = import_numbered(number)
    if stock_import.state == ImportState.APPLIED:
        changed = counted(stock_import.changes, "product")
        say(f"Import {number} ({stock_import.file_name}) changed {changed}.")
        if dry_run:
            _rehearse_undo(number, skip_invalid=skip_invalid, by=by, as_json=json)
        proceed("Undo it?", yes=yes, dry_run=dry_run)
    _tell("Undone:", undo_import(number, by=by, skip_invalid=skip_invalid), as_json=json)


@verb(app, "template", examples="shopctl stock template > stock.csv")
def template() -> None:
    """Print an empty file with the columns that an import understands."""
    from catalog.stock_import import template_csv

    sys.stdout.write(template_csv())


def _opened(file: str) -> BinaryIO:
    if file == "-":
        return BytesIO(sys.stdin.buffer.read())
    return Path(file).open("rb")


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="")
    say(f"The rows left out are in {path}.")


def _show_plan(plan: "StockImport", *, as_json: bool, whole: bool) -> None:
    """The plan: as data when it is all that was asked for, else as words to decide by."""
    say(_summary(plan))
    if plan.ignored_columns:
        say(f"Columns that are not used: {', '.join(plan.ignored_columns)}.")
    if whole and as_json:
        print_json({**_as_row(plan), "rows": [_planned(row) for row in plan.rows.order_by("row")]})
    elif whole and not is_terminal():
        print_rows(map(_planned, plan.rows.order_by("row").iterator(2_000)), PLANNED)
    elif not as_json:
        _show_sample(plan)


def _show_sample(plan: "StockImport") -> None:
    """Problems first, then changes; to standard error where the result goes to standard output."""
    from django.db.models import Case, Value, When

    problems_first = Case(When(problem_code="", then=Value(1)), default=Value(0))
    telling = plan.rows.exclude(problem_code="", change=0)
    rows = list(telling.order_by(problems_first, "row")[:ROWS_SHOWN])
    if is_terminal():
        print_rows(map(_planned, rows), PLANNED)
    else:
        for row in rows:
            say(f"row {row.row}: {row.sku} {row.problem or f'{row.now} → {row.after}'}")
    left_out = plan.changes + plan.problems - len(rows)
    if left_out > 0:
        say(f"… and {left_out:,} more.")


def _summary(plan: "StockImport") -> str:
    return (
        f"{plan.file_name}, {plan.mode}: {counted(plan.rows_count, 'row')}; {plan.changes:,} to change, "
        f"{plan.unchanged:,} unchanged, {counted(plan.problems, 'problem')}."
    )


def _rehearse_undo(number: int, *, skip_invalid: bool, by: "Actor", as_json: bool) -> None:
    """Undo it in a transaction that is rolled back, and show what it did."""
    from backoffice.transactions import write_transaction
    from catalog.models import MovementKind, StockMovement
    from catalog.stock_import import undo_import

    undone: list[dict[str, Any]] = []

    @write_transaction
    def rehearse() -> NoReturn:
        undo_import(number, by=by, skip_invalid=skip_invalid)
        movements = StockMovement.objects.filter(stock_import=number, kind=MovementKind.UNDO)
        for each in movements.select_related("product").order_by("id"):
            before = each.on_hand_after - each.on_hand_delta
            change = {"now": before, "after": each.on_hand_after, "change": each.on_hand_delta}
            undone.append({"sku": each.product.sku, **change})
        raise _RolledBack

    with suppress(_RolledBack):
        rehearse()
    Listing(as_json).show(undone, UNDONE)


def _tell(done: str, stock_import: "StockImport", *, as_json: bool) -> None:
    if as_json:
        print_json(_as_row(stock_import))
    else:
        left_out = f", {counted(stock_import.problems, 'row')} left out" if stock_import.problems else ""
        print(f"{done} import {stock_import.pk}: {counted(stock_import.changes, 'change')}{left_out}")


def _as_row(stock_import: "StockImport") -> dict[str, Any]:
    return {
        "id": stock_import.pk,
        "state": stock_import.state,
        "mode": stock_import.mode,
        "file_name": stock_import.file_name,
        "rows_count": stock_import.rows_count,
        "changes": stock_import.changes,
        "unchanged": stock_import.unchanged,
        "problems": stock_import.problems,
        "ignored_columns": stock_import.ignored_columns,
        "created_at": stock_import.created_at,
        "created_by": stock_import.created_by.email if stock_import.created_by else None,
        "source": stock_import.source,
        "applied_at": stock_import.applied_at,
        "applied_by": stock_import.applied_by.email if stock_import.applied_by else None,
        "undone_at": stock_import.undone_at,
        "undone_by": stock_import.undone_by.email if stock_import.undone_by else None,
    }


def _planned(row: "StockImportRow") -> dict[str, Any]:
    return {
        "row": row.row,
        "sku": row.sku,
        "quantity": row.quantity,
        "now": row.now,
        "after": row.after,
        "change": row.change,
        "problem": row.problem,
        "problem_code": row.problem_code,
    }
