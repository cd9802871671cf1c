"""Marking many orders as shipped on one page: tracking numbers scanned row by row, or a carrier's file."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from accounts.admin.actor import actor_of
from accounts.models import User
from backoffice.admin.base import DomainAdmin
from backoffice.errors import Refusal
from backoffice.sheets.plans import RowsChanged
from backoffice.shop.in_force import in_force
from orders.admin.shipping import bulk_rows as by_hand
from orders.admin.shipping.bulk_file import (
    CHANGED,
    MOST_PARCELS,
    MOST_PASTED,
    ParcelFileForm,
    brought_back,
    carried,
    ship_as_seen,
)
from orders.admin.shipping.bulk_file_page import shown
from orders.admin.shipping.bulk_rows import (
    ANOTHER_CARRIER,
    MOST_ORDERS,
    ShippingResult,
    ShippingRow,
    Typed,
    carrier_in,
    chosen_orders,
    keys_in,
    queue,
    rows_of,
    typed_in,
    usual_carrier,
    waiting,
)
from orders.fulfilment.dispatch import plan_dispatch
from orders.fulfilment.holding import is_held
from orders.fulfilment.parcels import ParcelFile
from orders.fulfilment.tracking import CARRIERS
from orders.models import Order
from orders.status import Action, is_allowed
from orders.visibility import may_know_customers

TITLE = gettext_lazy("Ship many orders")
# Names of columns, which are the same in every language.
PASTED_HEADER = "order\ttracking"
NOTHING_TYPED = gettext_lazy("No tracking number was typed; nothing was shipped.")


class BulkShipping(DomainAdmin):
    """The part of the orders' admin that ships many orders at once."""

    def has_ship_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perms(["orders.view_order", "orders.ship_order"])

    def get_urls(self) -> list[URLPattern]:
        file = self.admin_site.admin_view(self.ship_file_view)
        return [path("ship-many/file/", file, name="orders_order_ship_file"), *super().get_urls()]

    @admin.action(description=gettext_lazy("Mark as shipped"), permissions=["ship"])
    def mark_as_shipped(self, request: HttpRequest, orders: QuerySet[Order]) -> HttpResponse | None:
        """Redirect to the page on which tracking numbers are typed."""
        keys = list(orders.order_by().values_list("pk", flat=True)[: MOST_ORDERS + 1])
        if len(keys) > MOST_ORDERS:
            messages.error(request, _too_many())
            return None
        return HttpResponseRedirect(f"{_page_url()}?ids={','.join(map(str, keys))}")

    @action(
        description=gettext_lazy("Ship many"),
        permissions=["ship"],
        icon="local_shipping",
        url_path="ship-many",
    )
    def ship_many(self, request: HttpRequest) -> HttpResponse:
        """GET shows the chosen orders, or those that wait longest; POST ships those with a number."""
        typed = typed_in(request.POST)
        named = request.GET.get("ids")
        # An address that names no order shows none, not those that wait.
        keys = list(typed) or (None if named is None else keys_in(named.split(",")))
        if keys is not None and len(keys) > MOST_ORDERS:
            messages.error(request, _too_many())
            return HttpResponseRedirect(reverse("admin:orders_order_changelist"))
        if request.method != "POST":
            return self._typing_page(request, keys)
        if not any(each.tracking_number for each in typed.values()):
            return self._typing_page(request, keys, typed=typed, refusal=str(NOTHING_TYPED))
        try:
            result = by_hand.ship_typed(typed, carrier=carrier_in(request.POST), by=actor_of(request))
        except RowsChanged:
            refusal = _("These orders are being changed at this moment; nothing was shipped. Send it again.")
            return self._typing_page(request, keys, typed=typed, refusal=refusal)
        return self._typing_page(request, keys, typed=typed, result=result)

    def _typing_page(
        self,
        request: HttpRequest,
        keys: Sequence[int] | None,
        *,
        typed: dict[int, Typed] | None = None,
        result: ShippingResult | None = None,
        refusal: str = "",
    ) -> HttpResponse:
        result = result or ShippingResult((), {})
        gone = {each.order.pk for each in result.sent}
        rows = rows_of(
            queue() if keys is None else chosen_orders(set(keys) - gone),
            typed=typed or {},
            problems=result.problems,
        )
        # Orders with nothing left to ship, or that are held, are listed above, without a field for a number.
        can_ship, left_out, held = _sorted_out(rows)
        others = waiting().exclude(pk__in=[row.order.pk for row in can_ship])
        context = {
            **_shared_context(request),
            "rows": can_ship,
            "left_out": left_out,
            "left_out_links": _links_to(left_out),
            "held": held,
            "held_links": _links_to(held),
            "result": result,
            "refusal": refusal,
            "is_queue": not keys,
            "has_more": others.exists(),
        }
        return self.page(request, "orders/admin/bulk_shipping.html", context)

    def ship_file_view(self, request: HttpRequest) -> HttpResponse:
        """Show what a file would do; the form of that preview then applies it."""
        if not self.has_ship_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseRedirect(_page_url())
        try:
            if "parcels" in request.POST:
                return self._apply_file(request)
            return self._preview_file(request)
        except Refusal as refusal:
            return self._typing_page(request, None, refusal=refusal.detail)

    def _preview_file(self, request: HttpRequest) -> HttpResponse:
        form = ParcelFileForm(request.POST, request.FILES)
        if not form.is_valid():
            told = " ".join(str(message) for messages in form.errors.values() for message in messages)
            return self._typing_page(request, None, refusal=told)
        return self._preview_page(request, form.parcels(carrier=carrier_in(request.POST)))

    def _preview_page(self, request: HttpRequest, file: ParcelFile, refusal: str = "") -> HttpResponse:
        plan = plan_dispatch(file)
        context = {
            **_shared_context(request),
            **shown(file, plan),
            "carried": carried(file, plan),
            "refusal": {"detail": refusal} if refusal else None,
        }
        return self.page(request, "backoffice/import_check.html", context)

    def _apply_file(self, request: HttpRequest) -> HttpResponse:
        seen = brought_back(request.POST["parcels"])
        try:
            plan = ship_as_seen(seen, by=actor_of(request))
        except RowsChanged:
            return self._preview_page(request, seen.file, str(CHANGED))
        context = {**_shared_context(request), **shown(seen.file, plan, seen)}
        return self.page(request, "backoffice/import_check.html", context)


