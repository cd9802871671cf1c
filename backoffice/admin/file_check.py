"""What the page shows of a file that is looked at before it is applied, and of what became of it afterwards.

Every kind of file fills in the same: `backoffice/import_check.html` is the page of all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# Above all changes stand so many rows with problems; a few more are not worth a link.
PROBLEMS_FIRST = 3
PROBLEMS_FIRST_AT_MOST = 5
LONGEST_WRITTEN = 60


@dataclass(frozen=True, slots=True)
class Figure:
    """One card. With a `view` it leads to the rows that it counts."""

    title: str
    value: str
    note: str = ""
    value_tone: str = ""
    view: str = ""


@dataclass(frozen=True, slots=True)
class CellChange:
    """One field before and after; "" before it was filled in. `note` stands beside the new value."""

    field: str
    before: str
    after: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ShownProblem:
    """What is wrong, in a sentence, and what the file says there if the sentence does not.

    `column` is the file's name of the field, where the sentence needs it to be understood.
    """

    field: str
    sentence: str
    written: str = ""
    column: str = ""

    @property
    def quoted(self) -> str:
        """The cell, unless the sentence quotes it already; a long one is cut."""
        if not self.written or self.written in self.sentence:
            return ""
        is_long = len(self.written) > LONGEST_WRITTEN
        return f"{self.written[:LONGEST_WRITTEN]}…" if is_long else self.written


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the file: what it is about, and what it changes, or why it changes nothing.

    `name` is how the file names its thing, `what` what that is. A thing that the file adds `is_new`; `idle`
    says of a row without changes why it has none. `mark` and `remark` call for a second look.
    """

    row: int
    name: str
    url: str = ""
    what: str = ""
    is_new: bool = False
    changes: Sequence[CellChange] = ()
    problems: Sequence[ShownProblem] = ()
    idle: str = ""
    mark: str = ""
    remark: str = ""

    @property
    def height(self) -> int:
        """How many lines of the table it takes."""
        return len(self.problems) or (1 if self.is_new else len(self.changes)) or 1


@dataclass(frozen=True, slots=True)
class Actions:
    """What can be done, and where; `apply` and `undo` are the words of their buttons.

    Without `apply` nothing can be applied, and `nothing` says why; without `undo` there is nothing to undo.
    `way_back` says what is kept for whoever regrets it.
    """

    may_act: bool
    choose_url: str
    apply_url: str
    undo_url: str = ""
    rejects_url: str = ""
    all_url: str = ""
    apply: str = ""
    applying: str = ""
    nothing: str = ""
    way_back: str = ""
    undo: str = ""
    undo_note: str = ""
