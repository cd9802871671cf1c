"""What a family looks like as data, with its products in the order of their values, and its filters."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from backoffice.db.search_text import holding_all
from backoffice.db.search_words import cleaned, is_findable
from catalog.families import PlannedProduct
from catalog.models import Product, ProductFamily
from catalog.models.family import OPTIONS
from catalog.models.product import ProductQuerySet
from catalog.readers.products import PUBLIC_FIELDS, STAFF_FIELDS, products_as_data

FAMILY_FIELDS = ("slug", "name", "options", "products", "created_at", "updated_at")
FAMILY_DETAIL = (*FAMILY_FIELDS, "variants")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in FAMILY_FIELDS},
    "options": OPTIONS,
    "products": ("products_count",),
}


@dataclass(frozen=True, slots=True)
class FamilyFilter:
    """The filters of a list of families; None does not filter."""

    q: str | None = None

    def of(self, families: QuerySet[ProductFamily]) -> QuerySet[ProductFamily]:
        """Find families by the words of their names in any order."""
        term = cleaned(self.q or "")
        if not term:
            return families
        return families.filter(holding_all(term)) if is_findable(term) else families.none()


def families_counted(*, is_staff: bool) -> QuerySet[ProductFamily]:
    """Return families with their `products_count`; the public sees active products, and no empty family."""
    found = Product.objects.all() if is_staff else Product.objects.active()
    own = found.filter(family=OuterRef("pk")).order_by().values("family").annotate(n=Count("pk"))
    families = ProductFamily.objects.annotate(products_count=Coalesce(Subquery(own.values("n")), 0))
    return families if is_staff else families.filter(products_count__gt=0)


def family_columns(fields: Iterable[str]) -> list[str]:
    """Return the columns of `families_counted` that these fields are read from."""
    return [column for name in fields for column in COLUMNS[name]]


def family_as_data(row: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Return these fields of a row that holds `family_columns(fields)`."""
    return {
        name: [row[column] for column in OPTIONS if row[column]]
        if name == "options"
        else row[COLUMNS[name][0]]
        for name in fields
    }


def families_as_data(
    families: QuerySet[ProductFamily], fields: Sequence[str] = FAMILY_FIELDS
) -> Iterator[dict[str, Any]]:
    """Yield the families, as `families_counted` gives them, in the order of the queryset."""
    return (family_as_data(row, fields) for row in families.values(*family_columns(fields)).iterator(500))


def family_data(
    family: ProductFamily, fields: Sequence[str] = FAMILY_DETAIL, *, is_staff: bool = True
) -> dict[str, Any]:
    """Return these fields of one family. Its `variants` are products, told as everywhere."""
    plain = [name for name in fields if name in FAMILY_FIELDS]
    row = families_counted(is_staff=is_staff).values("pk", *family_columns(plain)).get(pk=family.pk)
    data = family_as_data(row, plain)
    if "variants" in fields:
        shown = STAFF_FIELDS if is_staff else PUBLIC_FIELDS
        data["variants"] = list(products_as_data(variants_of(family, is_staff=is_staff), shown))
    return {name: data[name] for name in fields}


def variants_of(family: ProductFamily, *, is_staff: bool = True) -> ProductQuerySet:
    """Return the family's products by their values, in the order of its options."""
    products = Product.objects.all() if is_staff else Product.objects.active()
    return products.filter(family=family).order_by(*(f"{name}_key" for name in OPTIONS))


def planned_as_data(planned: PlannedProduct) -> dict[str, Any]:
    """Return a product that is to be made; `problem` is None where nothing stands in its way."""
    data = asdict(planned)
    return data | {"code": planned.code or None, "problem": planned.problem or None}
