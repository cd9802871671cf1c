"""Payments from a file of a bank or provider, for staff: plan, look, apply, undo."""

from django.http import HttpRequest, HttpResponse
from ninja import File, Query, Router, UploadedFile

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
from orders.api.payment_import_schemas import (
    GiveOrderIn,
    PaymentApplyIn,
    PaymentFileQuery,
    PaymentImportFilters,
    PaymentImportList,
    PaymentImportOut,
    PaymentPlanQuery,
    PaymentRowFilters,
    PaymentRowList,
    PaymentRowOut,
    PaymentUndoIn,
)
from orders.models import PaymentImport
from orders.payments.imports import (
    apply_payments,
    forget_payment_plan,
    give_order,
    payment_import_numbered,
    plan_payments,
    rejected_payments_csv,
    undo_payments,
)
from orders.readers.payment_imports import (
    PAYMENT_IMPORT_FIELDS,
    PAYMENT_IMPORTS,
    PAYMENT_ROW_FIELDS,
    PaymentImportFilter,
    payment_import_data,
    payment_row_as_data,
    payment_row_columns,
)

payment_import_router = Router(tags=["Payment imports"])

SORTING = Sorting(
    "payment-imports",
    {"number": SortKey("pk"), "created_at": SortKey("created_at")},
    usual="-number",
)
ROW_SORTING = Sorting("payment-import-rows", {"row": SortKey("row")}, usual="row")
SHOWN = ImportWithPlan(
    fields=PAYMENT_IMPORT_FIELDS,
    data=payment_import_data,
    row_columns=payment_row_columns(PAYMENT_ROW_FIELDS),
    row_data=lambda row, _: payment_row_as_data(row, PAYMENT_ROW_FIELDS),
    row_sorting=ROW_SORTING,
)


@payment_import_router.post(
    "/payment-imports",
    response={200: PaymentImportOut, 201: PaymentImportOut},
    operation_id="import_payments",
    summary="Import a bank file",
    openapi_extra=DOCUMENTED,
)
def import_payments(
    request: HttpRequest, file: File[UploadedFile], query: Query[PaymentFileQuery]
) -> HttpResponse:
    """Import a statement: CAMT.053, MT940, or a table of a bank, Stripe or PayPal; at most 20 MB.

    Lines that settle what is due are booked (201); with `dry_run` it is only planned (200).
    """
    actor = require(request, "orders.record_payment")
    refuse_too_large(file)

    def plan() -> PaymentImport:
        return plan_payments(file, file_name=file.name or "file", by=actor)  # type: ignore[arg-type]

    def reply(planned: PaymentImport) -> Reply:
        if query.dry_run:
            return SHOWN.reply(planned, actor, limit=query.limit)
        applied = apply_payments(planned.pk, by=actor, accept_differences=query.accept_differences)
        return SHOWN.reply(applied, actor, limit=query.limit, created_under=request.path)

    content = f"{query.accept_differences} {digest_of(file)}".encode()
    return answer_planned(request, content, plan=plan, reply=reply, forget=forget_payment_plan)


@payment_import_router.get(
    "/payment-imports",
    response=PaymentImportList,
    operation_id="list_payment_imports",
    summary="Payment imports",
    openapi_extra=asked_by(PAYMENT_IMPORT_FIELDS, SORTING),
)
def list_payment_imports(request: HttpRequest, filters: Query[PaymentImportFilters]) -> HttpResponse:
    """List imports, the newest first. Plans that nobody applied are deleted after 24 hours."""
    reader = require(request, "orders.view_paymentimport").user
    narrowed = PaymentImportFilter(filters.state, filters.created_after, filters.created_before)
    wanted = chosen_fields(filters.fields, PAYMENT_IMPORT_FIELDS)
    imports = narrowed.of(PaymentImport.objects.all())
    page = SORTING.page(imports, filters, PAYMENT_IMPORTS.needed(wanted))
    items = [PAYMENT_IMPORTS.as_data(row, wanted, to=reader) for row in page.rows]
    return rendered(page.envelope(items)).to(request)


