"""The page Payments: every entry of the ledger, to be read and never written; each leads to its order."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from accounts.models import User
from backoffice import dates
from backoffice.admin.base import ReadOnlyAdmin
from backoffice.admin.cells import NOTHING, beside, cut, moment
from backoffice.admin.filters import SomeOf, StaffFilter
from backoffice.admin.lists import MOST_COUNTED, VIEW, SavedViewsChangeList
from orders.admin import words
from orders.admin.exporting import FileExporting
from orders.admin.payments.filters import LiveFilter, MovedAmountFilter, ValueDateFilter, entries_matching
from orders.models import PaymentEntry
from orders.models.payments import NEWEST_FIRST
from orders.payments.exports import PaymentExport
from orders.payments.report import moved_by_currency
from orders.visibility import may_know_customers

# An order has its explanation, terms and address with it, which no list shows.
LISTED = (
    *("kind", "paid_delta", "waived_delta", "method", "provider", "reference", "settles", "value_date"),
    *("note", "source", "at", "actor__email", "actor__name", "actor__is_staff", "reversed_by__id"),
    *("order__number", "order__currency", "order__email", "order__ship_name", "order__customer__name"),
)


@admin.register(PaymentEntry)
class PaymentEntryAdmin(FileExporting, ReadOnlyAdmin):
    exported_as = "payments"
    export_permission = "orders.export_order"
    list_display = ("day", "order_link", "customer_name", "what", "amount", "how", "note_shown")
    list_display_links = None
    on_card = {
        "order_link": "title",
        "customer_name": "who",
        "amount": "value",
        "what": "state",
        "day": "end",
        "how": "note",
        "note_shown": "note",
    }
    list_filter = (
        ("kind", SomeOf),
        ("method", SomeOf),
        ("value_date", ValueDateFilter),
        ("paid_delta", MovedAmountFilter),
        ("actor", StaffFilter),
        LiveFilter,
    )
    search_fields = ("reference",)
    search_help_text = gettext_lazy("Order, reference or note")
    list_select_related = ("order__customer", "actor", "reversed_by")
    ordering = NEWEST_FIRST
    sortable_by = ()
    actions = ("export_csv", "export_xlsx")
    action_icons = {"export_csv": "download", "export_xlsx": "download"}
    empty_title = gettext_lazy("Nothing was paid yet")
    empty_text = gettext_lazy(
        "Each payment and refund will leave a line here. What was wrong is reversed, never changed."
    )

    def as_listed(self, rows: QuerySet[PaymentEntry]) -> QuerySet[PaymentEntry]:
        return rows.only(*LISTED)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        assert isinstance(request.user, User)
        reader = request.user

        @display(description=gettext_lazy("Recorded"))
        def recorded(entry: PaymentEntry) -> SafeString:
            """Say when and by whom. Made for each request: not every reader may know the customers."""
            return beside(moment(entry.at), entry.actor_told_to(reader))

        hidden = () if may_know_customers(reader) else ("customer_name",)
        return [*(name for name in self.list_display if name not in hidden), recorded]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PaymentEntry], search_term: str
    ) -> tuple[QuerySet[PaymentEntry], bool]:
        return entries_matching(queryset, search_term), False

    def export_of(self, rows: QuerySet[PaymentEntry], reader: User) -> PaymentExport:
        return PaymentExport(rows, reader)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Lead to the order, where the entry stands among the others, and what may be done about it."""
        if object_id is None or not self.has_view_permission(request):
            raise PermissionDenied
        entry = self.get_object(request, object_id)
        if entry is None:
            raise Http404
        return HttpResponseRedirect(_order_url(entry))

    def told_of_all(self, cl: SavedViewsChangeList, request: HttpRequest) -> str:
        """Return what came in and went out of a narrowed list, to whoever may see revenue."""
        is_narrow = cl.query or cl.has_active_filters or request.GET.get(VIEW)
        may_know = request.user.has_perm("orders.view_revenue")
        if not (is_narrow and may_know) or cl.result_count > MOST_COUNTED:
            return ""
        return _moved_in_all(cl.queryset)

    @display(description=gettext_lazy("Value date"))
    def day(self, entry: PaymentEntry) -> SafeString:
        return format_html('<span class="bo-nowrap">{}</span>', dates.day_with_year(entry.value_date))

    @display(description=gettext_lazy("Order"))
    def order_link(self, entry: PaymentEntry) -> SafeString:
        return format_html('<a class="bo-link bo-nowrap" href="{}">{}</a>', _order_url(entry), entry.order)

    @display(description=gettext_lazy("Customer"))
    def customer_name(self, entry: PaymentEntry) -> SafeString:
        order = entry.order
        name = order.customer.name or order.ship_name or order.readable_email
        return cut(name, title=order.readable_email)

    @display(description=gettext_lazy("Kind"))
    def what(self, entry: PaymentEntry) -> SafeString | str:
        kind = entry.get_kind_display()
        return beside(kind, _("reversed")) if getattr(entry, "reversed_by", None) else kind

    @display(description=gettext_lazy("Amount"), formatting="price")
    def amount(self, entry: PaymentEntry) -> SafeString:
        amount = entry.paid_delta or entry.waived_delta
        tone = "bad" if amount < 0 else "good" if entry.paid_delta else "muted"
        return format_html(
            '<span class="bo-{}">{}</span>', tone, words.signed_money(amount, entry.order.currency)
        )

    @display(description=gettext_lazy("Method and reference"))
    def how(self, entry: PaymentEntry) -> SafeString | str:
        settles = _("for %(reference)s") % {"reference": entry.settles} if entry.settles else ""
        method = entry.get_method_display() if entry.method else ""
        told = [each for each in (method, entry.provider, entry.reference, settles) if each]
        joined = " · ".join(told)
        return cut(beside(told[0], " · ".join(told[1:])), title=joined) if told else NOTHING

    @display(description=gettext_lazy("Note"))
    def note_shown(self, entry: PaymentEntry) -> SafeString | str:
        return cut(entry.note) if entry.note else NOTHING


def _order_url(entry: PaymentEntry) -> str:
    return f"{reverse('admin:orders_order_change', args=[entry.order_id])}#money"


def _moved_in_all(entries: QuerySet[PaymentEntry]) -> str:
    """Return what came in and went out, "" when that would add up two currencies."""
    found = moved_by_currency(entries)
    if len(found) != 1:
        return ""
    [moved] = found
    facts = {"in": moved.came_in, "out": moved.went_out, "net": moved.net}
    told = _("Came in %(in)s, went out %(out)s, net %(net)s")
    return told % {name: words.money(amount, moved.of) for name, amount in facts.items()}
