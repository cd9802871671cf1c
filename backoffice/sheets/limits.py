"""Limits how much of a file is read before it is refused.

What was read so far is counted; what the file says of itself is never believed.
"""

from collections.abc import Iterator
from time import thread_time

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.errors import Fault, Invalid

MAX_COLUMNS = 1_000
MAX_CELL = 32_767
MAX_SHEET_ROWS = 1_048_576
# The text of a whole file, which is kept in memory while somebody looks at it.
MAX_KEPT_CHARACTERS = 20_000_000

REFUSED_AFTER_SECONDS = 3.0
SECONDS_PER_CELL = 0.000_1
SECONDS_PER_TEXT = 0.000_01
TOO_SLOW = _(
    "Reading this file takes far longer than its rows are worth. Copy the filled cells into a new workbook, "
    "or save it as CSV."
)


class UnreadableFile(Invalid):
    """The file is not a table that can be read; `detail` says which row and what to do."""

    code = "unreadable_file"
    title = _("The file cannot be read")

    def __init__(self, detail: str | Promise) -> None:
        super().__init__(str(detail), faults=[Fault("/file", self.code, str(detail))])


class TimeBox:
    """The processor time that reading a file may take: a little, and more for each cell that it yields.

    The time of this thread alone counts, so that a busy machine refuses nobody.
    """

    def __init__(self) -> None:
        self._left = REFUSED_AFTER_SECONDS
        self._began = thread_time()

    def watched(self, steps: Iterator[None]) -> Iterator[None]:
        """Take the steps; each begins the time that its `end` then charges."""
        self.begin()
        for step in steps:
            yield step
            self.begin()

    def begin(self) -> None:
        self._began = thread_time()

    def end(self, *, cells: int = 0, texts: int = 0) -> None:
        """Charge the time since `begin`, less what the cells read allow. Raises UnreadableFile when over."""
        earned = cells * SECONDS_PER_CELL + texts * SECONDS_PER_TEXT
        self._left += earned - (thread_time() - self._began)
        if self._left < 0:
            raise UnreadableFile(TOO_SLOW)
