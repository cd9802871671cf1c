"""Families of products, for everybody; their making and changing, for staff."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router

from accounts.api.auth import optional_bearer, require
from backoffice.api.idempotency import DOCUMENTED, answer_once
from backoffice.api.pagination import FieldsQuery, Sorting, SortKey, asked_by, chosen_fields
from backoffice.db.transactions import write_transaction
from backoffice.errors import Stale
from backoffice.requests.json_reply import Reply, matched_version, rendered
from catalog.api.family_schemas import (
    CombinationsIn,
    CombinationsPlan,
    FamilyDetail,
    FamilyFilters,
    FamilyIn,
    FamilyList,
    FamilyPatch,
    NewVariantsIn,
    VariantIn,
    VariantsIn,
)
from catalog.families import (
    PlannedProduct,
    UnknownFamily,
    Variant,
    change_family,
    create_family,
    dissolve_family,
    family_named,
    make_products,
    offered_pattern,
    plan_products_of,
    set_options,
    take_out,
)
from catalog.families.holding import hold_family
from catalog.models import ProductFamily
from catalog.readers.families import (
    FAMILY_DETAIL,
    FAMILY_FIELDS,
    FamilyFilter,
    families_counted,
    family_as_data,
    family_columns,
    family_data,
    planned_as_data,
)

families_router = Router(tags=["Products"])

SORTING = Sorting(
    "families",
    {
        "name": SortKey("name"),
        "slug": SortKey("slug"),
        "created_at": SortKey("created_at"),
        "updated_at": SortKey("updated_at"),
    },
    usual="name",
)


@families_router.get(
    "/families",
    auth=optional_bearer,
    response=FamilyList,
    operation_id="list_families",
    summary="Families of products",
    openapi_extra=asked_by(FAMILY_FIELDS, SORTING),
)
def list_families(request: HttpRequest, filters: Query[FamilyFilters]) -> HttpResponse:
    """List families that have active products; staff see all, and count archived products too."""
    wanted = chosen_fields(filters.fields, FAMILY_FIELDS)
    families = FamilyFilter(filters.q).of(families_counted(is_staff=_is_staff(request)))
    page = SORTING.page(families, filters, family_columns(wanted))
    return rendered(page.envelope([family_as_data(row, wanted) for row in page.rows])).to(request)


@families_router.get(
    "/families/{slug}",
    auth=optional_bearer,
    response=FamilyDetail,
    operation_id="get_family",
    summary="One family and its products",
    openapi_extra=asked_by([*FAMILY_DETAIL, "currency"]),
)
def get_family(request: HttpRequest, slug: str, query: Query[FieldsQuery]) -> HttpResponse:
    """Find a family by its slug, in any case, with its products and their values."""
    is_staff = _is_staff(request)
    family = family_named(slug)
    if not is_staff and not family.products.filter(is_active=True).exists():
        raise UnknownFamily(_("There is no family %(name)s.") % {"name": slug.strip()[:120]})
    return _reply(family, query.fields, is_staff=is_staff).to(request)


@families_router.post(
    "/families",
    response={201: FamilyDetail},
    operation_id="create_family",
    summary="Create a family",
    openapi_extra=DOCUMENTED,
)
def create(request: HttpRequest, body: FamilyIn) -> HttpResponse:
    """Create a family with its options, and put products into it, if any are named."""
    by = require(request, "catalog.add_productfamily")

    def run() -> Reply:
        family = create_family(
            body.name, body.options, slug=body.slug, variants=_variants(body.products), by=by
        )
        return _reply(family, status=201, location=f"{request.path}/{quote(family.slug, safe='')}")

    return answer_once(request, body, run)


@families_router.patch(
    "/families/{slug}", response=FamilyDetail, operation_id="change_family", summary="Change a family"
)
def change(request: HttpRequest, slug: str, body: FamilyPatch) -> HttpResponse:
    """Rename it or its options. With `If-Match` it is refused when the family changed meanwhile."""
    by = require(request, "catalog.change_productfamily")
    version = matched_version(request)

    @write_transaction
    def run() -> Reply:
        _refuse_if_stale(slug, version)
        return _reply(change_family(slug, by=by, **body.changes()))

    return run().to(request)


@families_router.delete(
    "/families/{slug}", response={204: None}, operation_id="dissolve_family", summary="Dissolve a family"
)
def dissolve(request: HttpRequest, slug: str) -> HttpResponse:
    """Forget the family; its products stay, without values."""
    dissolve_family(slug, by=require(request, "catalog.delete_productfamily"))
    return HttpResponse(status=204)


@families_router.post(
    "/families/{slug}/products",
    response=FamilyDetail,
    operation_id="set_options_of_products",
    summary="Add products to a family, or change their values",
    openapi_extra=DOCUMENTED,
)
def add(request: HttpRequest, slug: str, body: VariantsIn) -> HttpResponse:
    """All of them or none. Two products of a family never have the same values."""
    by = require(request, "catalog.change_productfamily")
    return answer_once(request, body, lambda: _reply(set_options(slug, _variants(body.products), by=by)))


@families_router.delete(
    "/families/{slug}/products/{sku}",
    response={204: None},
    operation_id="take_out_of_family",
    summary="Take a product out of its family",
)
def remove(request: HttpRequest, slug: str, sku: str) -> HttpResponse:
    """The product stays what it is, without values."""
    take_out(slug, [sku], by=require(request, "catalog.change_productfamily"))
    return HttpResponse(status=204)


@families_router.post(
    "/families/{slug}/combinations/plan",
    response=CombinationsPlan,
    operation_id="plan_combinations",
    summary="See which products a family lacks",
)
def plan(request: HttpRequest, slug: str, body: CombinationsIn) -> HttpResponse:
    """Nothing is written. Send back those without a `problem`, as they are or otherwise named and priced."""
    require(request, "catalog.change_productfamily")
    pattern = body.sku_pattern or offered_pattern(family_named(slug))
    planned = plan_products_of(slug, pattern=pattern, values=body.values, price=body.price)
    return rendered({"sku_pattern": pattern, "products": list(map(planned_as_data, planned))}).to(request)


@families_router.post(
    "/families/{slug}/combinations",
    response={201: FamilyDetail},
    operation_id="make_combinations",
    summary="Make products that a family lacks",
    openapi_extra=DOCUMENTED,
)
def make(request: HttpRequest, slug: str, body: NewVariantsIn) -> HttpResponse:
    """Create the products in the family, all of them or none. They have no stock yet: receive some."""
    by = require(request, "catalog.change_productfamily")
    by.require("catalog.add_product")
    wanted = [PlannedProduct(each.options, each.sku, each.name, each.price) for each in body.products]

    def run() -> Reply:
        make_products(slug, wanted, by=by)
        return _reply(family_named(slug), status=201)

    return answer_once(request, body, run)


def _is_staff(request: HttpRequest) -> bool:
    return request.user.is_staff and request.user.has_perm("catalog.view_productfamily")


def _variants(products: Sequence[VariantIn]) -> list[Variant]:
    return [Variant(each.sku, each.options) for each in products]


def _reply(
    family: ProductFamily,
    fields: str | None = None,
    *,
    is_staff: bool = True,
    status: int = 200,
    location: str = "",
) -> Reply:
    wanted = chosen_fields(fields, [*FAMILY_DETAIL, "currency"])
    data = family_data(family, [name for name in wanted if name != "currency"], is_staff=is_staff)
    if "currency" in wanted:
        data["currency"] = settings.SHOP_CURRENCY
    # A stock movement changes the bytes, but nothing that If-Match protects.
    updated_at = ProductFamily.objects.values_list("updated_at", flat=True).get(pk=family.pk)
    return rendered(data, status=status, version=_version(updated_at), location=location)


def _version(updated_at: datetime) -> str:
    return f"{int(updated_at.timestamp() * 1_000_000):x}"


def _refuse_if_stale(slug: str, version: str | None) -> None:
    if version is None:
        return
    family = hold_family(slug)
    if _version(family.updated_at) != version:
        raise Stale(_("%(family)s was changed meanwhile. Look at it again.") % {"family": family.name})
