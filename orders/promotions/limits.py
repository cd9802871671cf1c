"""What a promotion is limited to, as people name it: categories by slug or name, products by SKU."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Model

from backoffice.errors import Fault, Invalid
from backoffice.fields import folded
from catalog.models import Category, Product

NAMED = 10


def category_ids(names: Sequence[str], *, pointer: str = "/categories") -> tuple[int, ...]:
    """Without regard to case; `pointer` is where the input holds the names.

    Raises:
        Invalid: naming each one that does not exist.
    """
    known: dict[str, int] = {}
    if names:
        # The database folds no case outside ASCII, and a shop has few categories.
        rows = list(Category.objects.values_list("pk", "name", "slug"))
        known = {folded(name): pk for pk, name, _ in rows} | {slug: pk for pk, _, slug in rows}
    return _ids(names, known, pointer, "category")


def product_ids(skus: Sequence[str], *, pointer: str = "/products") -> tuple[int, ...]:
    """As `category_ids`."""
    known = dict(Product.objects.with_skus(skus).values_list("sku_key", "pk")) if skus else {}
    return _ids(skus, known, pointer, "product")


def linked(through: type[Model], column: str, promotions: Iterable[int]) -> dict[int, list[Any]]:
    """By promotion, this column of what it is limited to, sorted; one that is not limited is left out."""
    found: dict[int, list[Any]] = {}
    rows = through._default_manager.filter(promotion__in=promotions).order_by(column)
    for promotion, value in rows.values_list("promotion_id", column):
        found.setdefault(promotion, []).append(value)
    return found


def _ids(names: Sequence[str], known: Mapping[str, int], pointer: str, thing: str) -> tuple[int, ...]:
    field = pointer.rpartition("/")[2]
    faults = [
        Fault(f"{pointer}/{index}", f"unknown_{thing}", f"There is no {thing} {name[:64]}.", {"in": "body"})
        for index, name in enumerate(names)
        if folded(name) not in known
    ]
    if faults:
        raise Invalid(f"{field}: " + " ".join(fault.detail for fault in faults[:NAMED]), faults=faults)
    return tuple(sorted({known[folded(name)] for name in names}))
