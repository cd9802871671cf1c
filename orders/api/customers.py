"""Customers, for staff who may know them: looked at, edited, exported and merged."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router

from accounts.api.auth import actor_of, require
from accounts.customers import customer_named
from accounts.history import record_export
from accounts.models import Customer
from backoffice.api.idempotency import DOCUMENTED, answer_once
from backoffice.api.pagination import FieldsQuery, Sorting, SortKey, asked_by, chosen_fields
from backoffice.db.primary_keys import LARGEST_KEY
from backoffice.db.transactions import write_transaction
from backoffice.errors import Stale
from backoffice.requests.json_reply import Reply, matched_version, rendered
from backoffice.sheets.csv_lines import CSV_TYPE
from backoffice.sheets.writing import exported_csv
from orders.api.customer_schemas import (
    CustomerDetail,
    CustomerFilters,
    CustomerList,
    CustomerPatch,
    MergeIn,
    MergeOut,
    MergePlanOut,
)
from orders.customers.editing import edit_customer
from orders.customers.export import CustomerExport
from orders.customers.merge_plan import plan_merge
from orders.customers.merging import merge_customers, undo_merge
from orders.readers.customers import (
    CUSTOMER_COLUMNS,
    CUSTOMER_DETAIL,
    CustomerFilter,
    customer_as_data,
    customer_columns,
    customer_detail,
    customers_with_figures,
    merge_as_data,
    plan_as_data,
)

customers_router = Router(tags=["Customers"])

SEE, EDIT, EXPORT = "accounts.view_customer", "accounts.change_customer", "accounts.export_customer"
SORTING = Sorting(
    "customers",
    {
        "id": SortKey("id"),
        "email": SortKey("email"),
        "name": SortKey("name"),
        "orders": SortKey("orders_count"),
        "last_order_at": SortKey("last_order_at", is_nullable=True),
        "created_at": SortKey("created_at"),
    },
    usual="-id",
)


@customers_router.get(
    "",
    response=CustomerList,
    operation_id="list_customers",
    summary="Customers",
    openapi_extra=asked_by(CUSTOMER_COLUMNS, SORTING),
)
def list_customers(request: HttpRequest, filters: Query[CustomerFilters]) -> HttpResponse:
    """Everybody who has ordered. Who was merged into another is found by the old address as well."""
    by = require(request, SEE)
    wanted = chosen_fields(filters.fields, list(CUSTOMER_COLUMNS))
    narrowed = CustomerFilter(filters.q, filters.has_account).of(customers_with_figures())
    page = SORTING.page(narrowed, filters, customer_columns(wanted))
    items = [customer_as_data(row, wanted, to=by.user) for row in page.rows]
    return rendered(page.envelope(items)).to(request)


@customers_router.get(
    "/export.csv",
    response={200: None},
    operation_id="export_customers",
    summary="Customers as a file",
    openapi_extra={
        "responses": {200: {"description": "OK", "content": {"text/csv": {"schema": {"type": "string"}}}}}
    },
)
def export_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Download all customers, streamed while they are read. Each export is noted in the account's history."""
    by = require(request, EXPORT)
    by.require(SEE)
    record_export("customers", format="csv", by=by)
    wanted = CustomerExport.told_to(by.user)
    headers = {"Content-Disposition": 'attachment; filename="customers.csv"'}
    return StreamingHttpResponse(exported_csv(wanted), content_type=CSV_TYPE, headers=headers)


@customers_router.get(
    "/{int:customer_id}",
    response=CustomerDetail,
    operation_id="get_customer",
    summary="One customer",
    openapi_extra=asked_by(CUSTOMER_DETAIL),
)
def get_customer(request: HttpRequest, customer_id: int, query: Query[FieldsQuery]) -> HttpResponse:
    require(request, SEE)
    return _reply(request, _customer(customer_id), query.fields).to(request)


@customers_router.patch(
    "/{int:customer_id}", response=CustomerDetail, operation_id="change_customer", summary="Change a customer"
)
def change_customer(request: HttpRequest, customer_id: int, body: CustomerPatch) -> HttpResponse:
    """Change name, telephone number or note; old and new values are kept. Customers have no `If-Match`."""
    by = require(request, EDIT)
    if matched_version(request) is not None:
        raise Stale(_("Customers have no versions: send the change without If-Match."))

    @write_transaction
    def run() -> Reply:
        customer = edit_customer(_customer(customer_id), by=by, **body.changes())
        return _reply(request, customer)

    return run().to(request)


@customers_router.post(
    "/{int:customer_id}/merges/plan",
    response=MergePlanOut,
    operation_id="plan_merge",
    summary="See what merging another customer into this one would do",
)
def plan(request: HttpRequest, customer_id: int, body: MergeIn) -> HttpResponse:
    """Nothing is written. `problems` say why it could not be done."""
    require(request, EDIT)
    planned = plan_merge(_customer(customer_id), _customer(body.customer))
    return rendered(plan_as_data(planned)).to(request)


@customers_router.post(
    "/{int:customer_id}/merges",
    response={201: MergeOut},
    operation_id="merge_customers",
    summary="Merge another customer into this one",
    openapi_extra=DOCUMENTED,
)
def merge(request: HttpRequest, customer_id: int, body: MergeIn) -> HttpResponse:
    """Orders, uses of promo codes, note and account of the other become this one's."""
    by = require(request, EDIT)

    def run() -> Reply:
        done = merge_customers(_customer(customer_id), _customer(body.customer), by=by, digest=body.digest)
        return rendered(merge_as_data(done), status=201)

    return answer_once(request, body, run)


@customers_router.post(
    "/{int:customer_id}/merges/{int:merge_id}/undo",
    response=MergeOut,
    operation_id="undo_merge",
    summary="Undo a merge",
    openapi_extra=DOCUMENTED,
)
def undo(request: HttpRequest, customer_id: int, merge_id: int) -> HttpResponse:
    """Give everything back, while no order, edit or merge has followed."""
    by = require(request, EDIT)

    def run() -> Reply:
        done = undo_merge(min(merge_id, LARGEST_KEY), of=_customer(customer_id), by=by)
        assert done.undoes is not None
        return rendered(merge_as_data(done.undoes))

    return answer_once(request, None, run)


def _customer(customer_id: int) -> Customer:
    return customer_named(str(min(customer_id, LARGEST_KEY)))


def _reply(request: HttpRequest, customer: Customer, fields: str | None = None) -> Reply:
    wanted = chosen_fields(fields, CUSTOMER_DETAIL)
    return rendered(customer_detail(customer, wanted, to=actor_of(request).user))
