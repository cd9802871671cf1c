"""Days and moments as people read them, in the shop's time zone and their language.

How files and the API write a moment is in backoffice/moments.py.
"""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.moments import start_of_day

_NEAR = (gettext_lazy("Today, %(time)s"), gettext_lazy("Yesterday, %(time)s"))


def day(on: date) -> str:
    """`Mon 30 Nov`, the year only when it is not this one."""
    return formatted(on, _("D j M") if _is_this_year(on) else _("D j M Y"))


def day_of_month(on: date) -> str:
    """`30 Nov`."""
    return formatted(on, _("j M"))


def day_with_year(at: datetime) -> str:
    """`30 Nov 2026`."""
    return formatted(timezone.localtime(at), _("j M Y"))


def moment(at: datetime) -> str:
    """`Today, 03:34`, `Yesterday, 03:34`, `22 Nov, 03:34`; the year only when it is not this one."""
    local = timezone.localtime(at)
    days = (timezone.localdate() - local.date()).days
    if days in (0, 1):
        return _NEAR[days] % {"time": formatted(local, _("H:i"))}
    return formatted(local, _("j M, H:i")) if _is_this_year(local) else moment_with_year(at)


def moment_with_year(at: datetime) -> str:
    """`22 Nov 2026, 03:34`."""
    return formatted(timezone.localtime(at), _("j M Y, H:i"))


def weekday_moment(at: datetime) -> str:
    """`Sun 22 Nov 2026, 03:34`."""
    return formatted(timezone.localtime(at), _("D j M Y, H:i"))


def full_moment(at: datetime) -> str:
    """`22 November 2026, 03:34`."""
    return formatted(timezone.localtime(at), _("j F Y, H:i"))


def exact_moment(at: datetime) -> str:
    """`22 November 2026, 03:34:05 CET`."""
    return formatted(timezone.localtime(at), _("j F Y, H:i:s T"))


def ago(at: datetime) -> str:
    """`3 hours ago`."""
    if (timezone.now() - at).total_seconds() < 60:
        return _("just now")
    return _("%(length)s ago") % {"length": timesince(at, depth=1)}


def beginning(at: datetime) -> str:
    """`Fri 27 Nov, 00:00`."""
    local = timezone.localtime(at)
    return formatted(local, _("D j M, H:i") if _is_this_year(local) else _("D j M Y, H:i"))


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
