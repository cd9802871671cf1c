"""What the rows of a file would make and change: looked at first, then carried out as it was seen."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from backoffice.errors import Conflict, Fault
from catalog.formulas import neutralised

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
        if self != seen:
            raise RowsChanged("Things changed since the file was looked at; nothing was changed.")

    def _fault(self, row: PlannedRow) -> Fault:
        name = row.name[:NAME_SHOWN]
        detail = f"Row {row.row} ({name}): {row.problem}"
        return Fault(f"/rows/{row.row}", "invalid_row", detail, {"row": row.row, self.subject: name})


def rejected_csv(plan: RowPlan, columns: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]) -> str:
    """The rows with problems as they were written, each with its reason: mend them and import the file."""
    reasons = {row.row: row.problem for row in plan.problems}
    content = io.StringIO()
    writer = csv.writer(content, lineterminator="\r\n")
    writer.writerow([*columns, "row", "problem"])
    for number, cells in rows:
        if number in reasons:
            writer.writerow([*map(neutralised, cells), number, neutralised(reasons[number])])
    return content.getvalue()
