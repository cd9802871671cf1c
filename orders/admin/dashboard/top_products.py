"""What sold best in a period: by sales for those who may see revenue, by units for everybody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse

from backoffice.numbers import grouped
from catalog.models import Product
from orders import reports
from orders.admin import words
from orders.admin.dashboard.period import Period
from orders.admin.figures import Difference, change_of
from orders.reports import ProductSales

ROWS = 5
NET, UNITS = "net", "units"


@dataclass(frozen=True, slots=True)
class Best:
    """A product of those that sold best, with what it sold in the period before."""

    product: Product
    now: ProductSales
    before: ProductSales


@dataclass(frozen=True, slots=True)
class BestRow:
    """`sales` is "" for those who may not see revenue; `percent` is its share of the best one's."""

    name: str
    sku: str
    picture: str
    url: str
    units: str
    percent: int
    sales: str
    change: Difference


def best_of(period: Period, by: str) -> list[Best]:
    """Find them in three statements."""
    before = period.before
    best = reports.top_products(period.first, period.last, by=by, limit=ROWS)
    keys = [each.product_id for each in best]
    earlier = reports.sales_of_products(keys, before.first, before.last) if keys else {}
    products = Product.objects.only("name", "sku", "picture").in_bulk(keys)
    return [
        Best(
            products[each.product_id],
            each,
            earlier.get(each.product_id, ProductSales(each.product_id, 0, Decimal(0))),
        )
        for each in best
    ]


def best_rows(found: Sequence[Best], by: str) -> list[BestRow]:
    most = max((_measure(each.now, by) for each in found), default=Decimal(0))
    return [
        BestRow(
            name=each.product.name,
            sku=each.product.sku,
            picture=each.product.picture,
            url=reverse("admin:catalog_product_change", args=[each.product.pk]),
            units=grouped(each.now.units),
            percent=round(100 * _measure(each.now, by) / most) if most else 0,
            sales=words.money(each.now.net) if by == NET else "",
            change=change_of(_measure(each.now, by), _measure(each.before, by)),
        )
        for each in found
    ]


def _measure(sold: ProductSales, by: str) -> Decimal:
    return sold.net if by == NET else Decimal(sold.units)
