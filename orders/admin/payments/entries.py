"""The page Payments: every entry of the ledger, to be read and never written."""

from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from backoffice import dates
from backoffice.admin.base import ReadOnlyAdmin
from backoffice.admin.cells import NOTHING, beside, moment
from backoffice.admin.filters import OptionFilter, SomeOf, StaffFilter, WholeDaysFilter, Word
from backoffice.db.search_words import cleaned
from catalog.admin.exporting import Exported, ListExport
from orders.admin import words
from orders.models import PaymentEntry
from orders.models.order import normalised_number
from orders.payments.exports import EntryExport


class ValueDateFilter(WholeDaysFilter):
    """The days on the bank's statements."""

    said = gettext_lazy("value date")

    def beginning_of(self, day: date) -> date:
        return day


class LiveFilter(OptionFilter):
    """Whether an entry counts, or was taken back."""

    title = gettext_lazy("reversed")
    parameter_name = "live"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("Only what counts")), ("no", _("Only what was reversed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "yes":
            return queryset.filter(reverses=None, reversed_by=None)
        return queryset.filter(reversed_by__isnull=False) if self.value() == "no" else queryset


@admin.register(PaymentEntry)
class PaymentEntryAdmin(ListExport, ReadOnlyAdmin):
    exported = Exported(
        "payments",
        file_name="payments",
        title=gettext_lazy("Export payments"),
        rows=gettext_lazy("Payments"),
        filtered_rows=gettext_lazy("Payments that pass the filters"),
        order=gettext_lazy("newest first"),
    )
    list_display = ("day", "order_link", "what", "amount", "method_shown", "reference_shown", "note_shown")
    list_display_links = None
    on_card = {
        "order_link": "title",
        "amount": "value",
        "what": "state",
        "day": "end",
        "reference_shown": "note",
        "note_shown": "note",
    }
    list_filter = (
        ("kind", SomeOf),
        ("method", SomeOf),
        ("value_date", ValueDateFilter),
        LiveFilter,
        ("actor", StaffFilter),
        ("reference", Word),
    )
    search_fields = ("reference",)
    search_help_text = gettext_lazy("Order or reference")
    list_select_related = ("order", "actor", "reversed_by")
    ordering = ("-id",)
    sortable_by = ()
    empty_title = gettext_lazy("Nothing was paid yet")
    empty_text = gettext_lazy(
        "Each payment and refund will leave a line here. What was wrong is reversed, never changed."
    )

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        @display(description=_("By"))
        def by(entry: PaymentEntry) -> SafeString:
            """Name who recorded it. Made for each request: not every reader may know the customers."""
            return beside(entry.actor_told_to(request.user), moment(entry.at))  # type: ignore[arg-type]

        *columns, note = self.list_display
        return [*columns, by, note]

    def get_export_resource_classes(self, request: HttpRequest) -> list[type[EntryExport]]:
        return [EntryExport]

    def get_export_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"reader": request.user}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PaymentEntry], search_term: str
    ) -> tuple[QuerySet[PaymentEntry], bool]:
        """Find the entries of an order, by its number or serial, and those with this reference."""
        term = cleaned(search_term)
        if not term:
            return queryset, False
        of_order = Q(order__number=normalised_number(term))
        if term.isdecimal() and len(term) < 19:
            of_order |= Q(order__serial=int(term))
        return queryset.filter(of_order | Q(reference__iexact=term)), False

    @display(description=gettext_lazy("Value date"))
    def day(self, entry: PaymentEntry) -> str:
        return dates.day_with_year(entry.value_date)

    @display(description=gettext_lazy("Order"))
    def order_link(self, entry: PaymentEntry) -> SafeString:
        url = reverse("admin:orders_order_change", args=[entry.order_id])
        return format_html('<a class="bo-link" href="{}">{}</a>', url, entry.order.number)

    @display(description=gettext_lazy("What"))
    def what(self, entry: PaymentEntry) -> SafeString | str:
        is_reversed = getattr(entry, "reversed_by", None) is not None
        kind = str(entry.get_kind_display())
        return beside(kind, _("reversed")) if is_reversed else kind

    @display(description=gettext_lazy("Amount"), formatting="price")
    def amount(self, entry: PaymentEntry) -> str:
        return words.money(entry.paid_delta or entry.waived_delta, entry.order.currency)

    @display(description=gettext_lazy("Method"))
    def method_shown(self, entry: PaymentEntry) -> SafeString | str:
        method = str(entry.get_method_display()) if entry.method else NOTHING
        return beside(method, entry.provider) if entry.provider else method

    @display(description=gettext_lazy("Reference"))
    def reference_shown(self, entry: PaymentEntry) -> str:
        return entry.reference or NOTHING

    @display(description=gettext_lazy("Note"))
    def note_shown(self, entry: PaymentEntry) -> str:
        return entry.note or NOTHING
