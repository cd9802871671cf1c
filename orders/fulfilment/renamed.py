"""Lines of an order by SKU: the one they were ordered by, and others that their products have or had."""

from collections.abc import Iterable, Sequence

from backoffice.text import identity_key
from catalog.earlier_skus import products_named
from orders.models import OrderLine


def lines_by_sku(lines: Sequence[OrderLine], skus: Iterable[str]) -> dict[str, OrderLine]:
    """Return the lines by the keys of their SKUs, and of any other of these SKUs that names their product."""
    by_key = {identity_key(line.sku): line for line in lines}
    by_product = {line.product_id: line for line in lines if line.pk}
    others = [sku for sku in skus if identity_key(sku) not in by_key]
    if not (others and by_product):
        return by_key
    named = products_named(others)
    return by_key | {key: by_product[each.pk] for key, each in named.items() if each.pk in by_product}
