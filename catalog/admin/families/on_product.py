"""What the page of a product says of its family: its values there, and the products beside it."""

from typing import Any

from catalog.families.options import values_of_product
from catalog.models import Product
from catalog.readers.families import variants_of

SIBLINGS_NAMED = 12


def family_of(product: Product) -> dict[str, Any]:
    """Return what `catalog/product_family.html` shows; empty for a product of no family."""
    family = product.family
    if family is None:
        return {}
    siblings = list(variants_of(family).exclude(pk=product.pk)[: SIBLINGS_NAMED + 1])
    return {
        "family": family,
        "family_values": list(zip(family.options, values_of_product(product), strict=False)),
        "siblings": [
            (sibling, ", ".join(filter(None, values_of_product(sibling))))
            for sibling in siblings[:SIBLINGS_NAMED]
        ],
        "has_more_siblings": len(siblings) > SIBLINGS_NAMED,
    }
