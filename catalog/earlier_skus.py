"""Renamed products: their earlier SKUs go on naming them, and are never given to another product."""

from collections.abc import Iterable

from backoffice.text import identity_key
from catalog.models import EarlierSku, Product


def products_named(skus: Iterable[str]) -> dict[str, Product]:
    """Return the products that have these SKUs, or had them earlier, by the key of each SKU.

    What names no product is left out.
    """
    keys = {identity_key(sku) for sku in skus}
    found = {each.sku_key: each for each in Product.objects.filter(sku_key__in=keys)}
    if missing := keys - found.keys():
        earlier = EarlierSku.objects.filter(sku_key__in=missing).select_related("product")
        found |= {each.sku_key: each.product for each in earlier}
    return found


def holders_of_earlier(products: Iterable[Product]) -> dict[str, Product]:
    """Return, by SKU, the other product that each of these SKUs named earlier.

    Ask after the products were written: only then has a colleague who is renaming one let go of its SKU.
    """
    own = {product.sku_key: product for product in products}
    earlier = EarlierSku.objects.filter(sku_key__in=own).select_related("product")
    return {
        own[each.sku_key].sku: each.product for each in earlier if each.product_id != own[each.sku_key].pk
    }


def keep_earlier_sku(product: Product, sku: str) -> None:
    """Remember that the product, which was renamed, had this SKU. A mere change of case is no other SKU."""
    if identity_key(sku) == product.sku_key:
        return
    # It may be called again what it was called before.
    EarlierSku.objects.filter(product=product, sku_key=product.sku_key).delete()
    EarlierSku.objects.create(product=product, sku=sku)
