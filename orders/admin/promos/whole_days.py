"""The ends of a window as people type them: a date alone is the whole day, in the shop's time zone."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSplitDateTimeWidget

from backoffice.moments import start_of_day
from orders.promotions.terms import FIRST_YEAR, LAST_YEAR, year_out_of_range

CLOSING_TIMES = ("24:00", "24:00:00")


class StartWidget(UnfoldAdminSplitDateTimeWidget):
    """Shows a day's first moment as the date alone."""

    # What a screen reader calls its two fields.
    names: tuple[str | Promise, str | Promise] = (gettext_lazy("Starts: day"), gettext_lazy("Starts: time"))

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        for field, title in zip(context["widget"]["subwidgets"], self.names, strict=True):
            field["attrs"]["aria-label"] = title
        return context

    def decompress(self, value: datetime | None) -> list[Any]:
        if value is None:
            return [None, None]
        local = timezone.localtime(value)
        if value == start_of_day(local.date()):
            return [self.day_meant(local.date()), None]
        return [local.date(), local.time()]

    def day_meant(self, day: date) -> date:
        return day


class EndWidget(StartWidget):
    """Shows a midnight as the date of the day that it ends."""

    names = (gettext_lazy("Ends: day"), gettext_lazy("Ends: time"))

    def day_meant(self, day: date) -> date:
        return day - timedelta(days=1)


class StartField(forms.SplitDateTimeField):
    """The start of a window; a date without a time means the day's first moment."""

    widget = StartWidget

    def compress(self, data_list: Any) -> datetime | None:
        if not data_list:
            return None
        day, hour = data_list
        if day is None:
            raise ValidationError(_("Give the day too."))
        # Between these years a moment can be shown in every time zone.
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(year_out_of_range())
        return self.whole_day(day) if hour is None else super().compress(data_list)

    def whole_day(self, day: date) -> datetime:
        return start_of_day(day)


class EndField(StartField):
    """The end of a window; a date without a time, or 24:00, means the moment when the day is over."""

    widget = EndWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields = (self.fields[0], _ClosingTimeField(required=False))

    def whole_day(self, day: date) -> datetime:
        return start_of_day(day + timedelta(days=1))


class _ClosingTimeField(forms.TimeField):
    def to_python(self, value: Any) -> time | None:
        closes = isinstance(value, str) and value.strip() in CLOSING_TIMES
        return None if closes else super().to_python(value)
