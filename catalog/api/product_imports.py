"""Products changed by a file, for staff: plan, look, apply, undo."""

from django.http import HttpRequest, HttpResponse
from ninja import File, Query, Router, UploadedFile

from accounts.actors import Actor
from accounts.api.auth import require
from backoffice.api.idempotency import DOCUMENTED, answer_once
from backoffice.api.pagination import Sorting, SortKey, asked_by, chosen_fields
from backoffice.db.primary_keys import LARGEST_KEY
from backoffice.requests.json_reply import Reply, rendered
from catalog.api.planning import (
    CSV_FILE,
    ImportWithPlan,
    answer_planned,
    csv_reply,
    digest_of,
    refuse_too_large,
)
from catalog.api.product_import_schemas import (
    ProductApplyIn,
    ProductImportFilters,
    ProductImportList,
    ProductImportOut,
    ProductImportQuery,
    ProductImportRowList,
    ProductUndoIn,
)
from catalog.api.stock_import_schemas import PlanQuery, RowFilters
from catalog.models import ProductImport
from catalog.product_files import (
    apply_product_import,
    forget_product_plan,
    keep_product_plan,
    plan_products,
    product_import_numbered,
    read_products,
    refuse_too_many,
    rejected_of,
    undo_product_import,
)
from catalog.readers.product_imports import (
    FIELDS,
    PRODUCT_IMPORT_FIELDS,
    ROW_FIELDS,
    ProductImportFilter,
    product_import_data,
    row_as_data,
    row_columns,
)

product_import_router = Router(tags=["Product imports"])

SORTING = Sorting(
    "product-imports",
    {"number": SortKey("pk"), "created_at": SortKey("created_at")},
    usual="-number",
)
ROW_SORTING = Sorting(
    "product-import-rows",
    {"problem_code": SortKey("problem_code"), "row": SortKey("row"), "sku": SortKey("sku")},
    usual="-problem_code,row",
)
SHOWN = ImportWithPlan(
    fields=PRODUCT_IMPORT_FIELDS,
    data=product_import_data,
    row_columns=row_columns(ROW_FIELDS),
    row_data=lambda row, reader: row_as_data(row, ROW_FIELDS, to=reader),
    row_sorting=ROW_SORTING,
)


@product_import_router.post(
    "/products/imports",
    response={200: ProductImportOut, 201: ProductImportOut},
    by_alias=True,
    operation_id="import_products",
    summary="Import a file",
    openapi_extra=DOCUMENTED,
)
def import_products(
    request: HttpRequest, file: File[UploadedFile], query: Query[ProductImportQuery]
) -> HttpResponse:
    """Create and change products by a CSV or XLSX file with a column sku, at most 20 MB and 20,000 rows.

    Columns: sku, name, price, category (its slug or name), barcode, low_stock_threshold, is_active (1 or 0),
    description, cost, weight_grams, supplier_number.
    It is planned and applied, all or nothing (201); with `dry_run` only planned (200).
    """
    actor = _importer(request)
    refuse_too_large(file)

    def plan() -> ProductImport:
        read = read_products(file, file_name=file.name or "file")  # type: ignore[arg-type]
        refuse_too_many(read)
        return keep_product_plan(read, plan_products(read), by=actor)

    def reply(planned: ProductImport) -> Reply:
        if query.dry_run:
            return SHOWN.reply(planned, actor, limit=query.limit)
        applied = apply_product_import(planned.pk, by=actor, skip_invalid=query.skip_invalid)
        return SHOWN.reply(applied, actor, limit=query.limit, created_under=request.path)

    content = digest_of(file).encode()
    return answer_planned(request, content, plan=plan, reply=reply, forget=forget_product_plan)


@product_import_router.get(
    "/products/imports",
    response=ProductImportList,
    operation_id="list_product_imports",
    summary="Imports",
    openapi_extra=asked_by(PRODUCT_IMPORT_FIELDS, SORTING),
)
def list_imports(request: HttpRequest, filters: Query[ProductImportFilters]) -> HttpResponse:
    """List imports, the newest first. Plans that nobody applied are deleted after 24 hours."""
    reader = require(request, "catalog.view_productimport").user
    narrowed = ProductImportFilter(filters.state, filters.created_after, filters.created_before)
    wanted = chosen_fields(filters.fields, PRODUCT_IMPORT_FIELDS)
    page = SORTING.page(narrowed.of(ProductImport.objects.all()), filters, FIELDS.needed(wanted))
    items = [FIELDS.as_data(row, wanted, to=reader) for row in page.rows]
    return rendered(page.envelope(items)).to(request)


