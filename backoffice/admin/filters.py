"""What a list can be narrowed by: native controls in its filter sheet, and in words on the chips above it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import (
    AllValuesCheckboxFilter,
    ChoicesCheckboxFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    FieldTextFilter,
    RangeDateFilter,
    RangeNumericFilter,
    RelatedDropdownFilter,
    TextFilter,
)

from backoffice.admin.filter_forms import (
    AmountsForm,
    ChoiceForm,
    ChoicesForm,
    DayInput,
    DaysForm,
    FilterForm,
    WordForm,
    understood,
)
from backoffice.db.money_fields import MoneyInput
from backoffice.moments import start_of_day


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that narrows the list: `Placed` **this year**, and the address of the list without it."""

    title: str
    value: str
    url: str


@dataclass(frozen=True, slots=True)
class Field:
    """One filter as the sheet shows it: controls under one name."""

    title: str
    form: FilterForm

    @property
    def is_group(self) -> bool:
        """Several controls need a group with a name; one is named by its label."""
        return len(self.form.fields) > 1 or isinstance(self.control.field, forms.MultipleChoiceField)

    @property
    def control(self) -> forms.BoundField:
        return next(iter(self.form))


class OneOf(ChoicesDropdownFilter):
    """One of a column's choices."""

    form_class = ChoiceForm


class SomeOf(ChoicesCheckboxFilter):
    """Some of a column's choices."""

    form_class = ChoicesForm


class AllValues(AllValuesCheckboxFilter):
    """Some of the values that a column has."""

    form_class = ChoicesForm

    def word_for(self, value: str) -> str:
        return value

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        offered = [(value, self.word_for(value)) for value in self.lookup_choices]
        data = {self.lookup_kwarg: self.value()}
        yield {"form": ChoicesForm(name=self.lookup_kwarg, label="", choices=offered, data=data)}


class RelatedOne(RelatedDropdownFilter):
    form_class = ChoiceForm


class Word(FieldTextFilter):
    """What a column has in it."""

    form_class = WordForm


class OptionFilter(DropdownFilter):
    """One of the options that a filter of our own offers."""

    form_class = ChoiceForm


class WordFilter(TextFilter):
    """A text that must match in full."""

    form_class = WordForm

    def word(self) -> str:
        return (self.value() or "").replace("\x00", "").strip()


class StaffFilter(RelatedOne):
    """Offers staff alone: there may be many customers with accounts, and they change nothing by hand."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("person")

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        choices: list[tuple[Any, str]] = field.get_choices(
            include_blank=False, limit_choices_to={"is_staff": True}, ordering=("email",)
        )
        return choices


class WholeDaysFilter(RangeDateFilter):
    """Filters from the beginning of the first day to the end of the last, in the shop's time zone."""

    form_class = DaysForm
    said: str | Promise = gettext_lazy("date")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = self.said

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first, last = self._day("from"), self._day("to")
        if first:
            queryset = queryset.filter(**{f"{self.parameter_name}__gte": self.beginning_of(first)})
        if last:
            after = self.beginning_of(last + timedelta(days=1))
            queryset = queryset.filter(**{f"{self.parameter_name}__lt": after})
        return queryset

    def beginning_of(self, day: date) -> date:
        """Return what a column is compared with; one of days alone is compared with the day."""
        return start_of_day(day)

    def _day(self, end: str) -> date | None:
        day: date | None = understood(DayInput, self.used_parameters.get(f"{self.parameter_name}_{end}"))
        return day


class AmountFilter(RangeNumericFilter):
    """A range of amounts; text that is not an amount is ignored."""

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        yield {"form": AmountsForm(self.parameter_name, self.used_parameters)}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        least, most = self._amount("from"), self._amount("to")
        if least is not None:
            queryset = queryset.filter(**{f"{self.parameter_name}__at_least": least})
        if most is not None:
            queryset = queryset.filter(**{f"{self.parameter_name}__at_most": most})
        return queryset

    def _amount(self, end: str) -> Decimal | None:
        amount: Decimal | None = understood(
            MoneyInput, self.used_parameters.get(f"{self.parameter_name}_{end}")
        )
        return amount


def fields_of(cl: ChangeList) -> list[Field]:
    """Return the filters of the list, as its sheet shows them."""
    return [Field(_capital(spec.title), _form_of(spec, cl)) for spec in cl.filter_specs]


def chips_of(cl: ChangeList) -> list[Chip]:
    """Return the filters that narrow the list, each with the address that takes it alone away."""
    return [chip for spec in cl.filter_specs if (chip := _chip(spec, cl)).value]


def _chip(spec: Any, cl: ChangeList) -> Chip:
    own = spec.expected_parameters()
    return Chip(
        _capital(spec.title), _form_of(spec, cl).said(), address_with(cl, lambda name: name not in own)
    )


def address_with(cl: ChangeList, is_kept: Callable[[str], bool]) -> str:
    """Return the list's address with those of its parameters alone; its first page."""
    left = QueryDict(mutable=True)
    for name, values in cl.filter_params.items():
        if is_kept(name):
            left.setlist(name, values)
    return f"?{left.urlencode()}"


def _form_of(spec: Any, cl: ChangeList) -> FilterForm:
    form: FilterForm = next(iter(spec.choices(cl)))["form"]
    return form


def _capital(title: Any) -> str:
    return str(title)[:1].upper() + str(title)[1:]
