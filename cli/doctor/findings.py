"""The findings of doctor's checks."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from cli.terminal.words import ngettext


class Verdict(StrEnum):
    OK = "ok"
    NOTE = "note"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Finding:
    state: Verdict
    detail: str


def fine(detail: str) -> Finding:
    return Finding(Verdict.OK, detail)


def note(detail: str) -> Finding:
    """A finding that somebody should know of, though the shop works with it."""
    return Finding(Verdict.NOTE, detail)


def trouble(detail: str) -> Finding:
    """A finding that has to be mended; `detail` tells how."""
    return Finding(Verdict.TROUBLE, detail)


def in_words(length: timedelta) -> str:
    """Write a length of time, such as `3 days`; below two of a unit, in the next smaller one."""
    seconds = int(length.total_seconds())
    if (days := seconds // 86_400) >= 2:
        return ngettext("%(number)s day", "%(number)s days", days) % {"number": days}
    if (hours := seconds // 3_600) >= 2:
        return ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": hours}
    if (minutes := seconds // 60) >= 2:
        return ngettext("%(number)s minute", "%(number)s minutes", minutes) % {"number": minutes}
    return ngettext("%(number)s second", "%(number)s seconds", seconds) % {"number": seconds}
