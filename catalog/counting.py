"""How far today's counting of shelves is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from catalog.models import MovementKind, Product, StockMovement
from catalog.models.product import ProductQuerySet


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of `total` products were counted since a moment, and how many were not as expected."""

    total: int
    counted: int
    differing: int


def progress_of(products: ProductQuerySet, *, since: datetime) -> Progress:
    counts = _counts(since).filter(product__in=products.order_by().values("pk"))
    figures = counts.aggregate(
        counted=Count("product", distinct=True),
        differing=Count("product", distinct=True, filter=~Q(on_hand_delta=0)),
    )
    return Progress(products.count(), **figures)


def last_counts(products: Iterable[Product], *, since: datetime) -> dict[int, StockMovement]:
    """Return each product's last count since a moment, by the product's primary key."""
    counts = _counts(since).filter(product__in=[product.pk for product in products])
    return {movement.product_id: movement for movement in counts.order_by("id")}


def _counts(since: datetime) -> QuerySet[StockMovement]:
    return StockMovement.objects.filter(kind=MovementKind.COUNT, at__gte=since)
