"""The filters of the list of orders."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import DropdownFilter, RangeNumericFilter, TextFilter

from backoffice.admin.lists import WholeDaysFilter
from backoffice.db.money_fields import MoneyInput
from orders.models import Order, Shipment
from orders.models.order import OrderQuerySet
from orders.models.promo import normalised_code


class PlacedFilter(WholeDaysFilter):
    """The days on which orders were placed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("day placed")


class AmountFilter(RangeNumericFilter):
    """A range of amounts; text that is not an amount is ignored."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        least, most = self._amount("from"), self._amount("to")
        if least is not None:
            queryset = queryset.filter(**{f"{self.parameter_name}__at_least": least})
        if most is not None:
            queryset = queryset.filter(**{f"{self.parameter_name}__at_most": most})
        return queryset

    def _amount(self, end: str) -> Decimal | None:
        field = MoneyInput(required=False)
        try:
            return field.clean(self.used_parameters.get(f"{self.parameter_name}_{end}"))
        except forms.ValidationError:
            return None


class WordFilter(TextFilter):
    """A text that must match in full."""

    def word(self) -> str:
        return (self.value() or "").replace("\x00", "").strip()


class UsedPromoFilter(WordFilter):
    title = gettext_lazy("promo code")
    parameter_name = "promo"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        code = normalised_code(self.word())
        assert isinstance(queryset, OrderQuerySet)
        return queryset.with_promo_code(code) if code else queryset


class CarrierFilter(WordFilter):
    title = gettext_lazy("carrier")
    parameter_name = "carrier"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        if not self.word():
            return queryset
        return queryset.filter(
            pk__in=Shipment.objects.that_left().filter(carrier__iexact=self.word()).values("order")
        )


class NoteFilter(DropdownFilter):
    title = gettext_lazy("note")
    parameter_name = "note"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("Has a note")), ("no", _("Has none"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        if self.value() == "yes":
            return queryset.filter(note__filled=True)
        return queryset.filter(note="") if self.value() == "no" else queryset


class CreditedFilter(DropdownFilter):
    """Whether something of an order's value was given up, by cancelling or returning."""

    title = gettext_lazy("credited")
    parameter_name = "credited"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("Credited in part or whole")), ("no", _("Not credited"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        if self.value() == "yes":
            return queryset.filter(credited__gt=0)
        return queryset.filter(credited=0) if self.value() == "no" else queryset
