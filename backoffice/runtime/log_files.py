"""Writes log files that several processes share, that only their owner may read, and that fill no disk."""

import fcntl
import logging
import os
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any, cast

MEGABYTE = 1_048_576
MOST_BYTES = 10 * MEGABYTE
# How many are kept beside the one that is written.
KEPT = 9


class PrivateFile(WatchedFileHandler):
    """A log file that its owner alone may read, shared by processes; after it is moved away a new one begins.

    One of more than `most_bytes` is moved away by whoever writes next: to `.1`, what was there to `.2` and so
    on, and only `kept` of them stay. Something else may move it before, as logrotate does. A full disk costs
    lines of the log, and nothing else.
    """

    def __init__(
        self, filename: Path, *, most_bytes: int = MOST_BYTES, kept: int = KEPT, **options: Any
    ) -> None:
        super().__init__(filename, **options)
        self.most_bytes = most_bytes
        self.kept = kept

    def _open(self) -> "TextIOWrapper[Any]":
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return cast("TextIOWrapper[Any]", os.fdopen(descriptor, self.mode, encoding=self.encoding))

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._move_away_if_large()
            super().emit(record)
        except OSError:
            # The base class catches what fails while writing, but not while opening.
            self.stream = None

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        pass

    def _move_away_if_large(self) -> None:
        if not self._is_large():
            return
        lock = os.open(f"{self.baseFilename}.lock", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            # Whoever comes second waits for a few renames, and then finds it small.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._is_large():
                move_away(Path(self.baseFilename), kept=self.kept)
        finally:
            os.close(lock)

    def _is_large(self) -> bool:
        with suppress(FileNotFoundError):
            return Path(self.baseFilename).stat().st_size >= self.most_bytes
        return False


def move_away(log: Path, *, kept: int = KEPT) -> None:
    """Move each to the next number, from the last one on. Who has it open goes on writing into it."""
    named = [log, *(Path(f"{log}.{number}") for number in range(1, kept + 1))]
    for older, newer in reversed(list(zip(named[1:], named, strict=False))):
        with suppress(FileNotFoundError):
            newer.replace(older)
