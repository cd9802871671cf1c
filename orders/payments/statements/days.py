"""Days as files write them. Whether the day or the month comes first is told by all of them together."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.sheets.cells import CellFault, moment_text
from backoffice.sheets.limits import UnreadableFile

SHOWN = 40
# A time may follow.
YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?![0-9])")
DAY_FIRST = re.compile(r"([0-9]{1,2})([.-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?![0-9])")
SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}|[0-9]{2})(?![0-9])")
COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})\Z")
# Two digits of a year mean this century.
CENTURY = 2000


def is_month_first(written: Iterable[str]) -> bool:
    """Whether days such as 11/30/2026 have their month first.

    Raises:
        UnreadableFile: some do and others do not, or none of them tells.
    """
    matches = ((SLASHED.match(text), text) for text in dict.fromkeys(written))
    slashed = [(int(found[1]), int(found[2]), text) for found, text in matches if found]
    day_first = next((text for first, _second, text in slashed if first > 12), "")
    month_first = next((text for _first, second, text in slashed if second > 12), "")
    if day_first and month_first:
        raise UnreadableFile(
            _("The file mixes dates such as %(day)s and %(month)s. Download it again, or write all alike.")
            % {"day": day_first[:SHOWN], "month": month_first[:SHOWN]}
        )
    if not (day_first or month_first):
        return _told_by_today(slashed)
    return bool(month_first)


def _told_by_today(slashed: list[tuple[int, int, str]]) -> bool:
    """Take the order in which none of the days is yet to come, if only one of them is such."""
    twofold = [(first, second, text) for first, second, text in slashed if first != second]
    last_day = timezone.localdate() + timedelta(days=1)
    days = {
        is_month_first: [_slashed_day(text, is_month_first=is_month_first) for *_parts, text in twofold]
        for is_month_first in (True, False)
    }
    possible = [order for order, found in days.items() if all(each and each <= last_day for each in found)]
    if twofold and len(possible) != 1:
        raise UnreadableFile(
            _(
                "Dates such as %(date)s can mean two days, and no other date of the file tells which. "
                "Write the month in front of the day, as in 2026-11-30, or choose a longer period."
            )
            % {"date": twofold[0][2][:SHOWN]}
        )
    return bool(twofold) and possible[0]


# A statement is of few days.
@lru_cache(maxsize=1_000)
def day_of(text: str, *, month_first: bool = False) -> date:
    """Return the day. Raises CellFault when it is none."""
    text = moment_text(text)
    if found := YEAR_FIRST.match(text):
        day = _day(found[1], found[3], found[4])
    elif found := DAY_FIRST.match(text):
        day = _day(found[4], found[3], found[1])
    elif found := COMPACT.match(text):
        day = _day(*found.groups())
    else:
        day = _slashed_day(text, is_month_first=month_first)
    if day is None:
        raise CellFault("not_a_date", text=text[:SHOWN])
    return day


def _slashed_day(text: str, *, is_month_first: bool) -> date | None:
    found = SLASHED.match(text)
    if found is None:
        return None
    month, day = (found[1], found[2]) if is_month_first else (found[2], found[1])
    return _day(found[3], month, day)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year) + (CENTURY if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None
