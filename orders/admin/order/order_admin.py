"""Orders in the admin: their list, and the page of one put together."""

from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.sections import BaseSection

from accounts.models import User
from backoffice.admin.filters import AmountFilter, SomeOf
from backoffice.admin.list_position import (
    CAME_FROM,
    neighbours_of,
    place_of,
    with_neighbours,
    with_neighbours_among,
)
from backoffice.admin.lists import VIEW
from backoffice.db.statements import selecting
from backoffice.languages import inside_a_sentence
from backoffice.numbers import grouped
from orders.admin.new_order.views import NewOrder
from orders.admin.order.buttons import OrderActions
from orders.admin.order.columns import OrderColumns
from orders.admin.order.comments import CommentForm, OrderComments
from orders.admin.order.exporting import OrderExporting
from orders.admin.order.filters import (
    CarrierFilter,
    CreditedFilter,
    NoteFilter,
    PaymentStateFilter,
    PlacedFilter,
    UsedPromoFilter,
)
from orders.admin.order.items import items_of, totals_of
from orders.admin.order.page import lines_in_order, page_of, with_place_among_customers
from orders.admin.order.short_count import ShortCountPage
from orders.admin.paper.printing import OrderPrinting
from orders.admin.saved_views import ORDER_VIEWS, OrderView
from orders.admin.shipping.bulk import BulkShipping
from orders.admin.shipping.packing import Scanning
from orders.finding import orders_matching, searched_by
from orders.models import Order
from orders.models.order import OrderQuerySet
from orders.visibility import (
    may_know_customers,
    may_know_payment_state,
    may_know_promos,
    note_told_to,
)

VIEWS = {view.key: view for view in ORDER_VIEWS}


class LinesSection(BaseSection):
    """The order's lines, fetched when its row is opened."""

    def render(self) -> str:
        return format_html(
            '<div hx-get="{}" hx-trigger="intersect once" class="bo-none">{}</div>',
            reverse("admin:orders_order_lines", args=[self.instance.pk]),
            _("Loading…"),
        )


