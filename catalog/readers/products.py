"""What a product looks like as data, in the API, shopctl and files, and the filters of a list of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urljoin

from django.conf import settings

from backoffice.db.kept_lists import ListFilter
from backoffice.pictures.names import PictureSize, picture_url
from backoffice.shop.in_force import in_force
from backoffice.text import identity_key
from catalog.families.options import by_name
from catalog.finding import products_matching, with_slug_or_name
from catalog.models import Category, Product, ProductFamily, ProductPicture
from catalog.models.family import OPTIONS
from catalog.models.product import ProductQuerySet

# Of each product of a list.
PUBLIC_FIELDS = (
    *("sku", "name", "price", "stock", "category", "category_name", "picture", "weight_grams"),
    *("is_active", "created_at", "updated_at", "family", "options"),
)
STAFF_FIELDS = (
    *PUBLIC_FIELDS,
    *("on_hand", "reserved", "low_stock_threshold", "low_stock_at", "barcode", "supplier_number"),
)
# Of one product. What a unit costs the shop is for those who may edit products.
MORE_OF_ONE = ("description", "pictures")
PUBLIC_DETAIL = (*PUBLIC_FIELDS, *MORE_OF_ONE)
STAFF_DETAIL = (*STAFF_FIELDS, *MORE_OF_ONE)
EDITOR_DETAIL = (*STAFF_DETAIL, "cost")
PICTURE_FIELDS = ("name", "url", "alt", "width", "height")
COLUMNS = {
    "stock": "available",
    "category": "category__slug",
    "category_name": "category__name",
    "low_stock_at": "low_stock_threshold",
    "pictures": "pk",
    "family": "family__slug",
}
OPTION_NAMES = tuple(f"family__{name}" for name in OPTIONS)


def product_columns(fields: Iterable[str]) -> list[str]:
    """Return the columns of Product that these fields are read from."""
    return [
        column
        for name in fields
        for column in ((*OPTION_NAMES, *OPTIONS) if name == "options" else (COLUMNS.get(name, name),))
    ]


def product_as_data(row: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Return these fields of a row that holds `product_columns(fields)`."""
    product = {name: _options(row) if name == "options" else row[COLUMNS.get(name, name)] for name in fields}
    if product.get("low_stock_at", 0) is None:
        product["low_stock_at"] = in_force().low_stock_threshold
    if "pictures" in product:
        # One that has any names the first of them.
        product["pictures"] = _pictures_of(row["pk"]) if row["picture"] else []
    if "picture" in product:
        product["picture"] = _address_of(row["picture"])
    return product


def _options(row: Mapping[str, Any]) -> dict[str, str] | None:
    return by_name((row[name] for name in OPTION_NAMES), (row[name] for name in OPTIONS))


def product_data(product: Product, fields: Iterable[str] = STAFF_FIELDS) -> dict[str, Any]:
    """Return these fields of one product; its category and family are loaded if they were not."""
    fields = tuple(fields)
    row = {column: _read(product, column.split("__")) for column in ("picture", *product_columns(fields))}
    return product_as_data(row, fields)


def _read(product: Product, path: Sequence[str]) -> Any:
    value: Any = product
    for name in path:
        value = value and getattr(value, name)
    return value


def picture_as_data(picture: ProductPicture) -> dict[str, Any]:
    """Return a picture as the shop shows it, no larger than `PictureSize.SHOP` on either side."""
    largest = max(picture.width, picture.height)
    shrunk = min(1, PictureSize.SHOP / largest)
    return {
        "name": picture.name,
        "url": _address_of(picture.name),
        "alt": picture.alt,
        "width": max(1, round(picture.width * shrunk)),
        "height": max(1, round(picture.height * shrunk)),
    }


def _pictures_of(pk: int) -> list[dict[str, Any]]:
    return [picture_as_data(picture) for picture in ProductPicture.objects.filter(product=pk)]


def _address_of(name: str) -> str | None:
    """Return the whole address of the picture with this name: other systems know no path of ours."""
    return urljoin(settings.SHOP_URL, picture_url(name, PictureSize.SHOP)) if name else None


def products_as_data(
    products: ProductQuerySet, fields: Iterable[str] = STAFF_FIELDS
) -> Iterator[dict[str, Any]]:
    """Yield the products in the order of the queryset, reading them as they are needed."""
    fields = tuple(fields)
    rows = products.values(*product_columns(fields)).iterator(2_000)
    return (product_as_data(row, fields) for row in rows)


@dataclass(frozen=True, slots=True)
class ProductFilter(ListFilter):
    """The filters of a list of products; None does not filter. `category` and `family` are slugs.

    Ranges of prices and stock include both ends; ranges of time include the beginning and not the end.
    """

    q: str | None = None
    category: str | None = None
    family: str | None = None
    price_gte: Decimal | None = None
    price_lte: Decimal | None = None
    stock_gte: int | None = None
    stock_lte: int | None = None
    in_stock: bool | None = None
    low_stock: bool | None = None
    is_active: bool | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None

    FILLED = frozenset(
        ("price_gte", "price_lte", "stock_gte", "stock_lte", "created_after", "created_before")
    )
    # What runs low depends on a setting, too.
    SEARCHED = frozenset(("q", "low_stock"))

    def of(self, products: ProductQuerySet, *, by_barcode: bool = True) -> ProductQuerySet:
        """Filter the products. With `by_barcode`, which the public lacks, `q` may be a barcode."""
        products = products_matching(products, self.q or "", by_barcode=by_barcode)
        if self.low_stock is not None:
            low = products.low_stock()
            products = low if self.low_stock else products.exclude(pk__in=low.values("pk"))
        lookups = {
            "category__slug__iexact": self.category,
            "family__slug__iexact": self.family,
            "price__gte": self.price_gte,
            "price__lte": self.price_lte,
            "available__gte": self.stock_gte,
            "available__lte": self.stock_lte,
            "is_active": self.is_active,
            "created_at__gte": self.created_after,
            "created_at__lt": self.created_before,
        }
        if self.in_stock is not None:
            lookups["available__gt" if self.in_stock else "available"] = 0
        return products.filter(**{lookup: value for lookup, value in lookups.items() if value is not None})


def slug_of_category(name: str) -> str:
    """Return the slug of the category with this name or slug; if there is none, what was typed."""
    # The database folds no case outside ASCII, and a shop has few categories.
    categories = list(Category.objects.all())
    slugs = {identity_key(each.name): each.slug for each in categories}
    slugs |= {identity_key(each.slug): each.slug for each in categories}
    return slugs.get(identity_key(name), name.strip())


def slug_of_family(name: str) -> str:
    """Return the slug of the family with this name or slug; if there is none, what was typed."""
    families = with_slug_or_name(ProductFamily.objects.all(), name)
    return families.values_list("slug", flat=True).first() or name.strip()
