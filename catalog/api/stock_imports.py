"""Stock changed by a file, for staff: plan, look, apply, undo."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router, UploadedFile

from accounts.actors import Actor, name_told_to
from accounts.api.auth import require
from accounts.models import User
from backoffice.api.idempotency import DOCUMENTED, answer_once, answer_once_for, kept_answer
from backoffice.api.json_reply import Reply, rendered
from backoffice.api.pagination import ListQuery, Sorting, SortKey, asked_by, chosen_fields
from backoffice.errors import Refusal, TooLarge
from backoffice.sheets.reading import MAX_FILE
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
from catalog.stock_import import (
    apply_import,
    forget_plan,
    import_numbered,
    plan_import,
    problem_in_words,
    rejects_csv,
    undo_import,
)

import_router = Router(tags=["Stock imports"])

SUMMARY = {
    "number": "pk",
    "state": "state",
    "mode": "mode",
    "file": "file_name",
    "rows": "rows_count",
    "changes": "changes",
    "unchanged": "unchanged",
    "problems": "problems",
    "ignored_columns": "ignored_columns",
    "created_at": "created_at",
    "created_by": "created_by__email",
    "applied_at": "applied_at",
    "applied_by": "applied_by__email",
    "undone_at": "undone_at",
    "undone_by": "undone_by__email",
}
PEOPLE = {"created_by": "created_at", "applied_by": "applied_at", "undone_by": "undone_at"}
IMPORT_FIELDS = (*SUMMARY, "plan", "next")
SORTING = Sorting(
    "stock-imports",
    {"number": SortKey("pk"), "created_at": SortKey("created_at")},
    usual="-number",
)
ROW_COLUMNS = {
    "row": ("row",),
    "sku": ("sku",),
    "name": ("product__name", "name"),
    "now": ("now",),
    "after": ("after",),
    "change": ("change",),
    "problem": ("problem_code", "remark_code", "facts"),
    "problem_code": ("problem_code",),
}
ROW_SORTING = Sorting(
    "import-rows",
    {"problem_code": SortKey("problem_code"), "row": SortKey("row"), "sku": SortKey("sku")},
    usual="-problem_code,row",
)
MAX_NUMBER = 2**63 - 1


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
    """CSV or XLSX with the columns sku and quantity, at most 20 MB and 1,000,000 rows.

    It is planned and applied, all or nothing (201); with `dry_run` only planned (200).
    """
    actor = require(request, "catalog.move_stock")
    if (file.size or 0) > MAX_FILE:
        raise TooLarge("The file may have 20 MB. Split it.")

    content = f"{mode} {_digest(file)}".encode()
    if kept := kept_answer(request, content):
        return kept.to(request)
    file.seek(0)
    # Before the transaction of the answer: nobody who writes waits while a file is read.
    planned = plan_import(file, file_name=file.name or "file", mode=mode, by=actor)  # type: ignore[arg-type]
    is_answered = False

    def run() -> Reply:
        nonlocal is_answered
        is_answered = True
        if query.dry_run:
            return _import(planned, actor, limit=query.limit)
        applied = apply_import(planned.pk, by=actor, skip_invalid=query.skip_invalid, again=query.again)
        return _import(applied, actor, limit=query.limit, status=201, location=f"{request.path}/{applied.pk}")

    try:
        reply = answer_once_for(request, content, run)
    except Refusal:
        forget_plan(planned.pk)
        raise
    if not is_answered:
        # Another request with the same key was faster.
        forget_plan(planned.pk)
    return reply.to(request)


@import_router.get(
    "/stock/imports",
    response=ImportList,
    operation_id="list_stock_imports",
    summary="Imports",
    openapi_extra=asked_by(SUMMARY, SORTING),
)
def list_imports(request: HttpRequest, filters: Query[ImportFilters]) -> HttpResponse:
    """The newest first. Plans that nobody applied are deleted after 24 hours."""
    reader = require(request, "catalog.view_stockimport").user
    lookups = {
        "state": filters.state,
        "mode": filters.mode,
        "created_at__gte": filters.created_after,
        "created_at__lt": filters.created_before,
    }
    given = {lookup: value for lookup, value in lookups.items() if value is not None}
    wanted = chosen_fields(filters.fields, list(SUMMARY))
    page = SORTING.page(StockImport.objects.filter(**given), filters, _summary_columns(wanted))
    items = [_summary(row, wanted, reader) for row in page.rows]
    return rendered(page.envelope(items)).to(request)


@import_router.get(
    "/stock/imports/{int:number}",
    response=ImportOut,
    operation_id="get_stock_import",
    summary="One import",
    openapi_extra=asked_by(IMPORT_FIELDS),
)
def get_import(request: HttpRequest, number: int, query: Query[PlanQuery]) -> HttpResponse:
    """With the first rows of its plan, those with problems first; `cursor` shows the next ones."""
    reader = require(request, "catalog.view_stockimport")
    shown = _import(_found(number), reader, fields=query.fields, limit=query.limit, cursor=query.cursor)
    return shown.to(request)


@import_router.get(
    "/stock/imports/{int:number}/rows",
    response=RowList,
    operation_id="list_stock_import_rows",
    summary="An import's rows",
    openapi_extra=asked_by(ROW_COLUMNS, ROW_SORTING),
)
def list_rows(request: HttpRequest, number: int, filters: Query[RowFilters]) -> HttpResponse:
    """What each row changes, or what is wrong with it; those with problems first."""
    require(request, "catalog.view_stockimport")
    rows = _found(number).rows.all()
    if filters.problems is not None:
        rows = rows.exclude(problem_code="") if filters.problems else rows.filter(problem_code="")
    wanted = chosen_fields(filters.fields, list(ROW_COLUMNS))
    page = ROW_SORTING.page(rows, filters, _columns_of(wanted))
    return rendered(page.envelope([_row(row, wanted) for row in page.rows])).to(request)


@import_router.get(
    "/stock/imports/{int:number}/rejected.csv",
    response={200: None},
    operation_id="get_rejected_rows",
    summary="The rejected rows as a file",
    openapi_extra={
        "responses": {200: {"description": "OK", "content": {"text/csv": {"schema": {"type": "string"}}}}}
    },
)
def get_rejected(request: HttpRequest, number: int) -> HttpResponse:
    """Each with its reason: mend them and import the file again."""
    require(request, "catalog.view_stockimport")
    headers = {"Content-Disposition": f'attachment; filename="import-{number}-rejected.csv"'}
    return HttpResponse(rejects_csv(_found(number)), content_type="text/csv; charset=utf-8", headers=headers)


@import_router.post(
    "/stock/imports/{int:number}/apply",
    response=ImportOut,
    operation_id="apply_stock_import",
    summary="Apply a plan",
    openapi_extra=DOCUMENTED,
)
def apply(request: HttpRequest, number: int, body: ApplyIn | None = None) -> HttpResponse:
    """Exactly what was planned, else 409 `plan_changed`."""
    actor = require(request, "catalog.move_stock")
    asked = body or ApplyIn()

    def run() -> Reply:
        planned = _found(number)
        applied = apply_import(planned.pk, by=actor, skip_invalid=asked.skip_invalid, again=asked.again)
        return _import(applied, actor)

    return answer_once(request, asked, run)


@import_router.post(
    "/stock/imports/{int:number}/undo",
    response=ImportOut,
    operation_id="undo_stock_import",
    summary="Undo an import",
    openapi_extra=DOCUMENTED,
)
def undo(request: HttpRequest, number: int, body: UndoIn | None = None) -> HttpResponse:
    """As though it had never happened; sales since then are kept."""
    actor = require(request, "catalog.move_stock")
    asked = body or UndoIn()

    def run() -> Reply:
        return _import(undo_import(_found(number).pk, by=actor, skip_invalid=asked.skip_invalid), actor)

    return answer_once(request, asked, run)


def _found(number: int) -> StockImport:
    return import_numbered(min(number, MAX_NUMBER))


def _digest(file: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _import(
    stock_import: StockImport,
    reader: Actor,
    *,
    fields: str | None = None,
    limit: int = 20,
    cursor: str | None = None,
    status: int = 200,
    location: str = "",
) -> Reply:
    wanted = chosen_fields(fields, IMPORT_FIELDS)
    content: dict[str, Any] = {}
    if told := [name for name in wanted if name in SUMMARY]:
        row = StockImport.objects.values(*_summary_columns(told)).get(pk=stock_import.pk)
        content = _summary(row, told, reader.user)
    if {"plan", "next"} & set(wanted):
        columns = _columns_of(ROW_COLUMNS)
        page = ROW_SORTING.page(stock_import.rows.all(), ListQuery(limit=limit, cursor=cursor), columns)
        content |= {"plan": [_row(row, list(ROW_COLUMNS)) for row in page.rows], "next": page.next}
    return rendered({name: content[name] for name in wanted}, status=status, location=location)


def _summary_columns(wanted: Sequence[str]) -> list[str]:
    people = [name for name in PEOPLE if name in wanted]
    needed = [*(f"{name}__is_staff" for name in people), *(PEOPLE[name] for name in people)]
    return [*(SUMMARY[name] for name in wanted), *needed]


def _summary(row: Mapping[str, Any], wanted: Sequence[str], reader: User | None) -> dict[str, Any]:
    shape = {name: row[SUMMARY[name]] for name in wanted}
    for name in set(PEOPLE).intersection(wanted):
        happened = row[PEOPLE[name]] is not None
        is_staff = bool(row[f"{name}__is_staff"])
        shape[name] = name_told_to(reader, shape[name], is_staff=is_staff) if happened else None
    return shape


def _columns_of(fields: Sequence[str] | Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(column for name in fields for column in ROW_COLUMNS[name]))


def _row(row: Mapping[str, Any], wanted: Sequence[str]) -> dict[str, Any]:
    shape = {name: _first(row, ROW_COLUMNS[name]) for name in wanted}
    if "problem" in shape:
        shape["problem"] = problem_in_words(row["problem_code"] or row["remark_code"], row["facts"]) or None
    if "problem_code" in shape:
        shape["problem_code"] = row["problem_code"] or None
    return shape


def _first(row: Mapping[str, Any], columns: Sequence[str]) -> Any:
    """The value of the first column that has one."""
    return next((row[column] for column in columns if row[column] is not None), None)