@product_import_router.get(
    "/products/imports/{int:number}",
    response=ProductImportOut,
    by_alias=True,
    operation_id="get_product_import",
    summary="One import",
    openapi_extra=asked_by(SHOWN.detail),
)
def get_import(request: HttpRequest, number: int, query: Query[PlanQuery]) -> HttpResponse:
    """Show an import with the first rows of its plan, problems first; `cursor` shows the next ones."""
    reader = require(request, "catalog.view_productimport")
    shown = SHOWN.reply(_find(number), reader, fields=query.fields, limit=query.limit, cursor=query.cursor)
    return shown.to(request)


@product_import_router.get(
    "/products/imports/{int:number}/rows",
    response=ProductImportRowList,
    by_alias=True,
    operation_id="list_product_import_rows",
    summary="An import's rows",
    openapi_extra=asked_by(ROW_FIELDS, ROW_SORTING),
)
def list_rows(request: HttpRequest, number: int, filters: Query[RowFilters]) -> HttpResponse:
    """List what each row does, or what is wrong with it; rows with problems come first.

    In an import that was undone, rows have a problem that could not be.
    """
    reader = require(request, "catalog.view_productimport").user
    rows = _find(number).rows.all()
    if filters.problems is not None:
        rows = rows.exclude(problem_code="") if filters.problems else rows.filter(problem_code="")
    wanted = chosen_fields(filters.fields, ROW_FIELDS)
    page = ROW_SORTING.page(rows, filters, row_columns(wanted))
    return rendered(page.envelope([row_as_data(row, wanted, to=reader) for row in page.rows])).to(request)


@product_import_router.get(
    "/products/imports/{int:number}/rejected.csv",
    response={200: None},
    operation_id="get_rejected_products",
    summary="The rejected rows as a file",
    openapi_extra=CSV_FILE,
)
def get_rejected(request: HttpRequest, number: int) -> HttpResponse:
    """Download the rejected rows, each with its reason: correct them and import the file again."""
    reader = require(request, "catalog.view_productimport").user
    return csv_reply(rejected_of(_find(number), to=reader), file_name=f"products-{number}-rejected.csv")


@product_import_router.post(
    "/products/imports/{int:number}/apply",
    response=ProductImportOut,
    by_alias=True,
    operation_id="apply_product_import",
    summary="Apply a plan",
    openapi_extra=DOCUMENTED,
)
def apply(request: HttpRequest, number: int, body: ProductApplyIn | None = None) -> HttpResponse:
    """Do exactly what was planned; if that is no longer possible, the answer is 409 `plan_changed`."""
    actor = _importer(request)
    asked = body or ProductApplyIn()

    def run() -> Reply:
        applied = apply_product_import(_find(number).pk, by=actor, skip_invalid=asked.skip_invalid)
        return SHOWN.reply(applied, actor)

    return answer_once(request, asked, run)


@product_import_router.post(
    "/products/imports/{int:number}/undo",
    response=ProductImportOut,
    by_alias=True,
    operation_id="undo_product_import",
    summary="Undo an import",
    openapi_extra=DOCUMENTED,
)
def undo(request: HttpRequest, number: int, body: ProductUndoIn | None = None) -> HttpResponse:
    """Give what was changed its values from before, and archive what was created.

    What was changed since is named (409 `cannot_undo`) and nothing is undone; `skip_invalid` leaves it alone.
    """
    actor = _importer(request)
    asked = body or ProductUndoIn()

    def run() -> Reply:
        undone = undo_product_import(_find(number).pk, by=actor, skip_invalid=asked.skip_invalid)
        return SHOWN.reply(undone, actor)

    return answer_once(request, asked, run)


def _importer(request: HttpRequest) -> Actor:
    actor = require(request, "catalog.change_product")
    actor.require("catalog.add_product")
    return actor


def _find(number: int) -> ProductImport:
    return product_import_numbered(min(number, LARGEST_KEY))
