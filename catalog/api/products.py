"""Products and categories, for everybody; their making and changing, for staff."""

from collections.abc import Sequence
from dataclasses import fields as dataclass_fields
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router

from accounts.api.auth import optional_bearer, require
from backoffice.api.idempotency import DOCUMENTED, answer_once
from backoffice.api.pagination import FieldsQuery, ListQuery, Sorting, SortKey, asked_by, chosen_fields
from backoffice.db.kept_lists import Narrowed
from backoffice.db.statements import selecting
from backoffice.db.transactions import write_transaction
from backoffice.errors import Fault, Forbidden, Invalid, Stale
from backoffice.requests.json_reply import Reply, matched_version, rendered
from backoffice.sheets.remarks import Remark, remarks_as_data
from backoffice.shop.in_force import in_force
from backoffice.text import identity_key
from catalog.api.schemas import (
    CategoryList,
    ProductDetail,
    ProductFilters,
    ProductIn,
    ProductList,
    ProductPatch,
    ProductSaved,
)
from catalog.finding import with_slug_or_name
from catalog.models import Category, Product
from catalog.models.product import ProductQuerySet
from catalog.product_cache import public_key, remembered
from catalog.product_history import may_see_cost
from catalog.products import (
    ProductData,
    UnknownSku,
    archive_product,
    create_product,
    edit_product,
    product_with_sku,
    remarks_on_barcodes,
)
from catalog.readers.products import (
    EDITOR_DETAIL,
    PUBLIC_DETAIL,
    PUBLIC_FIELDS,
    STAFF_DETAIL,
    STAFF_FIELDS,
    ProductFilter,
    product_as_data,
    product_columns,
)

products_router = Router(tags=["Products"])

FILTER = tuple(field.name for field in dataclass_fields(ProductFilter))
SORTING = Sorting(
    "products",
    {
        "sku": SortKey("sku_key"),
        "name": SortKey("name"),
        "price": SortKey("price"),
        "stock": SortKey("available"),
        "category": SortKey("category__slug", is_nullable=True),
        "created_at": SortKey("created_at"),
        "updated_at": SortKey("updated_at"),
    },
    usual="sku",
)
CATEGORY_SORTING = Sorting("categories", {"name": SortKey("name"), "slug": SortKey("slug")}, usual="name")


@products_router.get(
    "/products",
    auth=optional_bearer,
    response=ProductList,
    operation_id="list_products",
    summary="Products",
    openapi_extra=asked_by(STAFF_FIELDS, SORTING),
)
def list_products(request: HttpRequest, filters: Query[ProductFilters]) -> HttpResponse:
    """List active products; staff see archived ones too, and what is on hand and reserved."""
    is_staff = _sees_all_products(request)
    fields = STAFF_FIELDS if is_staff else PUBLIC_FIELDS
    if filters.low_stock is not None and not is_staff:
        raise Forbidden(_("Only staff may ask what runs low."))

    def render() -> Reply:
        wanted = chosen_fields(filters.fields, fields)
        page = SORTING.page(_filtered(filters, is_staff=is_staff), filters, product_columns(wanted))
        items = [product_as_data(row, wanted) for row in page.rows]
        return rendered(page.envelope(items) | {"currency": settings.SHOP_CURRENCY})

    return remembered(_cache_key(request, fields), render).to(request)


@products_router.get(
    "/products/{sku}",
    auth=optional_bearer,
    response=ProductDetail,
    operation_id="get_product",
    summary="One product",
    openapi_extra=asked_by([*EDITOR_DETAIL, "currency"]),
)
def get_product(request: HttpRequest, sku: str, query: Query[FieldsQuery]) -> HttpResponse:
    """Find a product by its SKU, in any case; also by one that it had before it was renamed."""
    fields = _detail_for(request)
    return remembered(_cache_key(request, fields), lambda: _product(sku, fields, query.fields)).to(request)


@products_router.post(
    "/products",
    response={201: ProductSaved},
    operation_id="create_product",
    summary="Create a product",
    openapi_extra=DOCUMENTED,
)
def create(request: HttpRequest, body: ProductIn) -> HttpResponse:
    """Create a product. It has no stock yet: receive some."""
    actor = require(request, "catalog.add_product")

    def run() -> Reply:
        data = ProductData(**{**body.model_dump(), "category": _category(body.category)})
        product = create_product(data, by=actor)
        location = f"{request.path}/{quote(product.sku, safe='')}"
        remarks = remarks_on_barcodes([product.barcode])
        return _product(product.sku, _detail_for(request), status=201, location=location, remarks=remarks)

    return answer_once(request, body, run)