@admin.register(Order)
class OrderAdmin(
    OrderColumns,
    OrderActions,
    OrderComments,
    BulkShipping,
    Scanning,
    NewOrder,
    OrderPrinting,
    OrderExporting,
    ShortCountPage,
):
    actions_list = ("scan", "ship_many", "new_order")
    actions = ("mark_as_shipped", "print_slips", "print_picks", "export_csv", "export_xlsx")
    action_icons = {
        "mark_as_shipped": "local_shipping",
        "print_slips": "print",
        "print_picks": "checklist",
        "export_csv": "download",
        "export_xlsx": "download",
    }
    list_filter = (
        ("status", SomeOf),
        ("placed_at", PlacedFilter),
        ("total", AmountFilter),
        UsedPromoFilter,
        CarrierFilter,
        CreditedFilter,
        PaymentStateFilter,
        NoteFilter,
    )
    list_sections = (LinesSection,)
    search_fields = ("number",)
    search_help_text = gettext_lazy("Number, name, e-mail, tracking or SKU")
    ordering = ("-placed_at", "-id")
    change_form_template = "orders/admin/order_page.html"
    empty_title = gettext_lazy("No orders yet")
    empty_text = gettext_lazy(
        "They appear here as soon as they are placed: by customers through the API, or by staff."
    )
    empty_views = {view.key: (view.empty_title, view.empty_text) for view in ORDER_VIEWS}

    class Media:
        css = {"all": ("orders/orders.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        orders: QuerySet[Order] = super().get_queryset(request)
        return orders.select_related("customer")

    def in_view(self, rows: QuerySet[Order], view: str) -> QuerySet[Order]:
        wanted = VIEWS.get(view)
        return rows.filter(wanted.condition(timezone.now())) if wanted else rows

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Sort the views that are queues by age, the oldest order first."""
        view = VIEWS.get(request.GET.get(VIEW, ""))
        return ("placed_at", "id") if view and view.is_queue else self.ordering

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        assert isinstance(queryset, OrderQuerySet)
        return orders_matching(queryset, search_term, by=searched_by(_reader(request))), False

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        changelist = super().get_changelist_instance(request)
        if not may_know_customers(_reader(request)):
            changelist.search_help_text = _("Number or SKU")
        return changelist

    def get_list_display(self, request: HttpRequest) -> list[str]:
        hidden = [] if may_know_customers(_reader(request)) else ["customer_name", "city"]
        hidden += [] if may_know_promos(_reader(request)) else ["promo"]
        hidden += [] if may_know_payment_state(_reader(request)) else ["payment"]
        return [name for name in self.list_display if name not in hidden]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        hidden: list[Any] = [] if may_know_promos(_reader(request)) else [UsedPromoFilter]
        hidden += [] if may_know_customers(_reader(request)) else [NoteFilter]
        hidden += [] if may_know_payment_state(_reader(request)) else [PaymentStateFilter]
        return [each for each in self.list_filter if each not in hidden]

    def get_urls(self) -> list[URLPattern]:
        lines = path(
            "<path:object_id>/lines/",
            self.admin_site.admin_view(self.lines_view),
            name="orders_order_lines",
        )
        urls: list[URLPattern] = super().get_urls()
        return [lines, *urls]

    def lines_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Answer with the fragment that an opened row shows."""
        order = self.order_or_404(request, object_id)
        lines = order.lines.all()
        context = {
            "items": items_of(lines, order.currency, _reader(request)),
            "totals": totals_of(order, names_promo=may_know_promos(_reader(request))),
            "note": note_told_to(_reader(request), order),
        }
        return render(request, "orders/admin/order_lines.html", context)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Return no fieldsets: the page's template shows the order, without a form."""
        return []

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Order | None:
        """Fetch the order once per request, for the actions and the page both ask for it."""
        kept: dict[str, Order | None] = request.__dict__.setdefault("_orders", {})
        if object_id not in kept:
            kept[object_id] = self._read(request, object_id)
        return kept[object_id]

    def _read(self, request: HttpRequest, object_id: str) -> Order | None:
        if not object_id.isdecimal():
            return None
        if request.GET.get(CAME_FROM):
            orders = with_neighbours(
                self.get_queryset(request), admin=self, request=request, counts=_queue(request) is not None
            )
            order = with_place_among_customers(orders).filter(pk=object_id).first()
        else:
            order = next(iter(_among_all(int(object_id))), None)
        if order is not None:
            prefetch_related_objects([order], lines_in_order())
        return order

    def order_or_404(self, request: HttpRequest, object_id: str) -> Order:
        order = self.get_object(request, object_id)
        if order is None or not self.has_view_permission(request, order):
            raise Http404(_("There is no such order."))
        return order

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Order | None = None,
    ) -> HttpResponse:
        assert obj is not None
        context["page"] = page_of(obj, _reader(request))
        context.setdefault("comment", CommentForm())
        context["beside"] = replace(neighbours_of(obj, request=request), place=_place(obj, request))
        return super().render_change_form(request, context, add, change, form_url, obj)


@selecting
def _among_all(pk: int) -> QuerySet[Order]:
    """The order with its neighbours in the whole list."""
    orders = with_neighbours_among(Order.objects.all(), Order.objects.order_by(*OrderAdmin.ordering))
    return with_place_among_customers(orders.select_related("customer")).filter(pk=pk)


def _queue(request: HttpRequest) -> OrderView | None:
    """Return the view that one came from, if it holds open orders alone, which are few."""
    view = VIEWS.get(QueryDict(request.GET.get(CAME_FROM, "")).get(VIEW, ""))
    return view if view and view.is_queue else None


def _place(order: Order, request: HttpRequest) -> str:
    """Write `11 of 103 to ship`."""
    view, place = _queue(request), place_of(order)
    if view is None or place is None:
        return ""
    told = {"place": grouped(place[0]), "count": grouped(place[1]), "view": inside_a_sentence(view.title)}
    return _("%(place)s of %(count)s %(view)s") % told


def _reader(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
