"""While the database or Redis is away, logs a line every few seconds, not a traceback each time.

It does not matter which module or library logs the outage: the console's handler has the filter.
"""

import logging
import threading
import traceback
from dataclasses import dataclass
from time import monotonic

from backoffice.runtime.outages import is_of_redis, is_outage

EVERY_SECONDS = 5.0


@dataclass(slots=True)
class _Told:
    at: float = float("-inf")
    left_out: int = 0


class OutageFilter(logging.Filter):
    """Lets the first record about an outage pass, in one line, and counts those of the next seconds."""

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self._lock = threading.Lock()
        self._told = {"database": _Told(), "Redis": _Told()}

    def filter(self, record: logging.LogRecord) -> bool:
        error = _outage_in(record)
        if error is None:
            return not self._repeats(record)
        told = self._told["Redis" if is_of_redis(error) else "database"]
        with self._lock:
            if monotonic() < told.at + EVERY_SECONDS:
                told.left_out += 1
                return False
            left_out, told.left_out, told.at = told.left_out, 0, monotonic()
        _shorten(record, error, left_out)
        return True

    def _repeats(self, record: logging.LogRecord) -> bool:
        """Whether this is Django's bare line about the outage just logged, which is then counted."""
        if not _is_status_alone(record):
            return False
        with self._lock:
            recent = [told for told in self._told.values() if monotonic() < told.at + EVERY_SECONDS]
            for told in recent[:1]:
                told.left_out += 1
        return bool(recent)


def _is_status_alone(record: logging.LogRecord) -> bool:
    return getattr(record, "status_code", 0) >= 500 and not record.exc_info


def _outage_in(record: logging.LogRecord) -> BaseException | None:
    """Return the outage in the record: its `about`, its traceback's end or cause, or an argument."""
    raised = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    arguments = record.args if isinstance(record.args, tuple) else ()
    told = [getattr(record, "about", None), raised, getattr(raised, "__cause__", None), *arguments]
    return next((each for each in told if isinstance(each, BaseException) and is_outage(each)), None)


def _shorten(record: logging.LogRecord, error: BaseException, left_out: int) -> None:
    """Make one line of the record: its message, what was raised, and how many such lines were left out."""
    first_line = next(iter(str(error).splitlines()), "")
    words = record.getMessage().splitlines()[0] if record.getMessage() else ""
    if first_line not in words and not hasattr(record, "about"):
        words = f"{words}: {traceback.format_exception_only(error)[0].strip().splitlines()[0]}"
    if left_out:
        words += f" (and {left_out} more such lines)"
    record.msg, record.args = words, ()
    record.exc_info = record.exc_text = record.stack_info = None