@products_router.patch(
    "/products/{sku}", response=ProductSaved, operation_id="change_product", summary="Change a product"
)
def change(request: HttpRequest, sku: str, body: ProductPatch) -> HttpResponse:
    """Change only what is sent. With `If-Match` it is refused when the product changed meanwhile."""
    actor = require(request, "catalog.change_product")
    version = matched_version(request)

    @write_transaction
    def run() -> Reply:
        refuse_if_stale(sku, version)
        changes = body.changes()
        if "category" in changes:
            changes["category"] = _category(body.category)
        product = edit_product(sku, by=actor, changes=changes)
        remarks = remarks_on_barcodes([product.barcode] if "barcode" in changes else [])
        return _product(product.sku, _detail_for(request), remarks=remarks)

    return run().to(request)


@products_router.delete(
    "/products/{sku}", response={204: None}, operation_id="archive_product", summary="Archive a product"
)
def archive(request: HttpRequest, sku: str) -> HttpResponse:
    """Take a product out of sale; its stock, history and orders stay."""
    archive_product(sku, by=require(request, "catalog.change_product"))
    return HttpResponse(status=204)


@products_router.get(
    "/categories",
    auth=optional_bearer,
    response=CategoryList,
    operation_id="list_categories",
    summary="Categories",
    openapi_extra=asked_by(("slug", "name"), CATEGORY_SORTING),
)
def list_categories(request: HttpRequest, filters: Query[ListQuery]) -> HttpResponse:
    wanted = chosen_fields(filters.fields, ("slug", "name"))
    page = CATEGORY_SORTING.page(Category.objects.all(), filters, wanted)
    return rendered(page.envelope([{name: row[name] for name in wanted} for row in page.rows])).to(request)


def _sees_all_products(request: HttpRequest) -> bool:
    user = request.user
    return user.is_staff and user.has_perm("catalog.view_product")


def _detail_for(request: HttpRequest) -> tuple[str, ...]:
    if not _sees_all_products(request):
        return PUBLIC_DETAIL
    return EDITOR_DETAIL if may_see_cost(request.user) else STAFF_DETAIL


def _cache_key(request: HttpRequest, fields: tuple[str, ...]) -> str:
    """Return what a reply is kept by: whoever sees other fields gets another one.

    What staff see depends on the shop's low-stock level, too, of whose changes the cache hears nothing.
    """
    if fields in (PUBLIC_FIELDS, PUBLIC_DETAIL):
        return public_key(request.META)
    reader = "editor" if fields is EDITOR_DETAIL else "staff"
    return f"{reader} {in_force().low_stock_threshold} {request.get_full_path()}"


def _filtered(filters: ProductFilters, *, is_staff: bool) -> Narrowed[ProductFilter]:
    narrowed = ProductFilter(**{name: getattr(filters, name) for name in FILTER})
    return Narrowed(Product, _all_products if is_staff else _active_products, narrowed)


def _all_products(narrowed: ProductFilter) -> ProductQuerySet:
    return narrowed.of(Product.objects.all())


def _active_products(narrowed: ProductFilter) -> ProductQuerySet:
    return narrowed.of(Product.objects.active(), by_barcode=False)


def _product(
    sku: str,
    available: tuple[str, ...],
    fields: str | None = None,
    *,
    status: int = 200,
    location: str = "",
    remarks: Sequence[Remark] = (),
) -> Reply:
    """Return these of the product's fields that the caller may see. Raises UnknownSku."""
    wanted = chosen_fields(fields, [*available, "currency"])
    shown = [name for name in wanted if name != "currency"]
    row = _row_of(sku, is_staff=available is not PUBLIC_DETAIL)
    content = product_as_data(row, shown)
    if "currency" in wanted:
        content["currency"] = settings.SHOP_CURRENCY
    if remarks:
        content["remarks"] = remarks_as_data(remarks)
    return rendered(content, status=status, version=_version(row["updated_at"]), location=location)


def _row_of(sku: str, *, is_staff: bool) -> dict[str, Any]:
    for row in _with_key(identity_key(sku)):
        if is_staff or row["is_active"]:
            return row
    raise UnknownSku(_("No product has the SKU %(sku)s.") % {"sku": sku.strip()[:64]})


@selecting
def _with_key(key: str) -> QuerySet[Product, dict[str, Any]]:
    return Product.objects.with_keys([key]).order_by("pk").values(*product_columns(EDITOR_DETAIL))


def _version(updated_at: Any) -> str:
    return f"{int(updated_at.timestamp() * 1_000_000):x}"


def refuse_if_stale(sku: str, version: str | None) -> None:
    if version is None:
        return
    product = Product.objects.select_for_update(no_key=True).get(pk=product_with_sku(sku).pk)
    if _version(product.updated_at) != version:
        raise Stale(_("%(sku)s was changed meanwhile. Look at it again.") % {"sku": product.sku})


def _category(slug: str | None) -> Category | None:
    """Return the category with this slug or name, in any case, None for None.

    Raises:
        Invalid: there is none.
    """
    if slug is None:
        return None
    category = with_slug_or_name(Category.objects.all(), slug).first()
    if category is None:
        detail = _("No category has the slug %(slug)s: GET /api/v1/categories lists them.") % {"slug": slug}
        raise Invalid(detail, faults=[Fault("/category", "unknown_category", detail, {"in": "body"})])
    return category
