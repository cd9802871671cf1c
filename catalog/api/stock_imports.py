"""Stock changed by a file, for staff: plan, look, apply, undo."""

from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router, UploadedFile

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
from catalog.api.stock_import_schemas import (
    ApplyIn,
    ImportFilters,
    ImportList,
    ImportOut,
    ImportQuery,
    PlanQuery,
    RowFilters,
    RowList,
    UndoIn,
)
from catalog.models import StockImport
from catalog.readers.stock_imports import (
    FIELDS,
    IMPORT_FIELDS,
    ROW_FIELDS,
    ImportFilter,
    import_data,
    row_as_data,
    row_columns,
)
from catalog.stock_import import (
    apply_import,
    forget_plan,
    import_numbered,
    plan_import,
    rejects_csv,
    undo_import,
)

import_router = Router(tags=["Stock imports"])

SORTING = Sorting(
    "stock-imports",
    {"number": SortKey("pk"), "created_at": SortKey("created_at")},
    usual="-number",
)
ROW_SORTING = Sorting(
    "import-rows",
    {"problem_code": SortKey("problem_code"), "row": SortKey("row"), "sku": SortKey("sku")},
    usual="-problem_code,row",
)
SHOWN = ImportWithPlan(
    fields=IMPORT_FIELDS,
    data=import_data,
    row_columns=row_columns(ROW_FIELDS),
    row_data=lambda row, _: row_as_data(row, ROW_FIELDS),
    row_sorting=ROW_SORTING,
)


@import_router.post(
    "/stock/imports",
    response={200: ImportOut, 201: ImportOut},
    operation_id="import_stock",
    summary="Import a file",
    openapi_extra=DOCUMENTED,
)
def import_stock(
    request: HttpRequest,
    file: File[UploadedFile],
    mode: Form[Literal["count", "receive"]],
    query: Query[ImportQuery],
) -> HttpResponse:
    """Import a CSV or XLSX file with the columns sku and quantity, at most 20 MB and 1,000,000 rows.

    It is planned and applied, all or nothing (201); with `dry_run` only planned (200).
    """
    actor = require(request, "catalog.move_stock")
    refuse_too_large(file)

    def plan() -> StockImport:
        return plan_import(file, file_name=file.name or "file", mode=mode, by=actor)  # type: ignore[arg-type]

    def reply(planned: StockImport) -> Reply:
        if query.dry_run:
            return SHOWN.reply(planned, actor, limit=query.limit)
        applied = apply_import(planned.pk, by=actor, skip_invalid=query.skip_invalid, again=query.again)
        return SHOWN.reply(applied, actor, limit=query.limit, created_under=request.path)

    content = f"{mode} {digest_of(file)}".encode()
    return answer_planned(request, content, plan=plan, reply=reply, forget=forget_plan)


@import_router.get(
    "/stock/imports",
    response=ImportList,
    operation_id="list_stock_imports",
    summary="Imports",
    openapi_extra=asked_by(IMPORT_FIELDS, SORTING),
)
def list_imports(request: HttpRequest, filters: Query[ImportFilters]) -> HttpResponse:
    """List imports, the newest first. Plans that nobody applied are deleted after 24 hours."""
    reader = require(request, "catalog.view_stockimport").user
    narrowed = ImportFilter(filters.state, filters.mode, filters.created_after, filters.created_before)
    wanted = chosen_fields(filters.fields, IMPORT_FIELDS)
    page = SORTING.page(narrowed.of(StockImport.objects.all()), filters, FIELDS.needed(wanted))
    items = [FIELDS.as_data(row, wanted, to=reader) for row in page.rows]
    return rendered(page.envelope(items)).to(request)


@import_router.get(
    "/stock/imports/{int:number}",
    response=ImportOut,
    operation_id="get_stock_import",
    summary="One import",
    openapi_extra=asked_by(SHOWN.detail),
)
def get_import(request: HttpRequest, number: int, query: Query[PlanQuery]) -> HttpResponse:
    """Show an import with the first rows of its plan, problems first; `cursor` shows the next ones."""
    reader = require(request, "catalog.view_stockimport")
    shown = SHOWN.reply(_find(number), reader, fields=query.fields, limit=query.limit, cursor=query.cursor)
    return shown.to(request)


@import_router.get(
    "/stock/imports/{int:number}/rows",
    response=RowList,
    operation_id="list_stock_import_rows",
    summary="An import's rows",
    openapi_extra=asked_by(ROW_FIELDS, ROW_SORTING),
)
def list_rows(request: HttpRequest, number: int, filters: Query[RowFilters]) -> HttpResponse:
    """List what each row changes, or what is wrong with it; rows with problems come first."""
    require(request, "catalog.view_stockimport")
    rows = _find(number).rows.all()
    if filters.problems is not None:
        rows = rows.exclude(problem_code="") if filters.problems else rows.filter(problem_code="")
    wanted = chosen_fields(filters.fields, ROW_FIELDS)
    page = ROW_SORTING.page(rows, filters, row_columns(wanted))
    return rendered(page.envelope([row_as_data(row, wanted) for row in page.rows])).to(request)


@import_router.get(
    "/stock/imports/{int:number}/rejected.csv",
    response={200: None},
    operation_id="get_rejected_rows",
    summary="The rejected rows as a file",
    openapi_extra=CSV_FILE,
)
def get_rejected(request: HttpRequest, number: int) -> HttpResponse:
    """Download the rejected rows, each with its reason: correct them and import the file again."""
    require(request, "catalog.view_stockimport")
    return csv_reply(rejects_csv(_find(number)), file_name=f"import-{number}-rejected.csv")


@import_router.post(
    "/stock/imports/{int:number}/apply",
    response=ImportOut,
    operation_id="apply_stock_import",
    summary="Apply a plan",
    openapi_extra=DOCUMENTED,
)
def apply(request: HttpRequest, number: int, body: ApplyIn | None = None) -> HttpResponse:
    """Apply exactly what was planned; if that is no longer possible, the answer is 409 `plan_changed`."""
    actor = require(request, "catalog.move_stock")
    asked = body or ApplyIn()

    def run() -> Reply:
        planned = _find(number)
        applied = apply_import(planned.pk, by=actor, skip_invalid=asked.skip_invalid, again=asked.again)
        return SHOWN.reply(applied, actor)

    return answer_once(request, asked, run)


@import_router.post(
    "/stock/imports/{int:number}/undo",
    response=ImportOut,
    operation_id="undo_stock_import",
    summary="Undo an import",
    openapi_extra=DOCUMENTED,
)
def undo(request: HttpRequest, number: int, body: UndoIn | None = None) -> HttpResponse:
    """Undo an import as though it had never happened; sales since then are kept."""
    actor = require(request, "catalog.move_stock")
    asked = body or UndoIn()

    def run() -> Reply:
        return SHOWN.reply(undo_import(_find(number).pk, by=actor, skip_invalid=asked.skip_invalid), actor)

    return answer_once(request, asked, run)


def _find(number: int) -> StockImport:
    return import_numbered(min(number, LARGEST_KEY))
