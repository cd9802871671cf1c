"""Dates and times as people type them, in the shop's time zone."""

import re
from datetime import UTC, datetime, time, timedelta

from backoffice.errors import Fault, Invalid

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
RELATIVE = re.compile(r"([+-])(\d{1,4})([mhdw])")
LENGTH = re.compile(r"(\d{1,4})([mhdw])")
DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}


def moment(text: str | None, *, option: str, now: datetime | None = None) -> datetime | None:
    """The moment that is meant by ISO 8601 (`2026-12-24`, `2026-12-24T18:00`, with or without an offset), by
    `+7d`, `-24h`, `now`, `today`, `tomorrow` or `yesterday`. A day without a time means its first moment.

    Raises:
        Invalid: it is none of these.
    """
    from django.utils import timezone

    if text is None:
        return None
    now = timezone.localtime(now)
    word = text.strip().casefold()
    if word == "now":
        return now
    if word in DAYS:
        return _start_of_day(now + timedelta(days=DAYS[word]))
    if relative := RELATIVE.fullmatch(word):
        sign, number, unit = relative.groups()
        return _moved(now, int(sign + number), unit)
    try:
        parsed = datetime.fromisoformat(text.strip())
        aware = timezone.make_aware(parsed) if parsed.tzinfo is None else parsed
        # At the ends of the calendar a moment cannot be told in UTC.
        return aware.astimezone(UTC).astimezone(aware.tzinfo)
    except (ValueError, OverflowError):
        raise _not_understood(
            text, option, "a date such as 2026-12-24, 2026-12-24T18:00, +7d or tomorrow"
        ) from None


def length(text: str | None, *, option: str) -> timedelta | None:
    """A length of time such as `30m`, `24h`, `7d` or `2w`.

    Raises:
        Invalid: it is none.
    """
    if text is None:
        return None
    match = LENGTH.fullmatch(text.strip().casefold())
    if match is None:
        raise _not_understood(text, option, "a length of time such as 30m, 24h, 7d or 2w")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def _moved(now: datetime, number: int, unit: str) -> datetime:
    if unit in "mh":
        # By the clock that does not jump in spring and autumn.
        return (now.astimezone(UTC) + timedelta(**{UNITS[unit]: number})).astimezone(now.tzinfo)
    # A week later at the same time of day, whatever the clocks did in between.
    return now + timedelta(**{UNITS[unit]: number})


def _start_of_day(day: datetime) -> datetime:
    from django.utils import timezone

    return timezone.make_aware(datetime.combine(day.date(), time.min))


def _not_understood(text: str, option: str, wanted: str) -> Invalid:
    detail = f"{text!r} is not {wanted}."
    return Invalid(detail, faults=[Fault(f"/{option}", "validation", detail)])
