"""What the rows of a file would make and change: looked at first, then carried out as it was seen."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from typing import Any

from backoffice.errors import Conflict, Fault
from backoffice.sheets.csv_lines import csv_lines

FAULTS_NAMED = 50
NAME_SHOWN = 40

type OnRow = Callable[[], object]
type Changes = Mapping[str, tuple[Any, Any]]


class Outcome(Enum):
    NEW = "new"
    CHANGE = "change"
    SAME = "same"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """What a row does to the thing that it names; `changes` are the values before and after, by column."""

    row: int
    name: str
    outcome: Outcome
    changes: Changes
    problem: str = ""

    @property
    def as_told(self) -> "PlannedRow":
        """The same with amounts as text: a plan that was kept for a while knows them so."""
        return replace(
            self, changes={name: tuple(map(_as_text, both)) for name, both in self.changes.items()}
        )


class RowsHaveProblems(Conflict):
    code = "import_has_problems"
    title = "The file has rows that cannot be imported"


class RowsChanged(Conflict):
    code = "plan_changed"
    title = "What the file is about changed since it was looked at"


@dataclass(frozen=True, slots=True)
class RowPlan:
    """All rows of a file; `subject` is the column that names what each is about."""

    subject: str
    rows: tuple[PlannedRow, ...]
    ignored_columns: tuple[str, ...]

    def count(self, outcome: Outcome) -> int:
        return sum(row.outcome is outcome for row in self.rows)

    @property
    def problems(self) -> list[PlannedRow]:
        return [row for row in self.rows if row.outcome is Outcome.PROBLEM]

    @property
    def changes(self) -> int:
        return self.count(Outcome.NEW) + self.count(Outcome.CHANGE)

    def refuse_unless(self, seen: "RowPlan", *, skip_invalid: bool) -> None:
        """Called within the transaction that carried it out, which a refusal takes back.

        Raises:
            RowsHaveProblems: there are some, and they are not to be skipped.
            RowsChanged: it is not what was seen.
        """
        problems = self.problems
        if problems and not skip_invalid:
            raise RowsHaveProblems(
                f"{len(problems)} of {len(self.rows)} rows have problems; nothing was changed.",
                faults=[self._fault(row) for row in problems[:FAULTS_NAMED]],
            )
        now, before = [row.as_told for row in self.rows], [row.as_told for row in seen.rows]
        if now != before:
            overtaken = [
                self._fault(row, f"it would {_told(row)} now; you saw that it would {_told(then)}")
                for row, then in zip(now, before, strict=False)
                if row != then
            ]
            raise RowsChanged(
                "Things changed since the file was looked at; nothing was changed.",
                faults=overtaken[:FAULTS_NAMED],
            )

    def _fault(self, row: PlannedRow, problem: str = "") -> Fault:
        name = row.name[:NAME_SHOWN]
        detail = f"Row {row.row} ({name}): {problem or row.problem}"
        code = "plan_changed" if problem else "invalid_row"
        return Fault(f"/rows/{row.row}", code, detail, {"row": row.row, self.subject: name})


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _told(row: PlannedRow) -> str:
    """What it would do, after “it would”."""
    match row.outcome:
        case Outcome.NEW:
            return "be new"
        case Outcome.CHANGE:
            changes = (f"{name} {before} → {after}" for name, (before, after) in row.changes.items())
            return f"change {', '.join(changes)}"
        case Outcome.SAME:
            return "change nothing"
    return f"have a problem ({row.problem})"


def rejected_csv(plan: RowPlan, columns: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]) -> str:
    """The rows with problems as they were written, each with its reason: mend them and import the file."""
    reasons = {row.row: row.problem for row in plan.problems}
    rejected = ([*cells, number, reasons[number]] for number, cells in rows if number in reasons)
    return csv_lines([[*columns, "row", "problem"], *rejected])
