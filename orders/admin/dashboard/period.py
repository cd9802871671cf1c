"""The days that the dashboard is about, as its address names them, and the days before to compare with."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice import dates
from backoffice.admin.charts import Label
from backoffice.moments import start_of_day

PERIOD, FROM, TO = "period", "from", "to"
DAYS = {"today": 1, "7d": 7, "30d": 30, "90d": 90}
USUAL = "30d"
MOST_DAYS = 366
FIRST_YEAR = 2000
# Beyond so many days a bar is a week.
MOST_BARS = 45
ONE_DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Span:
    """What one bar stands for."""

    begins: datetime
    ends: datetime
    label: Label


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in the shop's time zone, both included. `key` is "" for days that somebody chose."""

    key: str
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """As many days, just before."""
        return Period("", self.first - timedelta(days=self.days), self.first - ONE_DAY)

    @property
    def is_by_hour(self) -> bool:
        return self.days == 1

    @property
    def is_by_week(self) -> bool:
        return self.days > MOST_BARS

    @property
    def placed(self) -> str:
        """The filter of the list of orders that holds those placed in it."""
        return urlencode({"placed_at_from": self.first.isoformat(), "placed_at_to": self.last.isoformat()})

    def spans(self) -> list[Span]:
        """Return hours of a single day, else days, or weeks of which the newest is whole."""
        if self.is_by_hour:
            return _hours(self.first)
        length = 7 if self.is_by_week else 1
        lasts = [self.last - timedelta(days=back) for back in range(0, self.days, length)]
        return [_days(max(last - timedelta(days=length - 1), self.first), last) for last in reversed(lasts)]


class UnclearPeriod(ValueError):
    """The address names no days that can be shown. The message is a sentence."""


def period_of(asked: QueryDict, today: date) -> Period:
    """Return what the address asks for, or the usual period where it asks for none.

    Raises:
        UnclearPeriod: it is garbage, upside down, or too long.
    """
    if FROM in asked or TO in asked:
        return _own(asked.get(FROM, ""), asked.get(TO, ""), today)
    key = asked.get(PERIOD, USUAL)
    if key not in DAYS:
        raise UnclearPeriod(_("There is no such period."))
    return named(key, today)


def named(key: str, today: date) -> Period:
    return Period(key, today - timedelta(days=DAYS[key] - 1), today)


def _own(first: str, last: str, today: date) -> Period:
    try:
        begins, ends = (date.fromisoformat(text) for text in (first, last))
    except ValueError:
        raise UnclearPeriod(_("Choose a first and a last day.")) from None
    if ends < begins:
        raise UnclearPeriod(_("The last day must not come before the first."))
    if begins.year < FIRST_YEAR or ends > today:
        raise UnclearPeriod(
            _("Choose days up to today, none before the year %(year)s.") % {"year": FIRST_YEAR}
        )
    if (ends - begins).days >= MOST_DAYS:
        told = ngettext("Choose at most %(days)s day.", "Choose at most %(days)s days.", MOST_DAYS)
        raise UnclearPeriod(told % {"days": MOST_DAYS})
    return Period("", begins, ends)


def same_time_the_day_before(at: datetime) -> datetime:
    """Return when clocks showed that time a day earlier: not always 24 hours ago, for they are changed."""
    return (timezone.localtime(at) - ONE_DAY).astimezone(UTC)


def in_words(first: date, last: date, *, with_year: bool = False) -> str:
    """Return `1–30 Nov`, `2 Sep – 1 Oct`, or with the years where they are asked for or differ."""
    with_year = with_year or first.year != last.year
    end = dates.day_with_year(last) if with_year else dates.day_of_month(last)
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return _("%(first)s–%(last)s") % {"first": dates.number_of_day(first), "last": end}
    begin = dates.day_with_year(first) if first.year != last.year else dates.day_of_month(first)
    return _("%(first)s – %(last)s") % {"first": begin, "last": end}


def _days(first: date, last: date) -> Span:
    full = dates.day(first) if first == last else in_words(first, last)
    begins, ends = start_of_day(first), start_of_day(last + ONE_DAY)
    return Span(begins, ends, Label(dates.day_of_month(first), full))


def _hours(day: date) -> list[Span]:
    """Return the hours of a day, of which there may be 23 or 25."""
    # By UTC, for the clock leaves an hour out or shows one twice.
    begins, over = (start_of_day(at).astimezone(UTC) for at in (day, day + ONE_DAY))
    hours = [begins + HOUR * n for n in range(round((over - begins) / HOUR))]
    return [_hour(at) for at in hours]


def _hour(at: datetime) -> Span:
    begins, ends = (dates.time_of_day(moment) for moment in (at, at + HOUR))
    return Span(at, at + HOUR, Label(begins, f"{begins}–{ends}"))
