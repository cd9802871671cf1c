"""Draws bars for what takes long, on standard error, and only on a terminal."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.terminal.values import printable

if TYPE_CHECKING:
    from rich.progress import Progress

# Fewer rows than this are done before anybody could watch.
LONG = 2_000
# A bar is drawn ten times a second; updating it at every row would be most of the work.
STEP = 100


class ProgressBar:
    """Counts what is done; without a drawing it only counts."""

    def __init__(self, drawing: "Progress | None" = None) -> None:  # not translated
        self._drawing = drawing
        self._total: int | None = None
        self._done = 0

    def phase(self, label: str, total: int | None = None) -> None:
        """Begin a phase of the work; without a total the bar only moves."""
        if self._drawing is not None:
            # Redrawn, so that even a short phase is seen to end and to begin.
            self._drawing.refresh()
            for task in self._drawing.task_ids:
                self._drawing.remove_task(task)
            self._drawing.add_task(printable(label), total=total, told="")
            self._drawing.refresh()
        self._total = total
        self._done = 0

    def advance(self) -> None:
        self._done += 1
        if self._drawing is not None and self._done % STEP == 0:
            told = f"{self._done:,}" if self._total is None else f"{self._done:,} of {self._total:,}"
            self._drawing.update(self._drawing.task_ids[-1], completed=self._done, told=told)

    def follow[T](self, rows: Iterable[T]) -> Iterator[T]:
        """Hand the rows on and count them."""
        for row in rows:
            yield row
            self.advance()


@contextmanager
def bar(label: str, total: int | None, *, rows: int | None = None) -> Iterator[ProgressBar]:
    """Yield a bar from nothing to `total`, or one that only moves; nothing is drawn for a few `rows`."""
    expected = total if rows is None else rows
    if not sys.stderr.isatty() or (expected is not None and expected < LONG):
        yield ProgressBar()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description:<26}"),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as drawing:
        shown = ProgressBar(drawing)
        shown.phase(label, total)
        yield shown
