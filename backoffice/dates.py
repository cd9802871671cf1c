r"""Days and moments as people read them, in the shop's time zone and their language.

Each format is a text of the catalogues, in the letters of Django's `date` filter: a translator changes their
order and puts marks between them. `D` is the weekday in two or three letters, `M` the month in three, `N` the
month as it is abbreviated in print (Nov., März), `F` the month in full, `j` the day without a zero, `Y` the
year, `H:i` the time, `T` the zone. A letter that stands for itself has a backslash before it: `H:i \U\h\r`.

How files and the API write a moment is in backoffice/moments.py.
"""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from backoffice.moments import start_of_day

_NEAR = (gettext_lazy("Today, %(time)s"), gettext_lazy("Yesterday, %(time)s"))
_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
# From so many seconds on, told in what they are counted in.
_AGO = (
    (365 * _DAY, ngettext_lazy("%(count)s year ago", "%(count)s years ago", "count")),
    (30 * _DAY, ngettext_lazy("%(count)s month ago", "%(count)s months ago", "count")),
    (7 * _DAY, ngettext_lazy("%(count)s week ago", "%(count)s weeks ago", "count")),
    (_DAY, ngettext_lazy("%(count)s day ago", "%(count)s days ago", "count")),
    (_HOUR, ngettext_lazy("%(count)s hour ago", "%(count)s hours ago", "count")),
    (_MINUTE, ngettext_lazy("%(count)s minute ago", "%(count)s minutes ago", "count")),
)


def day(on: date) -> str:
    """`Mon 30 Nov`, the year only when it is not this one."""
    if _is_this_year(on):
        # Translators: letters of a date, here Mon 30 Nov; in German "D., j. N" for Mo., 30. Nov.
        return formatted(on, _("D j M"))
    # Translators: letters of a date, here Mon 30 Nov 2026; in German "D., j. N Y".
    return formatted(on, _("D j M Y"))


def day_of_month(on: date) -> str:
    """`30 Nov`."""
    # Translators: letters of a date, here 30 Nov; in German "j. N".
    return formatted(on, _("j M"))


def number_of_day(on: date) -> str:
    """`30`, as the first day of `1–30 Nov`."""
    # Translators: letters of a date, here the 1 of "1–30 Nov"; in German "j." for the 1. of "1.–30. Nov.".
    return formatted(on, _("j"))


def day_with_year(at: date) -> str:
    """`30 Nov 2026`."""
    local = timezone.localtime(at) if isinstance(at, datetime) else at
    # Translators: letters of a date, here 30 Nov 2026; in German "j. N Y".
    return formatted(local, _("j M Y"))


def time_of_day(at: datetime) -> str:
    """`03:34`."""
    # Translators: letters of a time, here 03:34; in German "H:i".
    return formatted(timezone.localtime(at), _("H:i"))


def moment(at: datetime) -> str:
    """`Today, 03:34`, `Yesterday, 03:34`, `22 Nov, 03:34`; the year only when it is not this one."""
    local = timezone.localtime(at)
    days = (timezone.localdate() - local.date()).days
    if days in (0, 1):
        return _NEAR[days] % {"time": time_of_day(local)}
    # Translators: letters of a date and time, here 22 Nov, 03:34; in German "j. N, H:i".
    return formatted(local, _("j M, H:i")) if _is_this_year(local) else moment_with_year(at)


def moment_with_year(at: datetime) -> str:
    """`22 Nov 2026, 03:34`."""
    # Translators: letters of a date and time, here 22 Nov 2026, 03:34; in German "j. N Y, H:i".
    return formatted(timezone.localtime(at), _("j M Y, H:i"))


def weekday_moment(at: datetime) -> str:
    """`Sun 22 Nov 2026, 03:34`."""
    # Translators: letters of a date and time, here Sun 22 Nov 2026, 03:34; in German "D., j. N Y, H:i".
    return formatted(timezone.localtime(at), _("D j M Y, H:i"))


def full_day(on: date) -> str:
    """`30 November 2026`."""
    # Translators: letters of a date, here 30 November 2026; in German "j. F Y".
    return formatted(on, _("j F Y"))


def full_moment(at: datetime) -> str:
    """`22 November 2026, 03:34`."""
    # Translators: letters of a date and time as in a letter, here 22 November 2026, 03:34. In German
    # "j. F Y, H:i" and after it a blank and "Uhr" with a backslash before each of its letters.
    return formatted(timezone.localtime(at), _("j F Y, H:i"))


def full_moment_with_zone(at: datetime) -> str:
    """`22 November 2026, 03:34 CET`."""
    # Translators: letters of a date and time, here 22 November 2026, 03:34 CET; in German "j. F Y, H:i T".
    return formatted(timezone.localtime(at), _("j F Y, H:i T"))


def exact_moment(at: datetime) -> str:
    """`22 November 2026, 03:34:05 CET`."""
    # Translators: letters of a date and time, as 22 November 2026, 03:34:05 CET; in German "j. F Y, H:i:s T".
    return formatted(timezone.localtime(at), _("j F Y, H:i:s T"))


def ago(at: datetime) -> str:
    """`3 hours ago`, in the largest unit of which there is one."""
    seconds = int((timezone.now() - at).total_seconds())
    for unit, told in _AGO:
        if seconds >= unit:
            return told % {"count": seconds // unit}
    return _("just now")


def beginning(at: datetime) -> str:
    """`Fri 27 Nov, 00:00`."""
    local = timezone.localtime(at)
    if not _is_this_year(local):
        return weekday_moment(at)
    # Translators: letters of a date and time, here Fri 27 Nov, 00:00; in German "D., j. N, H:i".
    return formatted(local, _("D j M, H:i"))


def end(at: datetime) -> str:
    """Write a midnight as the end of the day before: `Mon 30 Nov, 24:00`, not `Tue 1 Dec, 00:00`."""
    after = timezone.localdate(at)
    if at != start_of_day(after):
        return beginning(at)
    return _("%(day)s, 24:00") % {"day": day(after - timedelta(days=1))}


def window(starts_at: datetime | None, ends_at: datetime | None) -> str:
    """`Fri 27 Nov, 00:00 – Mon 30 Nov, 24:00`; an open end says so."""
    if starts_at and ends_at:
        return f"{beginning(starts_at)} – {end(ends_at)}"
    if ends_at:
        return _("until %(end)s") % {"end": end(ends_at)}
    if starts_at:
        return _("from %(beginning)s") % {"beginning": beginning(starts_at)}
    return _("always")


def _is_this_year(on: date) -> bool:
    return on.year == timezone.localdate().year