def _sorted_out(rows: Sequence[ShippingRow]) -> tuple[list[ShippingRow], list[Order], list[Order]]:
    """Return rows that can be shipped or were refused, orders with nothing left, and those that are held."""
    can_ship, left_out, held, shop = [], [], [], in_force()
    for row in rows:
        if row.problem:
            can_ship.append(row)
        elif not is_allowed(Action.SHIP, row.order.status):
            left_out.append(row.order)
        elif is_held(row.order, shop):
            held.append(row.order)
        else:
            can_ship.append(row)
    return can_ship, left_out, held


def _shared_context(request: HttpRequest) -> dict[str, Any]:
    """Return the context that every variant of the page needs."""
    assert isinstance(request.user, User)
    carrier = carrier_in(request.POST) if "carrier" in request.POST else usual_carrier()
    return {
        "title": TITLE,
        "knows_customers": may_know_customers(request.user),
        "carriers": CARRIERS,
        "carrier": carrier,
        "is_other": carrier not in CARRIERS,
        "another": ANOTHER_CARRIER,
        "most_parcels": MOST_PARCELS,
        "most_pasted": MOST_PASTED,
        "pasted_header": PASTED_HEADER,
        "pasted": request.POST.get("pasted", ""),
    }


def _links_to(orders: Sequence[Order]) -> SafeString:
    pages = ((reverse("admin:orders_order_change", args=[order.pk]), order) for order in orders)
    return format_html_join(", ", '<a class="bo-link" href="{}">{}</a>', pages)


def _too_many() -> str:
    text = _("At most %(count)s orders can be marked as shipped at once. Choose fewer.")
    return text % {"count": MOST_ORDERS}


def _page_url() -> str:
    return reverse("admin:orders_order_ship_many")
