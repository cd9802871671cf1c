"""The filters of the list of orders."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.admin.filters import OptionFilter, WholeDaysFilter, WordFilter
from orders.models import Order, Shipment
from orders.models.order import OrderQuerySet
from orders.models.promo import normalised_code
from orders.status import PaymentState


class PlacedFilter(WholeDaysFilter):
    """The days on which orders were placed."""

    said = gettext_lazy("placed")


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


class NoteFilter(OptionFilter):
    title = gettext_lazy("note")
    parameter_name = "note"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("Has a note")), ("no", _("Has none"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        if self.value() == "yes":
            return queryset.filter(note__filled=True)
        return queryset.filter(note="") if self.value() == "no" else queryset


class PaymentStateFilter(OptionFilter):
    """How far orders are paid."""

    title = gettext_lazy("payment")
    parameter_name = "payment"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state.value, str(state.label)) for state in PaymentState]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        assert isinstance(queryset, OrderQuerySet)
        wanted = self.value()
        return queryset.in_payment_state(PaymentState(wanted)) if wanted in PaymentState.values else queryset


class CreditedFilter(OptionFilter):
    """Whether something of an order's value was given up, by cancelling or returning."""

    title = gettext_lazy("credited")
    parameter_name = "credited"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("Credited in part or whole")), ("no", _("Not credited"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        if self.value() == "yes":
            return queryset.filter(credited__gt=0)
        return queryset.filter(credited=0) if self.value() == "no" else queryset
