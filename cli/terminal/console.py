"""Prints for shopctl: data to standard output, words to standard error; tables for people, tabs for pipes."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from textwrap import indent
from typing import Annotated, Any, Literal, NoReturn

import typer

from cli.terminal import words
from cli.terminal.values import as_json, for_people, for_programs, printable
from cli.terminal.words import gettext as _

REFUSED = 1
EMPTY = 3
FOUND_PROBLEMS = 4

type Row = Mapping[str, Any]

Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]
Jsonl = Annotated[bool, typer.Option("--jsonl", help="One JSON object a line.")]
Limit = Annotated[
    int | None, typer.Option(min=0, help="At most so many rows; 0 for all. A terminal gets 100, a pipe all.")
]
FailIfEmpty = Annotated[bool, typer.Option("--fail-if-empty", help="Exit with 3 when there is nothing.")]
As = Annotated[
    str | None,
    typer.Option("--as", metavar="EMAIL", help="Who does it, with their permissions. Default: the system."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
YesAnyway = Annotated[bool, typer.Option("--yes", "-y", help="Allowed for scripts; this verb never asks.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and stop.")]
ROWS_ON_A_TERMINAL = 100
# Texts up to this length are not broken into lines.
BROKEN_FROM = 8
# Columns that a narrow terminal does not break into lines.
KEPT_WHOLE = {
    "id",
    "sku",
    "number",
    "code",
    "state",
    "status",
    "kind",
    "reference",
    "at",
    "placed_at",
    "applied_at",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: its name in JSON, with a dot for what is nested, and its heading for people."""

    name: str
    heading: str
    is_number: bool = False
    in_words: Callable[[Row], str] | None = None

    def of(self, row: Row) -> Any:
        """Return the row's value of this name, or what `in_words` makes of the row.

        `promo.code` is what `code` is within `promo`, and None when there is no promo.
        """
        if self.in_words is not None:
            return self.in_words(row)
        value: Any = row
        for part in self.name.split("."):
            value = None if value is None else value.get(part)
        return value


def columns(*names: str | Column) -> tuple[Column, ...]:
    """Make columns of specs: `sku` is headed SKU, `on_hand:n` On hand and flush right, `at=When` When."""
    return tuple(name if isinstance(name, Column) else _column(name) for name in names)


@dataclass(frozen=True, slots=True)
class Listing:
    """The options that say how a list is shown."""

    as_json: bool = False
    as_jsonl: bool = False
    limit: int | None = None
    fail_if_empty: bool = False

    def show(self, rows: Iterable[Row], shown: Sequence[Column]) -> None:
        """Print the rows. JSON has every field, the rest the columns; a pipe gets tabs and no heading.

        Raises:
            typer.Exit: 3 with `fail_if_empty` when there are no rows.
        """
        rows = iter(rows)
        limit = self._limit()
        count = self._print(islice(rows, limit), shown)
        if self.limit is None and limit == ROWS_ON_A_TERMINAL and next(rows, None) is not None:
            say(_("These are the first %(limit)s; --limit 0 shows all.") % {"limit": limit})
        if count == 0 and not (self.as_json or self.as_jsonl) and is_terminal():
            say(_("There is nothing to show."))
        if count == 0 and self.fail_if_empty:
            raise typer.Exit(EMPTY)

    def _limit(self) -> int:
        if self.limit is None and is_terminal() and not (self.as_json or self.as_jsonl):
            return ROWS_ON_A_TERMINAL
        return min(self.limit or sys.maxsize, sys.maxsize)

    def _print(self, rows: Iterator[Row], shown: Sequence[Column]) -> int:
        if self.as_json:
            return _print_document_of(rows)
        if not self.as_jsonl and is_terminal():
            return _print_table(list(rows), shown)
        count = 0
        for row in rows:
            count += 1
            if self.as_jsonl:
                put(as_json(row))
            else:
                put("\t".join(for_programs(column.of(row)) for column in shown))
        return count


def show_one(row: Row, *, as_json: bool, headings: Mapping[str, str] | None = None) -> None:
    """Print one thing: JSON, or a line for each field."""
    if as_json:
        print_json(dict(row))
        return
    headings = headings or {}
    told = {headings.get(name, _heading(name)): value for name, value in row.items()}
    if is_terminal():
        told = {heading: value for heading, value in told.items() if value not in (None, "", [])}
    width = max(map(len, told), default=0)
    for heading, value in told.items():
        if is_terminal():
            # Indented, so that no line of a text passes for a field.
            lines = for_people(value).splitlines() or [""]
            put(f"{heading:<{width}}  " + f"\n{'':<{width}}  ".join(lines))
        else:
            put(f"{heading}\t{for_programs(value)}")


def print_json(value: object) -> None:
    put(as_json(value, indent=2 if is_terminal() else None))


