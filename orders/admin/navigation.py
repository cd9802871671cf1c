"""What stands beside and above the lists: the sidebar's badge, and tabs with their counts."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.admin.lists import counted_up_to_most, remembered_count, view_tabs
from backoffice.admin.short_cache import acted_at, remembered
from backoffice.numbers import grouped
from orders.admin.promos.filters import BATCH
from orders.admin.saved_views import ORDER_VIEWS, PROMO_VIEWS
from orders.models import Order
from orders.reports import OpenOrders, open_orders

ORDERS = "admin:orders_order_changelist"
PROMO_CODES = "admin:orders_promocode_changelist"
PROMOTIONS = "admin:orders_promotion_changelist"
COUNTS_SECONDS = 30


def open_order_counts(request: HttpRequest) -> OpenOrders:
    """Count open orders, once per request and at most every 30 seconds, or after one's own act."""
    counts: OpenOrders | None = getattr(request, "_open_order_counts", None)
    if counts is None:
        counts = remembered("open-orders", COUNTS_SECONDS, open_orders, since=acted_at(request))
        setattr(request, "_open_order_counts", counts)  # noqa: B010
    return counts


def to_ship_badge(request: HttpRequest) -> str:
    if not request.user.has_perm("orders.view_order"):
        return ""
    count = open_order_counts(request).to_ship
    return grouped(count) if count else ""


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the tabs of the list that is being looked at; other lists' tabs are not counted."""
    if request.path == reverse(ORDERS) and request.user.has_perm("orders.view_order"):
        views = [view for view in ORDER_VIEWS if not view.needs or request.user.has_perm(view.needs)]
        titles = [("", _("All")), *((view.key, str(view.title)) for view in views)]
        counted = open_order_counts(request)
        counts = {view.key: getattr(counted, view.counted) for view in ORDER_VIEWS if view.counted}
        counts[""] = remembered_count(request, "orders", lambda: counted_up_to_most(Order.objects.all()))
        return [{"models": ["orders.order"], "items": view_tabs(request, ORDERS, titles, counts)}]
    is_about_promos = request.path in (reverse(PROMO_CODES), reverse(PROMOTIONS))
    if is_about_promos and request.user.has_perm("orders.view_promocode"):
        return [{"models": ["orders.promocode", "orders.promotion"], "items": _promo_tabs(request)}]
    return []


def _promo_tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """Return tabs for the views of promo codes, then one for the list of promotions with many codes."""
    titles = [("", _("All")), *((view.key, str(view.title)) for view in PROMO_VIEWS)]
    tabs = view_tabs(request, PROMO_CODES, titles)
    batches = reverse(PROMOTIONS)
    is_about_batches = request.path == batches or BATCH in request.GET
    if is_about_batches:
        for tab in tabs:
            tab["active"] = False
    if request.user.has_perm("orders.view_promotion"):
        tabs.append(
            {"title": _("Batches"), "link": batches, "active": is_about_batches, "has_permission": True}
        )
    return tabs
