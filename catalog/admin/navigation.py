"""What stands beside and above the catalogue's lists: the sidebar's badge, and tabs with their counts."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.admin.lists import counted_up_to_most, remembered_count, view_tabs
from backoffice.numbers import grouped
from catalog.models import Product

PRODUCTS = "admin:catalog_product_changelist"
LOW, OUT_OF_STOCK, ARCHIVED = "low", "out", "archived"


def low_stock_count(request: HttpRequest) -> int:
    return remembered_count(request, "low-stock", lambda: Product.objects.low_stock().count())


def low_stock_badge(request: HttpRequest) -> str:
    if not request.user.has_perm("catalog.view_product"):
        return ""
    count = low_stock_count(request)
    return _("%(count)s low") % {"count": grouped(count)} if count else ""


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the tabs of the list that is being looked at; other lists' tabs are not counted."""
    if request.path != reverse(PRODUCTS) or not request.user.has_perm("catalog.view_product"):
        return []
    titles = [
        ("", _("All")),
        (LOW, _("Low")),
        (OUT_OF_STOCK, _("Sold out")),
        (ARCHIVED, _("Archived")),
    ]
    all_of_them = remembered_count(request, "products", lambda: counted_up_to_most(Product.objects.all()))
    counts = {"": all_of_them, LOW: low_stock_count(request)}
    items = view_tabs(request, PRODUCTS, titles, counts)
    return [{"models": ["catalog.product"], "items": items}]
