"""Plans of what a file's rows make and change: people look at one first, then it is carried out as seen."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from backoffice.errors import Conflict, Fault
from backoffice.sheets.csv_lines import csv_lines
from backoffice.sheets.formulas import safe_text
from backoffice.sheets.remarks import Remark

FAULTS_NAMED = 50
NAME_SHOWN = 40
INVALID_ROW = "invalid_row"

type OnRow = Callable[[], object]
type Changes = Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with a cell, or with the row as a whole when no column is named."""

    column: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


class Outcome(Enum):
    NEW = "new"
    CHANGE = "change"
    SAME = "same"
    PROBLEM = "problem"

    @property
    def label(self) -> str:
        return str(OUTCOME_LABELS[self])


OUTCOME_LABELS = {
    Outcome.NEW: _("new"),
    Outcome.CHANGE: _("change"),
    Outcome.SAME: _("same"),
    Outcome.PROBLEM: _("problem"),
}


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """What a row does to the thing that it names; `changes` are the values before and after, by column.

    `problem` says in words why it does nothing; a plan that is kept keeps `problems` instead.
    """

    row: int
    name: str
    outcome: Outcome
    changes: Changes
    problem: str = ""
    problems: tuple[RowProblem, ...] = ()

    @property
    def problem_code(self) -> str | None:
        """The code of its first problem; None when it has none."""
        if self.problems:
            return self.problems[0].code
        return INVALID_ROW if self.problem else None

    @property
    def with_amounts_as_text(self) -> "PlannedRow":
        """The same row with Decimals as text, which is how a plan that was kept as JSON has them."""
        return replace(
            self, changes={name: tuple(map(_as_text, both)) for name, both in self.changes.items()}
        )


class RowsHaveProblems(Conflict):
    code = "import_has_problems"
    title = _("The file has rows that cannot be imported")


class RowsChanged(Conflict):
    code = "plan_changed"
    title = _("What the file is about changed since it was looked at")

    def __init__(self, detail: str = "", *, faults: Sequence[Fault] = ()) -> None:
        changed = gettext("Things changed since the file was looked at; nothing was changed.")
        super().__init__(detail or changed, faults=faults)


class CannotUndo(Conflict):
    code = "cannot_undo"
    title = _("Some rows can no longer be undone")


@dataclass(frozen=True, slots=True)
class RowPlan:
    """All rows of a file; `subject` is the column that names what each is about.

    `kept` is the import that keeps the plan, as data, if one does.
    """

    subject: str
    rows: tuple[PlannedRow, ...]
    ignored_columns: tuple[str, ...]
    remarks: tuple[Remark, ...] = ()
    kept: Mapping[str, Any] | None = None

    def count(self, outcome: Outcome) -> int:
        return sum(row.outcome is outcome for row in self.rows)

    @property
    def problems(self) -> list[PlannedRow]:
        return [row for row in self.rows if row.outcome is Outcome.PROBLEM]

    @property
    def changes(self) -> int:
        return self.count(Outcome.NEW) + self.count(Outcome.CHANGE)

    def refuse_unless(self, seen: "RowPlan", *, skip_invalid: bool) -> None:
        """Refuse the plan just carried out; call it within the transaction, which the refusal takes back.

        Raises:
            RowsHaveProblems: there are some, and they are not to be skipped.
            RowsChanged: it is not what was seen.
        """
        problems = self.problems
        if problems and not skip_invalid:
            raise RowsHaveProblems(
                ngettext(
                    "%(problems)s of %(rows)s row has problems; nothing was changed.",
                    "%(problems)s of %(rows)s rows have problems; nothing was changed.",
                    len(self.rows),
                )
                % {"problems": len(problems), "rows": len(self.rows)},
                faults=[self._fault(row) for row in problems[:FAULTS_NAMED]],
            )
        now, before = (
            [row.with_amounts_as_text for row in self.rows],
            [row.with_amounts_as_text for row in seen.rows],
        )
        if now != before:
            overtaken = [
                self._overtaken(row, then) for row, then in zip(now, before, strict=False) if row != then
            ]
            raise RowsChanged(faults=overtaken[:FAULTS_NAMED])

    def _fault(self, row: PlannedRow) -> Fault:
        name = row.name[:NAME_SHOWN]
        facts = {"row": row.row, "name": name, "problem": row.problem}
        detail = gettext("Row %(row)s (%(name)s): %(problem)s") % facts
        return Fault(f"/rows/{row.row}", INVALID_ROW, detail, {"row": row.row, self.subject: name})

    def _overtaken(self, row: PlannedRow, then: PlannedRow) -> Fault:
        name = row.name[:NAME_SHOWN]
        facts = {"row": row.row, "name": name, "now": _in_words(row), "seen": _in_words(then)}
        detail = gettext("Row %(row)s (%(name)s): %(now)s now; you saw: %(seen)s.") % facts
        return Fault(f"/rows/{row.row}", "plan_changed", detail, {"row": row.row, self.subject: name})


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _in_words(row: PlannedRow) -> str:
    match row.outcome:
        case Outcome.NEW:
            return gettext("new")
        case Outcome.CHANGE:
            return ", ".join(
                gettext("%(name)s %(before)s → %(after)s")
                % {"name": name, "before": shown(before), "after": shown(after)}
                for name, (before, after) in row.changes.items()
            )
        case Outcome.SAME:
            return gettext("no change")
    return gettext("a problem (%(problem)s)") % {"problem": row.problem}


def shown(value: Any) -> str:
    """Put a value of a plan into words: 0 and False are values, nothing is (empty)."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return gettext("(empty)") if value in (None, "") else str(value)


def rejected_csv(plan: RowPlan, columns: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]) -> str:
    """Write the rows with problems as they were, each with its reason, to be corrected and imported."""
    reasons = {row.row: row.problem for row in plan.problems}
    rejected = (
        [*map(safe_text, cells), number, reasons[number]] for number, cells in rows if number in reasons
    )
    return csv_lines([[*columns, "row", "problem"], *rejected])
