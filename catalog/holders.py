"""Which orders hold a product's reserved units."""

from typing import Any

from django.db.models import Max, QuerySet, Sum

from catalog.models import Product, StockMovement


def holders_of(product: Product) -> QuerySet[StockMovement, Any]:
    """Return numbers of open orders (`held_for`), newest first, with `units` and, in `since`, when."""
    held = StockMovement.objects.filter(product=product).exclude(held_for="").values("held_for")
    balances = held.annotate(units=Sum("reserved_delta"), since=Max("at"), newest=Max("id"))
    return balances.filter(units__gt=0).order_by("-newest")
