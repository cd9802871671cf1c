"""What to order from suppliers: low products, with how many to buy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery, Sum

from backoffice.sheets.csv_lines import csv_lines
from catalog.models import MovementKind, Product, StockMovement

SALES_DAYS = 30
HEADER = ("sku", "name", "barcode", "stock", "low_stock_at", f"sold_{SALES_DAYS}_days", "quantity")


@dataclass(frozen=True, slots=True)
class Reorder:
    """One low product; `quantity` is what the sales of 30 days and its threshold ask for."""

    product: Product
    sold: int

    @property
    def quantity(self) -> int:
        return max(0, self.sold + self.product.threshold - self.product.available)


def reorder_list(now: datetime) -> list[Reorder]:
    """Return every low product, sorted by SKU. Units that orders gave back do not count as sold."""
    ordered = (
        StockMovement.objects.filter(
            product=OuterRef("pk"),
            kind__in=(MovementKind.RESERVE, MovementKind.RELEASE),
            at__gte=now - timedelta(days=SALES_DAYS),
        )
        .order_by()
        .values("product")
    )
    sold = Subquery(ordered.annotate(units=Sum("reserved_delta")).values("units"))
    low = Product.objects.low_stock().annotate(sold=sold).order_by("sku")
    return [Reorder(product, max(0, getattr(product, "sold") or 0)) for product in low]  # noqa: B009


def reorder_csv(now: datetime) -> str:
    """Write the list with the columns of an import in mode `receive`, to import when the goods arrive."""
    rows = [_row(each) for each in reorder_list(now)]
    return csv_lines([HEADER, *rows])


def _row(each: Reorder) -> Sequence[object]:
    product = each.product
    texts = (product.sku, product.name, product.barcode)
    return (*texts, product.available, product.threshold, each.sold, each.quantity)
