"""Customers, with what they ordered. Registered here because accounts knows nothing of orders."""

from collections.abc import Collection
from typing import Any

from django.contrib import admin
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin.actor import actor_of
from accounts.models import Customer, User
from backoffice.admin.base import AnyField, AnyForm
from backoffice.admin.cells import cut, moment
from backoffice.admin.dialogs import ButtonsFollowState
from backoffice.languages import languages
from backoffice.money import ZERO
from backoffice.numbers import grouped
from orders.admin import words
from orders.admin.customer_export import CustomerExporting
from orders.admin.customer_page import customer_page
from orders.admin.merging import CustomerMerging
from orders.admin.privacy import CustomerPrivacy
from orders.customers.editing import edit_customer
from orders.models import Order
from orders.models.customer_event import FIELD_NAMES
from orders.readers.customers import CustomerFilter


@admin.register(Customer)
class CustomerAdmin(ButtonsFollowState, CustomerMerging, CustomerPrivacy, CustomerExporting):
    list_display = ("customer_name", "email_address", "orders_count", "spent", "last_order")
    list_display_links = ("customer_name",)
    on_card = {
        "customer_name": "title",
        "spent": "value",
        "orders_count": "state titled",
        "last_order": "end",
        "email_address": "note",
    }
    search_fields = ("email",)
    search_help_text = _("Name, e-mail or phone")
    ordering = ("-id",)
    fieldsets = ((_("Details"), {"fields": (("name", "phone"), "note", "language")}),)
    headline_template = "orders/admin/customer_headline.html"
    aside_template = "orders/admin/customer_aside.html"
    change_form_outer_before_template = "orders/admin/customer_figures.html"
    change_form_before_template = "orders/admin/customer_orders.html"
    actions = ("export_csv", "export_xlsx")
    action_icons = {"export_csv": "download", "export_xlsx": "download"}
    actions_detail = ("erase", "data_file", "merge")
    actions_detail_hide_default = True
    empty_title = _("No customers yet")
    empty_text = _("Everybody who orders becomes a customer, known by their e-mail address.")

    class Media:
        css = {
            "all": ("orders/figures.css", "orders/timeline.css", "orders/history.css", "orders/customer.css")
        }

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse adding customers by hand: they are created with their first order."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let nobody edit who was erased: nothing is to be kept of them."""
        is_erased = isinstance(obj, Customer) and obj.erased_at is not None
        return super().has_change_permission(request, obj) and not is_erased

    def hidden_buttons(self, row: Customer) -> Collection[str]:
        """Hide all of them once the customer was erased: there is nobody left to merge, tell or erase."""
        return self.actions_detail if row.erased_at is not None else ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        customers: QuerySet[Customer] = super().get_queryset(request)
        placed = Order.objects.filter(customer=OuterRef("pk")).order_by().values("customer")
        return customers.annotate(
            orders_count=Subquery(placed.annotate(n=Count("pk")).values("n")),
            spent=Subquery(placed.annotate(sum=Sum("net")).values("sum")),
            last_order=Subquery(placed.annotate(last=Max("placed_at")).values("last")),
        )

    def in_view(self, rows: QuerySet[Customer], view: str) -> QuerySet[Customer]:
        """List those alone who were neither merged into another nor erased."""
        return rows.filter(merged_into=None, erased_at=None)

    def get_list_display(self, request: HttpRequest) -> list[str]:
        shows_revenue = request.user.has_perm("orders.view_revenue")
        return [name for name in self.list_display if name != "spent" or shows_revenue]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        return CustomerFilter(search_term).of(queryset), False

    @display(description=_("Name"), ordering="name")
    def customer_name(self, customer: Customer) -> str:
        return str(customer)

    @display(description=_("E-mail"), ordering="email")
    def email_address(self, customer: Customer) -> SafeString:
        return cut(customer.readable_email)

    @display(description=_("Orders"), formatting="price")
    def orders_count(self, customer: Any) -> str:
        return grouped(customer.orders_count or 0)

    @display(description=_("Spent"), formatting="price")
    def spent(self, customer: Any) -> str:
        return words.money(customer.spent or ZERO)

    @display(description=_("Last order"))
    def last_order(self, customer: Any) -> SafeString | str:
        return moment(customer.last_order)

    def formfield_for_dbfield(self, db_field: AnyField, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name in FIELD_NAMES:
            field.label = FIELD_NAMES[db_field.name]
        if field is not None and db_field.name == "note":
            field.widget.attrs["rows"] = 4
            field.help_text = gettext("For colleagues; the customer does not see it.")
        if field is not None and db_field.name == "language":
            field.choices = [("", gettext("The shop's")), *languages()]
            field.help_text = gettext("Of mails to them, and of packing slips.")
        return field

    def save_model(self, request: HttpRequest, obj: Customer, form: AnyForm, change: bool) -> None:
        """Hand what was changed to the use case, which keeps the old values."""
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        edit_customer(Customer.objects.get(pk=obj.pk), by=actor_of(request), **changed)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Customer | None = None,
    ) -> HttpResponse:
        if obj is not None:
            assert isinstance(request.user, User)
            context["page"] = customer_page(obj, request.user)
            context["may_erase"] = self.has_erase_permission(request)
        return super().render_change_form(request, context, add, change, form_url, obj)
