"""Dates and times as people type them, in the shop's time zone."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import typer

from cli.terminal.words import gettext as _

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
RELATIVE = re.compile(r"([+-])(\d{1,4})([mhdw])")
LENGTH = re.compile(r"(\d{1,4})([mhdw])")
DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}

type Meaning = Callable[[str], datetime]


def moment(text: str | None, *, option: str, now: datetime | None = None) -> datetime | None:
    """Read the moment that is meant by ISO 8601 (`2026-12-24`, `2026-12-24T18:00`, an offset is optional), by
    `+7d`, `-24h`, `now`, `today`, `tomorrow` or `yesterday`. A day without a time means its first moment.

    Raises:
        typer.BadParameter: it is none of these.
    """
    from backoffice.moments import opening

    return None if text is None else _meant(text, opening, option, now)


def end_moment(text: str | None, *, option: str, now: datetime | None = None) -> datetime | None:
    """Read the moment at which something ends: a day without a time means the first moment of the next.

    Raises:
        typer.BadParameter: it is none of these.
    """
    from backoffice.moments import closing

    return None if text is None else _meant(text, closing, option, now)


def length(text: str | None, *, option: str) -> timedelta | None:
    """Read a length of time such as `30m`, `24h`, `7d` or `2w`.

    Raises:
        typer.BadParameter: it is none.
    """
    if text is None:
        return None
    match = LENGTH.fullmatch(text.strip().casefold())
    if match is None:
        raise _not_understood(text, option, "a length of time such as 30m, 24h, 7d or 2w")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def _meant(text: str, meaning: Meaning, option: str, now: datetime | None) -> datetime:
    from django.utils import timezone

    now = timezone.localtime(now)
    word = text.strip().casefold()
    if word == "now":
        return now
    if relative := RELATIVE.fullmatch(word):
        sign, number, unit = relative.groups()
        return _moved(now, int(sign + number), unit)
    day = now.date() + timedelta(days=DAYS[word]) if word in DAYS else None
    try:
        return meaning(text if day is None else day.isoformat())
    except ValueError:
        raise _not_understood(
            text, option, "a date such as 2026-12-24, 2026-12-24T18:00, +7d or tomorrow"
        ) from None


def _moved(now: datetime, number: int, unit: str) -> datetime:
    if unit in "mh":
        # Counted in UTC, which does not jump in spring and autumn.
        return (now.astimezone(UTC) + timedelta(**{UNITS[unit]: number})).astimezone(now.tzinfo)
    # A week later is at the same time of day, whatever the clocks did in between.
    return now + timedelta(**{UNITS[unit]: number})


def _not_understood(text: str, option: str, wanted: str) -> typer.BadParameter:
    return typer.BadParameter(
        _("%(text)s is not %(wanted)s.") % {"text": repr(text), "wanted": wanted}, param_hint=f"--{option}"
    )
