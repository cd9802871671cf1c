"""shopctl stock import: stock changed by a file, looked at before it is applied."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cli.stock.stock import app
from cli.terminal.actors import actor
from cli.terminal.console import (
    EMPTY,
    REFUSED,
    As,
    DryRun,
    FailIfEmpty,
    Json,
    Jsonl,
    Listing,
    Row,
    Yes,
    can_ask,
    columns,
    counted,
    is_terminal,
    print_document,
    print_json,
    print_rows,
    proceed,
    put,
    say,
)
from cli.terminal.files import Overwrite, Rejects, name_of, opened, refuse_rejects, write_rejects
from cli.terminal.idempotency import IdempotencyKey, answer_kept, once_per_key
from cli.terminal.plans import Sample, SkipInvalid, say_ignored, say_refused, say_remarks
from cli.terminal.progress import LONG, bar
from cli.terminal.values import for_people
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from accounts.actors import Actor
    from catalog.models import StockImport
    from catalog.stock_import.stock_file import FileRow

PLANNED = columns("row:n", "sku", "quantity:n", "now:n", "after:n", "change:n", "problem")
# A workbook does not tell its number of rows; one of this many bytes may have many.
LARGE_WORKBOOK = 50_000


@verb(
    app,
    "import",
    examples="""
    shopctl stock import count.csv --mode count --dry-run
    shopctl stock import delivery.xlsx --mode receive --yes
    shopctl stock import count.csv --mode count --skip-invalid --rejects rejected.csv
    curl -s https://supplier.example/stock.csv | shopctl stock import - --mode receive --yes
    """,
)
def import_stock(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="CSV or XLSX: columns sku, quantity. - is standard input.")
    ],
    mode: Annotated[
        Literal["count", "receive"], typer.Option(help="count: set on hand to the quantity. receive: add it.")
    ],
    skip_invalid: SkipInvalid = False,
    rejects: Rejects = None,
    overwrite: Overwrite = False,
    again: Annotated[bool, typer.Option("--again", help="Apply a file that was applied before.")] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """Change stock by a file: show what would change, ask, and apply all of it or nothing."""
    from catalog.readers.stock_imports import import_data

    by = actor(as_, "catalog.move_stock")
    content = _content_of(file)
    answer = _Answer(as_json=json, as_jsonl=jsonl, is_rehearsal=dry_run)
    operation = f"import {mode} {sha256(content).hexdigest()} {skip_invalid} {by}"
    if (kept := answer_kept(idempotency_key, operation)) is not None:
        answer.show(kept, done=_("Applied before, under this key:"))
        return
    refuse_rejects(rejects, overwrite=overwrite)
    plan = _planned(content, name_of(file), mode=mode, by=by)
    _say_plan(plan, with_rows=not (dry_run and answer.is_data), as_table=not answer.is_data)
    result = import_data(plan.pk, to=by.user)
    if dry_run or (plan.problems and not skip_invalid):
        _stop_at_plan(plan, answer, rejects, skip_invalid=skip_invalid, again=again, may_ask=not yes)
    elif plan.changes:
        proceed(_("Apply %(changes)s?") % {"changes": counted(plan.changes, "change")}, yes=yes)
        apply = partial(_applied, plan, by=by, skip_invalid=skip_invalid)
        once = partial(once_per_key, idempotency_key, operation)
        result = _perhaps_again(lambda more: once(partial(apply, again=more)), again=again, may_ask=not yes)
    if not dry_run:
        _hand_back(plan, rejects)
        answer.show(result)
    if fail_if_empty and not result["changes"]:
        raise typer.Exit(EMPTY)


def _stop_at_plan(
    plan: "StockImport",
    answer: "_Answer",
    rejects: Path | None,
    *,
    skip_invalid: bool,
    again: bool,
    may_ask: bool,
) -> None:
    """Show in a dry run what would be done; refuse what the run would refuse."""
    from catalog.readers.stock_imports import import_data

    _hand_back(plan, rejects)
    if answer.is_rehearsal:
        answer.show(import_data(plan.pk, to=None))
    if plan.problems and not skip_invalid:
        say_refused()
        raise typer.Exit(REFUSED)
    _tell_of_repetition(plan, again=again, may_ask=may_ask)


def _content_of(file: str) -> bytes:
    from backoffice.sheets.reading import MAX_FILE

    with opened(file, most=MAX_FILE) as stream:
        return stream.read(MAX_FILE + 1)


@dataclass(frozen=True, slots=True)
class _Answer:
    """The answer that is printed at the end: rows when they were asked for, else what was done."""

    as_json: bool
    as_jsonl: bool
    is_rehearsal: bool

    @property
    def is_data(self) -> bool:
        return self.as_json or self.as_jsonl or (self.is_rehearsal and not is_terminal())

    def show(self, stock_import: Row, *, done: str = "Applied") -> None:
        if self.as_jsonl:
            Listing(as_jsonl=True).show(_rows(stock_import), PLANNED)
        elif self.is_rehearsal and self.as_json:
            print_document(stock_import, "plan", _rows(stock_import))
        elif self.is_data and not self.as_json:
            print_rows(_rows(stock_import), PLANNED)
        elif self.as_json or stock_import["applied_at"]:
            tell(done, stock_import, as_json=self.as_json)
        if self.is_rehearsal:
            say(_("A dry run: nothing was changed."))
        elif not stock_import["applied_at"]:
            say(_("There is nothing to change."))


def tell(done: str, stock_import: Row, *, as_json: bool) -> None:
    if as_json:
        print_json(stock_import)
        return
    problems = stock_import["problems"]
    left_out = f", {counted(problems, 'row')} left out" if problems else ""
    put(f"{done} import {stock_import['number']}: {counted(stock_import['changes'], 'change')}{left_out}")


def _planned(content: bytes, file_name: str, *, mode: str, by: "Actor") -> "StockImport":
    from catalog.stock_import import plan_import

    lines = None if content.startswith(b"PK") else content.count(b"\n")
    expected = len(content) // LARGE_WORKBOOK * LONG if lines is None else lines
    with bar("Reading", lines, rows=expected) as watched:

        def follow(rows: Iterator["FileRow"]) -> Iterator["FileRow"]:
            yield from watched.follow(rows)
            watched.phase(_("Comparing with the stock"))

        return plan_import(BytesIO(content), file_name=file_name, mode=mode, by=by, follow=follow)


def _applied(plan: "StockImport", *, by: "Actor", skip_invalid: bool, again: bool) -> dict[str, Any]:
    from catalog.readers.stock_imports import import_data
    from catalog.stock_import import apply_import

    with bar("Applying", None, rows=plan.rows_count):
        applied = apply_import(plan.pk, by=by, skip_invalid=skip_invalid, again=again)
        return import_data(applied.pk, to=by.user)


def _perhaps_again(apply: Callable[[bool], dict[str, Any]], *, again: bool, may_ask: bool) -> dict[str, Any]:
    """Apply the plan; on a terminal, ask before applying a file that was applied before."""
    from catalog.stock_import import AlreadyImported

    try:
        return apply(again)
    except AlreadyImported as refusal:
        if not (may_ask and can_ask()):
            raise
        say(refusal.detail)
    proceed(_("Apply it once more?"), yes=False)
    return apply(True)


def _tell_of_repetition(plan: "StockImport", *, again: bool, may_ask: bool) -> None:
    """Refuse, as applying it would, a file that was applied before; where one would be asked, say it."""
    from catalog.stock_import import AlreadyImported, refuse_repetition

    if again or not plan.changes:
        return
    try:
        refuse_repetition(plan.pk)
    except AlreadyImported as refusal:
        if not (may_ask and can_ask()):
            raise
        say(refusal.detail)


def _say_plan(plan: "StockImport", *, with_rows: bool, as_table: bool) -> None:
    """Say the counts, then with `with_rows` a sample of problems, then of changes."""
    from backoffice.sheets.remarks import remarks_kept
    from catalog.readers.stock_imports import rows_as_data

    say(
        _("%(file_name)s, %(mode)s: %(rows)s; %(changes)s to change, %(unchanged)s unchanged, %(problems)s.")
        % {
            "file_name": plan.file_name,
            "mode": plan.mode,
            "rows": counted(plan.rows_count, "row"),
            "changes": f"{plan.changes:,}",
            "unchanged": f"{plan.unchanged:,}",
            "problems": counted(plan.problems, "problem"),
        }
    )
    say_ignored(plan.ignored_columns)
    say_remarks(remarks_kept(plan.remarks))
    if not with_rows:
        return
    sample = Sample(plan.problems, plan.changes)
    problems = plan.rows.exclude(problem_code="").order_by("row")[: sample.problems_shown]
    changes = plan.rows.filter(problem_code="").exclude(change=0).order_by("row")[: sample.changes_shown]
    sample.show(
        [*rows_as_data(problems), *rows_as_data(changes)],
        PLANNED,
        as_table=as_table,
        in_words=lambda row: f"{for_people(row['now'])} → {for_people(row['after'])}",
    )


def _rows(stock_import: Row) -> Iterator[Row]:
    """Return the import's rows in the order of the file."""
    from catalog.models import StockImportRow
    from catalog.readers.stock_imports import rows_as_data

    rows = StockImportRow.objects.filter(stock_import=stock_import["number"])
    return rows_as_data(rows.order_by("row"))


def _hand_back(plan: "StockImport", rejects: Path | None) -> None:
    from catalog.stock_import import import_numbered, rejects_csv

    # Read anew: rows that moved meanwhile have a problem only since it was applied.
    now = import_numbered(plan.pk)
    if rejects is not None and now.problems:
        write_rejects(rejects, rejects_csv(now))
