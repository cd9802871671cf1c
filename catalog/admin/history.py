"""What the page of a product shows beside its form: balances, what holds them, and how they came about."""

from typing import Any

from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest

from backoffice.admin.lists import CappedPaginator
from catalog.models import Product, StockMovement

PER_PAGE = 25
MOST_HOLDERS = 50


def stock_of(object_id: str, request: HttpRequest) -> dict[str, Any]:
    """The template context; empty when there is no such product, which the page itself will say."""
    product = Product.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
    if product is None:
        return {}
    context: dict[str, Any] = {
        "product": product,
        "stock_cards": cards_of(product),
        "holders": holders_of(product),
    }
    if request.user.has_perm("catalog.view_stockmovement"):
        movements = StockMovement.objects.filter(product=product).select_related("actor").order_by("-id")
        context["history"] = CappedPaginator(movements, PER_PAGE).get_page(request.GET.get("page"))
    return context


def cards_of(product: Product) -> list[dict[str, Any]]:
    available = {"title": "Available", "value": f"{product.available:,}", "note": "can be ordered"}
    if product.available <= product.threshold:
        tone = "bad" if product.available <= 0 else "warn"
        available |= {"note": f"low: at or under {product.threshold:,}", "note_tone": tone}
    return [
        {"title": "On hand", "value": f"{product.on_hand:,}", "note": "on the shelf"},
        {"title": "Reserved", "value": f"{product.reserved:,}", "note": "promised to open orders"},
        available,
    ]


def holders_of(product: Product) -> QuerySet[StockMovement, Any]:
    """Orders that hold reserved units, newest first: number, units and since when."""
    held = StockMovement.objects.filter(product=product).exclude(held_for="").values("held_for")
    balances = held.annotate(units=Sum("reserved_delta"), since=Max("at"), newest=Max("id"))
    return balances.filter(units__gt=0).order_by("-newest")[:MOST_HOLDERS]
