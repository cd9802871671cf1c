"""Families in a file of products: which of them it is about, and what their products may be given."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import batched

from backoffice.sheets.plans import RowProblem
from backoffice.text import identity_key
from catalog.families.options import TakenValues, fault_of_values, values_of_product
from catalog.models import Category, Product, ProductFamily
from catalog.models.family import OPTIONS
from catalog.product_files.reading import ProductFile

FAMILY_COLUMNS = frozenset(("family", *OPTIONS))
AT_ONCE = 1_000


class Families:
    """Families by key, and the values that their products have and are given, row by row."""

    def __init__(self, families: Iterable[ProductFamily] = ()) -> None:
        self._families = {family.pk: family for family in families}
        members: dict[int | None, list[Product]] = defaultdict(list)
        for part in batched(self._families, AT_ONCE):
            for product in Product.objects.filter(family__in=part).order_by("pk"):
                members[product.family_id].append(product)
        self._taken = {pk: TakenValues(family, members[pk]) for pk, family in self._families.items()}

    @property
    def slugs(self) -> Mapping[int, str]:
        return {pk: family.slug for pk, family in self._families.items()}

    def problem_of(self, product: Product) -> RowProblem | None:
        """Return why the product cannot have its family and values; else it has them from now on."""
        family = self._families.get(product.family_id or 0)
        values = values_of_product(product)
        fault = fault_of_values(family, values)
        if fault is None and family:
            fault = self._taken[family.pk].refused(product.sku, values)
        if fault is None:
            return None
        column = "" if fault.place is None else OPTIONS[fault.place]
        return RowProblem(column, fault.code, fault.facts)


def families_of(
    file: ProductFile, products: Collection[Product], named: Mapping[str, Category | ProductFamily]
) -> list[int]:
    """Return the keys of the families that the file names and that its products are in."""
    if FAMILY_COLUMNS.isdisjoint(file.columns):
        return []
    pks = {product.family_id for product in products if product.family_id}
    if "family" in file.columns:
        place = file.columns.index("family")
        texts = {identity_key(cells[place]) for _number, cells in file.rows}
        pks |= {named[text].pk for text in texts if text in named}
    return sorted(pks)


def hold_families(pks: Iterable[int]) -> None:
    """Lock the families until the transaction ends, before any of their products."""
    for part in batched(pks, AT_ONCE):
        list(ProductFamily.objects.filter(pk__in=part).order_by("pk").select_for_update())