def print_document(head: Row, name: str, rows: Iterable[Row]) -> None:
    """Print one JSON document with the rows under a name; however many, they are not held in memory."""
    put(as_json(head)[:-1] + f', "{name}": [', end="")
    separator = ""
    for row in rows:
        put(separator + as_json(row), end="")
        separator = ", "
    put("]}")


def _print_document_of(rows: Iterable[Row]) -> int:
    """Print the rows as one JSON document, each as it comes, and return how many there were."""
    is_broken = is_terminal()
    before, between, after = ("[\n", ",\n", "\n]") if is_broken else ("[", ", ", "]")
    count = 0
    for row in rows:
        text = indent(as_json(row, indent=2), "  ") if is_broken else as_json(row)
        put((between if count else before) + text, end="")
        count += 1
    put(after if count else "[]")
    return count


def print_rows(rows: Iterable[Row], shown: Sequence[Column]) -> None:
    """Print rows within a report: as a table for people, with tabs in a pipe."""
    Listing(limit=0).show(rows, shown)


def put(text: str, *, end: str = "\n") -> None:
    """Print on standard output; control characters are shown as U+FFFD."""
    print(printable(text), end=end)


def say(message: str) -> None:
    """Print words for a person on standard error; control characters are shown as U+FFFD."""
    print(printable(message), file=sys.stderr)


def counted(number: int, thing: str) -> str:
    """Write a number of things: `1 row`, `1,200 rows`."""
    return words.counted(number, thing)


def is_terminal() -> bool:
    return sys.stdout.isatty()


def proceed(question: str, *, yes: bool, dry_run: bool = False) -> None:
    """Return if it is to be done: --yes was given, or a person on a terminal agrees.

    Raises:
        typer.Exit: a dry run, or the answer was no.
        typer.BadParameter: nobody is there to ask.
    """
    if dry_run:
        say(_("A dry run: nothing was changed."))
        raise typer.Exit
    if yes:
        return
    if not can_ask():
        wrong_use(_("There is no terminal to ask on: give --yes, or --dry-run to see what would be done."))
    if not typer.confirm(printable(question), err=True):
        say(_("Nothing was changed."))
        raise typer.Exit(REFUSED)


def can_ask() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


class WrongUse(typer.BadParameter):
    """Wrong use that concerns no one option: Typer puts no option's name before the message."""

    def format_message(self) -> str:
        return printable(self.message)


def wrong_use(message: str) -> NoReturn:
    """End with exit code 2 and a message that says how the verb is used."""
    raise WrongUse(message)


def _print_table(rows: Sequence[Row], shown: Sequence[Column]) -> int:
    if not rows:
        return 0
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    # A column without a single value is left out, which leaves room for the others.
    shown = [column for column in shown if any(column.of(row) not in (None, "") for row in rows)]
    texts = [[for_people(column.of(row)) for column in shown] for row in rows]
    console = Console(highlight=False, no_color="NO_COLOR" in os.environ)
    # Two more for each column: its padding and the space between it and the next.
    widths = _widths(shown, texts, room=console.width - 2 * len(shown))
    for column, width in zip(shown, widths, strict=True):
        justify: Literal["left", "right"] = "right" if column.is_number else "left"
        table.add_column(column.heading, justify=justify, overflow="fold", width=width)
    for row_texts in texts:
        # Escaped, for a product may be called "[red]", which is markup to rich.
        table.add_row(*map(_escaped, row_texts))
    # rich would cut off what a narrow terminal has no room for; so the terminal breaks the lines.
    console.width = max(console.width, sum(widths) + 2 * len(shown))
    console.print(table)
    return len(rows)


def _widths(shown: Sequence[Column], texts: Sequence[Sequence[str]], *, room: int) -> list[int]:
    """Return widths as wide as the texts, or less where there is no room. Words of headings, numbers, short
    texts and what is kept whole are never broken, however narrow the terminal."""
    from rich.cells import cell_len

    widths, narrowest = [], []
    for column, *cells in zip(shown, *texts, strict=True):
        words = max(map(cell_len, column.heading.split()))
        widest = max(map(cell_len, cells))
        is_whole = column.is_number or column.name in KEPT_WHOLE
        narrowest.append(max(words, widest if is_whole else min(widest, BROKEN_FROM)))
        widths.append(max(widest, cell_len(column.heading)))
    while sum(widths) > room and widths != narrowest:
        spare = [width if width > least else 0 for width, least in zip(widths, narrowest, strict=True)]
        widths[spare.index(max(spare))] -= 1
    return widths


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _column(name: str) -> Column:
    name, _sign, heading = name.partition("=")
    name, _sign, number = name.partition(":")
    return Column(name, heading or _heading(name), is_number=bool(number))


def _heading(name: str) -> str:
    return {"sku": "SKU", "id": "No."}.get(name, name.replace("_", " ").capitalize())
