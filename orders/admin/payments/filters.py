"""The filters of the list of payments, and what its search finds."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.admin.filters import AmountFilter, OptionFilter, WholeDaysFilter
from backoffice.db.search_words import cleaned, is_findable
from backoffice.text import identity_key
from orders.finding import numbers_meant
from orders.models import Order, PaymentClaim, PaymentEntry

# What the smallest part of any currency is not below.
SMALLEST = Decimal("0.001")


class ValueDateFilter(WholeDaysFilter):
    """The days on statements, of which both ends are meant."""

    said = gettext_lazy("value date")

    def beginning_of(self, day: date) -> date:
        return day


class MovedAmountFilter(AmountFilter):
    """How much came in, went out or was written off: 25.00 finds the payment, and what was paid back."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("amount")

    def queryset(self, request: HttpRequest, queryset: QuerySet[PaymentEntry]) -> QuerySet[PaymentEntry]:
        least, most = self._amount("from"), self._amount("to")
        if least is None and most is None:
            return queryset
        # Few entries move no money: the index finds them, and their other amount is looked at.
        waives = Q(_amounts("waived_delta", least, most), paid_delta=0)
        return queryset.filter(_amounts("paid_delta", least, most) | waives)


class LiveFilter(OptionFilter):
    """Whether an entry counts, or was taken back."""

    title = gettext_lazy("reversed")
    parameter_name = "live"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("Only what counts")), ("no", _("Only what was reversed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PaymentEntry]) -> QuerySet[PaymentEntry]:
        if self.value() == "yes":
            return queryset.filter(reverses=None, reversed_by=None)
        return queryset.filter(reversed_by__isnull=False) if self.value() == "no" else queryset


def entries_matching(entries: QuerySet[PaymentEntry], term: str) -> QuerySet[PaymentEntry]:
    """Find the entries of an order by its number, of a bank's line by its reference, and notes with the term.

    A reference is found as it was typed, however large its letters are where a line is still booked by it.
    """
    term = cleaned(term)
    if not term:
        return entries
    if not is_findable(term):
        return entries.none()
    every = PaymentEntry.objects.order_by()
    found = [
        every.filter(order__in=Order.objects.filter(number__in=numbers_meant(term))),
        every.filter(reference__filled=True, reference__in=[term, term.upper()]),
        every.filter(pk__in=PaymentClaim.objects.filter(reference=identity_key(term)).values("entry")),
        every.filter(note__filled=True, note__icontains=term),
    ]
    keys = [each.values("pk") for each in found]
    return entries.filter(pk__in=keys[0].union(*keys[1:]))


def _amounts(column: str, least: Decimal | None, most: Decimal | None) -> Q:
    """Whether the column has such an amount, of either sign; nothing is no amount."""
    if least == most:
        return Q((f"{column}__in", [least, -(least or 0)]))
    least = max(least or SMALLEST, SMALLEST)
    plus, minus = Q((f"{column}__at_least", least)), Q((f"{column}__at_most", -least))
    if most is not None:
        plus &= Q((f"{column}__at_most", most))
        minus &= Q((f"{column}__at_least", -most))
    return plus | minus