@payment_import_router.get(
    "/payment-imports/{int:number}",
    response=PaymentImportOut,
    operation_id="get_payment_import",
    summary="One payment import",
    openapi_extra=asked_by(SHOWN.detail),
)
def get_payment_import(request: HttpRequest, number: int, query: Query[PaymentPlanQuery]) -> HttpResponse:
    """Show an import with the first rows of its plan; `cursor` shows the next ones."""
    reader = require(request, "orders.view_paymentimport")
    found = _find(number)
    return SHOWN.reply(found, reader, fields=query.fields, limit=query.limit, cursor=query.cursor).to(request)


@payment_import_router.get(
    "/payment-imports/{int:number}/rows",
    response=PaymentRowList,
    operation_id="list_payment_import_rows",
    summary="A payment import's rows",
    openapi_extra=asked_by(PAYMENT_ROW_FIELDS, ROW_SORTING),
)
def list_payment_import_rows(
    request: HttpRequest, number: int, filters: Query[PaymentRowFilters]
) -> HttpResponse:
    """List what each row does, or why it does nothing."""
    require(request, "orders.view_paymentimport")
    rows = _find(number).rows.all()
    if filters.outcome is not None:
        rows = rows.filter(outcome=filters.outcome)
    wanted = chosen_fields(filters.fields, PAYMENT_ROW_FIELDS)
    page = ROW_SORTING.page(rows, filters, payment_row_columns(wanted))
    return rendered(page.envelope([payment_row_as_data(row, wanted) for row in page.rows])).to(request)


@payment_import_router.get(
    "/payment-imports/{int:number}/rejected.csv",
    response={200: None},
    operation_id="get_rejected_payments",
    summary="The rows that were not booked, as a file",
    openapi_extra=CSV_FILE,
)
def get_rejected_payments(request: HttpRequest, number: int) -> HttpResponse:
    """Download the rows that were not booked, each with its reason, to import them again."""
    require(request, "orders.view_paymentimport")
    content = rejected_payments_csv(_find(number))
    return csv_reply(content, file_name=f"payments-{number}-rejected.csv")


@payment_import_router.post(
    "/payment-imports/{int:number}/rows/{int:row}/order",
    response=PaymentRowOut,
    operation_id="give_payment_row_an_order",
    summary="Say which order a row is for",
    openapi_extra=DOCUMENTED,
)
def give_payment_row_an_order(request: HttpRequest, number: int, row: int, body: GiveOrderIn) -> HttpResponse:
    """Say for a row of a plan which order it pays, where its text does not tell."""
    actor = require(request, "orders.record_payment")

    def run() -> Reply:
        found = _find(number)
        give_order(found.pk, min(row, LARGEST_KEY), body.order, by=actor)
        read = found.rows.values(*payment_row_columns(PAYMENT_ROW_FIELDS)).get(row=row)
        return rendered(payment_row_as_data(read, PAYMENT_ROW_FIELDS))

    return answer_once(request, body, run)


@payment_import_router.post(
    "/payment-imports/{int:number}/apply",
    response=PaymentImportOut,
    operation_id="apply_payment_import",
    summary="Apply a plan of payments",
    openapi_extra=DOCUMENTED,
)
def apply_payment_import(
    request: HttpRequest, number: int, body: PaymentApplyIn | None = None
) -> HttpResponse:
    """Book what was planned; if an order changed since, the answer is 409 `plan_changed`."""
    actor = require(request, "orders.record_payment")
    asked = body or PaymentApplyIn()

    def run() -> Reply:
        applied = apply_payments(
            _find(number).pk,
            by=actor,
            accept=[min(row, LARGEST_KEY) for row in asked.accept],
            accept_differences=asked.accept_differences,
            skip_invalid=asked.skip_invalid,
        )
        return SHOWN.reply(applied, actor)

    return answer_once(request, asked, run)


@payment_import_router.post(
    "/payment-imports/{int:number}/undo",
    response=PaymentImportOut,
    operation_id="undo_payment_import",
    summary="Undo a payment import",
    openapi_extra=DOCUMENTED,
)
def undo_payment_import(request: HttpRequest, number: int, body: PaymentUndoIn | None = None) -> HttpResponse:
    """Reverse every entry that the import wrote and that nobody reversed since."""
    actor = require(request, "orders.record_payment")
    asked = body or PaymentUndoIn()

    def run() -> Reply:
        return SHOWN.reply(undo_payments(_find(number).pk, by=actor, skip_invalid=asked.skip_invalid), actor)

    return answer_once(request, asked, run)


def _find(number: int) -> PaymentImport:
    return payment_import_numbered(min(number, LARGEST_KEY))
