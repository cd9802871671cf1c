"""Shows what a file would change, before it does: problems, then changes, then how many more there are."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from cli.terminal.console import Column, Row, counted, is_terminal, print_rows, say
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from backoffice.sheets.remarks import Remark

ROWS_SHOWN = 20

SkipInvalid = Annotated[bool, typer.Option("--skip-invalid", help="Leave out the rows that cannot be done.")]


@dataclass(frozen=True, slots=True)
class Sample:
    """How many problems and changes are shown: some of both, even if there are many of one."""

    problems: int
    changes: int

    @property
    def problems_shown(self) -> int:
        return min(self.problems, ROWS_SHOWN - min(self.changes, ROWS_SHOWN // 2))

    @property
    def changes_shown(self) -> int:
        return min(self.changes, ROWS_SHOWN - self.problems_shown)

    def show(
        self,
        rows: Sequence[Row],
        shown: Sequence[Column],
        *,
        as_table: bool,
        in_words: Callable[[Row], str],
        subject: str = "sku",
    ) -> None:
        """Show a table on a terminal, else words on standard error, for the result has standard output."""
        if rows and as_table and is_terminal():
            print_rows(rows, shown)
        else:
            for row in rows:
                say(
                    _("row %(row)s: %(subject)s %(words)s")
                    % {"row": row["row"], "subject": row[subject], "words": row["problem"] or in_words(row)}
                )
        left_out = (
            (self.problems - self.problems_shown, "problem"),
            (self.changes - self.changes_shown, "change"),
        )
        more = [counted(number, f"more {thing}") for number, thing in left_out if number]
        if len(more) == 2:
            words = _(
                "… and %(problems)s and %(changes)s; in a pipe or with --json, --dry-run shows every row."
            )
            say(words % {"problems": more[0], "changes": more[1]})
        elif more:
            say(_("… and %(more)s; in a pipe or with --json, --dry-run shows every row.") % {"more": more[0]})


def say_ignored(columns: Iterable[str]) -> None:
    if names := ", ".join(columns):
        say(_("Columns that are not used: %(names)s.") % {"names": names})


def say_remarks(remarks: Iterable["Remark"]) -> None:
    for remark in remarks:
        say(remark.in_words)


def say_refused() -> None:
    say(
        _(
            "Nothing was changed. --skip-invalid leaves those rows out, --rejects FILE hands them "
            "back to correct."
        )
    )
