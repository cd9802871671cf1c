"""Customers, with what they ordered. Registered here because accounts knows nothing of orders."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin.actor import actor_of
from accounts.models import Customer, User
from backoffice import dates
from backoffice.admin.base import AnyField, AnyForm
from backoffice.money import ZERO
from orders import reports
from orders.admin import words
from orders.admin.customer_export import CustomerExporting
from orders.admin.customer_history import history_of
from orders.admin.dashboard.cards import FigureCard
from orders.admin.merging import CustomerMerging
from orders.customers.editing import edit_customer
from orders.models import Order, Redemption, RedemptionState
from orders.readers.customers import CustomerFilter

LATEST = 20


@dataclass(frozen=True, slots=True)
class OrderRow:
    url: str
    number: str
    placed: SafeString
    label: SafeString
    items: int
    total: str


@dataclass(frozen=True, slots=True)
class PromoRow:
    url: str
    code: str
    discount: str
    used: SafeString
    is_released: bool


@dataclass(frozen=True, slots=True)
class CustomerPage:
    customer: Customer
    figures: list[FigureCard]
    orders: list[OrderRow]
    all_orders_url: str
    promos: list[PromoRow]


@admin.register(Customer)
class CustomerAdmin(CustomerMerging, CustomerExporting):
    list_display = ("customer_name", "email_address", "orders_count", "spent", "last_order")
    list_display_links = ("customer_name",)
    search_fields = ("email",)
    search_help_text = _("Name, e-mail or phone")
    ordering = ("-id",)
    fields = ("name", "phone", "note")
    headline_template = ""
    change_form_outer_before_template = "orders/admin/customer_page.html"
    change_form_outer_after_template = "orders/admin/customer_history.html"
    actions = ("export_csv", "export_xlsx")
    actions_detail = ("merge",)
    actions_detail_hide_default = True
    empty_title = _("No customers yet")
    empty_text = _("Everybody who orders becomes a customer, known by their e-mail address.")

    class Media:
        css = {"all": ("orders/figures.css", "orders/timeline.css")}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse adding customers by hand: they are created with their first order."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        customers: QuerySet[Customer] = super().get_queryset(request)
        placed = Order.objects.filter(customer=OuterRef("pk")).order_by().values("customer")
        return customers.annotate(
            orders_count=Subquery(placed.annotate(n=Count("pk")).values("n")),
            spent=Subquery(placed.annotate(sum=Sum("net")).values("sum")),
            last_order=Subquery(placed.annotate(last=Max("placed_at")).values("last")),
        )

    def in_view(self, rows: QuerySet[Customer], view: str) -> QuerySet[Customer]:
        """List those alone who were not merged into another."""
        return rows.filter(merged_into=None)

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
    def email_address(self, customer: Customer) -> str:
        return customer.readable_email

    @display(description=_("Orders"), formatting="price")
    def orders_count(self, customer: Any) -> str:
        return f"{customer.orders_count or 0:,}"

    @display(description=_("Spent"), formatting="price")
    def spent(self, customer: Any) -> str:
        return words.money(customer.spent or ZERO)

    @display(description=_("Last order"), empty_value="–")
    def last_order(self, customer: Any) -> SafeString | None:
        last = customer.last_order
        return words.time_tag(last, dates.ago(last)) if last else None

    def formfield_for_dbfield(self, db_field: AnyField, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "note":
            field.widget.attrs["rows"] = 4
            field.help_text = gettext("For colleagues; the customer does not see it.")
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
            context["page"] = customer_page(obj, request.user)
            assert isinstance(request.user, User)
            context["history"] = history_of(obj, request.user)
        return super().render_change_form(request, context, add, change, form_url, obj)


def customer_page(customer: Customer, user: User | AnonymousUser) -> CustomerPage:
    may_see_orders = user.has_perm("orders.view_order")
    orders = Order.objects.filter(customer=customer).order_by("-placed_at", "-id")
    used = (
        Redemption.objects.filter(customer=customer)
        .select_related("promo_code", "order")
        .order_by("-redeemed_at")[:LATEST]
    )
    return CustomerPage(
        customer=customer,
        figures=_figures(customer, user),
        orders=[_order_row(order) for order in orders[:LATEST]] if may_see_orders else [],
        all_orders_url=f"{reverse('admin:orders_order_changelist')}?q={customer.email}",
        promos=[_promo_row(each) for each in used] if user.has_perm("orders.view_promocode") else [],
    )


def _figures(customer: Customer, user: User | AnonymousUser) -> list[FigureCard]:
    figures = reports.customer_figures(customer.pk)
    cards = [FigureCard(gettext("Orders"), f"{figures.orders:,}", note=_last_order(figures.last_order_at))]
    if user.has_perm("orders.view_revenue"):
        cards.append(FigureCard(gettext("Spent"), words.money(figures.spent), note=gettext("net of credits")))
        if figures.orders:
            average = words.money(figures.spent / figures.orders)
            cards.append(FigureCard(gettext("Average order"), average, note=gettext("net of credits")))
    known = gettext("known since %(moment)s") % {"moment": dates.moment(customer.created_at)}
    account = gettext("Yes") if customer.user_id else gettext("Guest")
    cards.append(FigureCard(gettext("Account"), account, note=known))
    return cards


def _last_order(at: datetime | None) -> str:
    return gettext("last %(ago)s") % {"ago": dates.ago(at)} if at else gettext("none yet")


def _order_row(order: Order) -> OrderRow:
    return OrderRow(
        url=reverse("admin:orders_order_change", args=[order.pk]),
        number=str(order),
        placed=words.time_tag(order.placed_at, dates.moment(order.placed_at)),
        label=words.status_label(order.status),
        items=order.units,
        total=words.money(order.total, order.currency),
    )


def _promo_row(redemption: Redemption) -> PromoRow:
    return PromoRow(
        url=reverse("admin:orders_promocode_change", args=[redemption.promo_code_id]),
        code=redemption.promo_code.code,
        discount=words.money(redemption.discount, redemption.order.currency),
        used=words.time_tag(redemption.redeemed_at, dates.moment(redemption.redeemed_at)),
        is_released=redemption.state == RedemptionState.RELEASED,
    )
