"""Moments as people write them in ISO 8601, in the shop's time zone."""

from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

# Beyond them a moment cannot be told in every time zone, nor a day be added to it or taken away.
FIRST = datetime(1, 1, 3, tzinfo=UTC)
LAST = datetime(9999, 12, 29, tzinfo=UTC)


def is_within_calendar(moment: datetime) -> bool:
    return FIRST <= moment <= LAST


def opening(text: str) -> datetime:
    """Read when something begins: a day without a time begins with its first moment.

    Raises:
        ValueError: it is no moment that every time zone can tell.
    """
    day = _day(text)
    return _moment(text) if day is None else _first_moment(day)


def closing(text: str) -> datetime:
    """Read when something ends: a day without a time ends with the first moment of the next.

    Raises:
        ValueError: it is no moment that every time zone can tell.
    """
    day = _day(text)
    if day is None:
        return _moment(text)
    try:
        return _first_moment(day + timedelta(days=1))
    except OverflowError:
        raise ValueError(text) from None


def opening_text(moment: datetime) -> str:
    """Write the moment for `opening` to read: as the day alone when it is the first of one."""
    day = timezone.localdate(moment)
    return day.isoformat() if start_of_day(day) == moment else timezone.localtime(moment).isoformat()


def closing_text(moment: datetime) -> str:
    """Write the moment for `closing` to read: as the day alone when it is the end of one."""
    day = timezone.localdate(moment)
    over = day - timedelta(days=1)
    return over.isoformat() if start_of_day(day) == moment else timezone.localtime(moment).isoformat()


def start_of_day(day: date) -> datetime:
    """Return the day's first moment by the calendar, for a day may have 23 or 25 hours."""
    return _told_by_the_clock(timezone.make_aware(datetime.combine(day, time.min)))


def _first_moment(day: date) -> datetime:
    """Raises ValueError at the ends of the calendar."""
    if not is_within_calendar(datetime.combine(day, time.min, tzinfo=UTC)):
        raise ValueError(day)
    return start_of_day(day)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _moment(text: str) -> datetime:
    parsed = datetime.fromisoformat(text.strip())
    aware = timezone.make_aware(parsed) if parsed.tzinfo is None else parsed
    if not is_within_calendar(aware):
        raise ValueError(text)
    return _told_by_the_clock(aware)


def _told_by_the_clock(moment: datetime) -> datetime:
    """Replace a time that the clocks leave out when they go forward by the one that they show instead."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo)
