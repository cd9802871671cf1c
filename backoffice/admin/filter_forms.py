"""The controls of a list's filters: the browser's own, and what is chosen in them in words."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice import dates
from backoffice.db.money_fields import MoneyInput
from backoffice.money import formatted

ANY = ("", gettext_lazy("Any"))


class FilterForm(forms.Form):
    """The controls of one filter, with what the address says."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__(data, auto_id="filter_%s")

    def said(self) -> str:
        """Return in words what is chosen, "" where nothing is."""
        raise NotImplementedError


class ChoiceForm(FilterForm):
    """One choice from a list, or several."""

    def __init__(
        self,
        name: str,
        label: str,
        choices: Sequence[tuple[Any, Any]],
        data: dict[str, Any],
        multiple: bool = False,
    ) -> None:
        super().__init__(data)
        offered = [(str(value), text) for value, text in choices if value != ""]
        self.fields[name] = (
            forms.MultipleChoiceField(choices=offered, required=False, widget=forms.CheckboxSelectMultiple)
            if multiple
            else forms.ChoiceField(
                choices=[ANY, *offered], required=False, widget=forms.Select({"class": "bo-input"})
            )
        )

    def said(self) -> str:
        chosen = next(iter(self)).value() or []
        asked = [str(each) for each in (chosen if isinstance(chosen, list) else [chosen])]
        texts = dict(next(iter(self.fields.values())).choices)  # type: ignore[attr-defined]
        return _(" or ").join(str(texts.get(each, each)) for each in asked)


class ChoicesForm(ChoiceForm):
    def __init__(
        self, name: str, label: str, choices: Sequence[tuple[Any, Any]], data: dict[str, Any]
    ) -> None:
        super().__init__(name, label, choices, data, multiple=True)


class WordForm(FilterForm):
    def __init__(self, name: str, label: str, data: dict[str, Any]) -> None:
        super().__init__(data)
        widget = forms.TextInput({"class": "bo-input", "autocomplete": "off", "maxlength": 200})
        self.fields[name] = forms.CharField(required=False, widget=widget)

    def said(self) -> str:
        return str(next(iter(self)).value() or "").replace("\x00", "").strip()


class RangeForm(FilterForm):
    """From one end to another; what is not understood is left out, as the filter leaves it out."""

    field: type[forms.Field]
    widget: forms.Widget

    def __init__(self, name: str, data: dict[str, Any]) -> None:
        self.ends = [understood(self.field, data.get(f"{name}_{end}")) for end in ("from", "to")]
        super().__init__(
            {f"{name}_{end}": value for end, value in zip(("from", "to"), self.ends, strict=True)}
        )
        for end, label in (("from", _("From")), ("to", _("To"))):
            self.fields[f"{name}_{end}"] = self.field(label=label, required=False, widget=self.widget)

    def said(self) -> str:
        least, most = self.ends
        if least is None and most is None:
            return ""
        if most is None:
            return _("from %(least)s") % {"least": self.in_words(least)}
        if least is None:
            return _("up to %(most)s") % {"most": self.in_words(most)}
        return self.between(least, most)

    def between(self, least: Any, most: Any) -> str:
        return _("%(least)s to %(most)s") % {"least": self.in_words(least), "most": self.in_words(most)}

    def in_words(self, end: Any) -> str:
        raise NotImplementedError


def day_widget(classes: str = "bo-input") -> forms.DateInput:
    """Return the browser's own field for a day, which takes and sends ISO 8601 in every language."""
    return forms.DateInput({"class": classes, "type": "date"}, format="%Y-%m-%d")


class DayInput(forms.DateField):
    """A day that begins in every time zone: at the ends of the calendar some have none."""

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day and not 1900 <= day.year <= 9000:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class DaysForm(RangeForm):
    field = DayInput
    widget = day_widget()

    def between(self, least: date, most: date) -> str:
        if least == most:
            return dates.day(least)
        if (least, most) == (date(least.year, 1, 1), date(least.year, 12, 31)):
            return _("this year") if least.year == timezone.localdate().year else str(least.year)
        return super().between(least, most)

    def in_words(self, end: date) -> str:
        return dates.day(end)


class AmountsForm(RangeForm):
    field = MoneyInput
    widget = forms.TextInput({"class": "bo-input", "inputmode": "decimal", "autocomplete": "off"})

    def in_words(self, end: Decimal) -> str:
        return formatted(end, settings.SHOP_CURRENCY)


def understood(field: type[forms.Field], text: Any) -> Any:
    """Return what the field makes of the text, None where it makes nothing of it."""
    try:
        return field(required=False).clean(text)
    except forms.ValidationError:
        return None
