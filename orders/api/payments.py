"""Payments of orders: what came in and went out, allowances, and balances that are given up."""

from collections.abc import Callable

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel

from accounts.actors import Actor
from accounts.api.auth import require
from backoffice.api.idempotency import DOCUMENTED, answer_once
from backoffice.api.pagination import ListQuery, Sorting, SortKey, asked_by, chosen_fields
from backoffice.errors import Fault, Forbidden, Invalid
from backoffice.requests.json_reply import Reply, rendered
from orders.api.actions import answer_with_order, visible_order
from orders.api.orders import caller, expected_version
from orders.api.payment_schemas import (
    AllowanceIn,
    AllowanceList,
    AllPaymentFilters,
    DueDateIn,
    EntryList,
    GrantedOut,
    MovedOut,
    MoveIn,
    PaymentFilters,
    PaymentIn,
    RecordedOut,
    ReverseIn,
    WriteOffIn,
)
from orders.api.schemas import EventOut, OrderOut
from orders.models import Allowance, PaymentEntry
from orders.payments.allowances import allow
from orders.payments.corrections import entry_of, move, reverse, write_off
from orders.payments.due_dates import set_due_date
from orders.payments.ledger import Recorded
from orders.payments.recording import pay_back, record_chargeback, record_payment
from orders.payments.reminders import remind
from orders.readers.events import event_data
from orders.readers.payments import (
    ALLOWANCE_COLUMNS,
    ALLOWANCE_FIELDS,
    ENTRY_FIELDS,
    EntryFilter,
    allowance_data,
    allowances_as_data,
    balance_data,
    entry_as_data,
    entry_columns,
    recorded_data,
)
from orders.visibility import may_know_payments

payments_router = Router(tags=["Payments"])
ledger_router = Router(tags=["Payments"])

SORTING = Sorting(
    "payments",
    {"id": SortKey("id"), "value_date": SortKey("value_date"), "at": SortKey("at")},
    usual="-id",
)

ALLOWANCE_SORTING = Sorting("allowances", {"id": SortKey("id"), "at": SortKey("at")}, usual="-id")


@ledger_router.get(
    "/payments",
    response=EntryList,
    operation_id="list_payments",
    summary="All payments",
    openapi_extra=asked_by(ENTRY_FIELDS, SORTING),
)
def list_payments(request: HttpRequest, filters: Query[AllPaymentFilters]) -> HttpResponse:
    """List the entries of all orders, for staff; the newest first."""
    require(request, "orders.view_paymententry")
    return _page(request, PaymentEntry.objects.all(), filters)


@payments_router.get(
    "/{number}/payments",
    response=EntryList,
    operation_id="list_order_payments",
    summary="An order's payments",
    openapi_extra=asked_by(ENTRY_FIELDS, SORTING),
)
def list_order_payments(request: HttpRequest, number: str, filters: Query[PaymentFilters]) -> HttpResponse:
    """List what came in and went out for the order, newest first. Customers see their own orders' entries."""
    order = _order_with_payments(request, number)
    return _page(request, PaymentEntry.objects.filter(order=order), filters)


@payments_router.post(
    "/{number}/payments",
    response={201: RecordedOut},
    operation_id="record_payment",
    summary="Record a payment, a refund or a chargeback",
    openapi_extra=DOCUMENTED,
)
def record(request: HttpRequest, number: str, body: PaymentIn) -> HttpResponse:
    """Record money that moved; nothing is charged or paid out by this.

    A refund is of what is owed, at most of what was paid. Beyond what is owed it is goodwill: 409
    `more_than_owed` unless `allowance` gives a reason, and then grants that allowance in the same step.
    A reference that is recorded already is refused: 409 `already_recorded`, with the order that has it.
    """
    permission = "orders.pay_back" if body.kind == "refund" else "orders.record_payment"
    actor, version = require(request, permission), expected_version(request)
    return _answer(request, number, body, lambda: _recorded(number, body, actor, version))


@payments_router.post(
    "/{number}/payments/{entry}/reverse",
    response={201: RecordedOut},
    operation_id="reverse_payment",
    summary="Reverse an entry",
    openapi_extra=DOCUMENTED,
)
def reverse_entry(request: HttpRequest, number: str, entry: int, body: ReverseIn) -> HttpResponse:
    """Take an entry back by its opposite, once; its reference can then be recorded anew."""
    actor, version = require(request, "orders.record_payment"), expected_version(request)

    def run() -> Recorded:
        return reverse(entry_of(number, entry), reason=body.reason, by=actor, expected_version=version)

    return _answer(request, number, body, run)


@payments_router.post(
    "/{number}/payments/{entry}/move",
    response={201: MovedOut},
    operation_id="move_payment",
    summary="Move an entry to another order",
    openapi_extra=DOCUMENTED,
)
def move_entry(request: HttpRequest, number: str, entry: int, body: MoveIn) -> HttpResponse:
    """Reverse an entry here and record the same for the order it belongs to, in one step."""
    actor, version = require(request, "orders.record_payment"), expected_version(request)
    user = caller(request)

    def run() -> Reply:
        visible_order(number, user)
        wrong = entry_of(number, entry)
        reversal, moved = move(wrong, body.to, reason=body.reason, by=actor, expected_version=version)
        told = {"reversal": recorded_data(reversal, to=user), "moved": recorded_data(moved, to=user)}
        return rendered(told, status=201)

    return answer_once(request, body, run)


@payments_router.post(
    "/{number}/write-off",
    response={201: RecordedOut},
    operation_id="write_off",
    summary="Write off what is due",
    openapi_extra=DOCUMENTED,
)
def write_off_order(request: HttpRequest, number: str, body: WriteOffIn) -> HttpResponse:
    """Give up what is due, or what is owed, so that nothing is. Large balances take a manager."""
    actor, version = require(request, "orders.record_payment"), expected_version(request)
    return _answer(
        request,
        number,
        body,
        lambda: write_off(number, reason=body.reason, by=actor, expected_version=version),
    )


@payments_router.put(
    "/{number}/due-date",
    response=OrderOut,
    operation_id="set_due_date",
    summary="Change by when it is to be paid",
    openapi_extra=DOCUMENTED,
)
def change_due_date(request: HttpRequest, number: str, body: DueDateIn) -> HttpResponse:
    """Set the last day to pay in time, in any status. `If-Match` refuses a stale change."""
    actor = require(request, "orders.record_payment")
    return answer_with_order(
        request,
        number,
        body,
        lambda version: set_due_date(number, body.payment_due_on, by=actor, expected_version=version),
    )


@payments_router.post(
    "/{number}/reminders",
    response={201: EventOut},
    operation_id="remind_of_payment",
    summary="Remind the customer of what is due",
    openapi_extra=DOCUMENTED,
)
def remind_customer(request: HttpRequest, number: str) -> HttpResponse:
    """Mail the customer what is due, at most once a day: 409 `already_reminded`, or `nothing_due`."""
    actor = require(request, "orders.record_payment")

    def run() -> Reply:
        visible_order(number, caller(request))
        event = remind(number, by=actor)
        return rendered(event_data(event.pk, to=caller(request)), status=201)

    return answer_once(request, None, run)


@payments_router.get(
    "/{number}/allowances",
    response=AllowanceList,
    operation_id="list_allowances",
    summary="An order's allowances",
    openapi_extra=asked_by(ALLOWANCE_FIELDS, ALLOWANCE_SORTING),
)
def list_allowances(request: HttpRequest, number: str, filters: Query[ListQuery]) -> HttpResponse:
    """List value that was given up without units coming back, the newest first."""
    allowances = Allowance.objects.filter(order=_order_with_payments(request, number))
    wanted = chosen_fields(filters.fields, ALLOWANCE_FIELDS)
    page = ALLOWANCE_SORTING.page(allowances, filters, ALLOWANCE_COLUMNS)
    return rendered(page.envelope(allowances_as_data(page.rows, wanted))).to(request)


@payments_router.post(
    "/{number}/allowances",
    response={201: GrantedOut},
    operation_id="grant_allowance",
    summary="Grant an allowance",
    openapi_extra=DOCUMENTED,
)
def grant_allowance(request: HttpRequest, number: str, body: AllowanceIn) -> HttpResponse:
    """Give up value of the order, spread over its lines. No money moves: pay back what is then owed."""
    actor, version = require(request, "orders.grant_allowance"), expected_version(request)

    def run() -> Reply:
        visible_order(number, caller(request))
        allowance = allow(
            number, body.amount, reason=body.reason, skus=body.skus, by=actor, expected_version=version
        )
        told = {"allowance": allowance_data(allowance), "order": balance_data(allowance.order)}
        return rendered(told, status=201)

    return answer_once(request, body, run)


def _order_with_payments(request: HttpRequest, number: str) -> int:
    """Return the key of an order that the caller may see with its payments."""
    user = caller(request)
    if not may_know_payments(user):
        raise Forbidden(_("Your role does not allow to see payments."))
    return visible_order(number, user).pk


def _page(request: HttpRequest, entries: QuerySet[PaymentEntry], filters: PaymentFilters) -> HttpResponse:
    user = caller(request)
    narrowed = EntryFilter(
        filters.kind,
        filters.method,
        filters.value_date_gte,
        filters.value_date_lte,
        filters.live,
        getattr(filters, "order", None),
        filters.reference,
    )
    wanted = chosen_fields(filters.fields, ENTRY_FIELDS)
    page = SORTING.page(narrowed.of(entries), filters, entry_columns(wanted))
    items = [entry_as_data(row, wanted, to=user) for row in page.rows]
    return rendered(page.envelope(items)).to(request)


def _answer(request: HttpRequest, number: str, body: BaseModel, do: Callable[[], Recorded]) -> HttpResponse:
    """Run `do` once and answer with what was recorded, for an order that the caller may see."""

    def run() -> Reply:
        visible_order(number, caller(request))
        return rendered(recorded_data(do(), to=caller(request)), status=201)

    return answer_once(request, body, run)


def _recorded(number: str, body: PaymentIn, by: Actor, version: int | None) -> Recorded:
    if body.kind == "refund":
        reason = body.allowance.reason if body.allowance else None
        return pay_back(
            number, body.amount, body.details(), by=by, allowance_reason=reason, expected_version=version
        )
    if body.allowance is not None:
        raise _invalid("/allowance", _("Only a refund grants an allowance."))
    if body.amount is None:
        raise _invalid("/amount", _("Give an amount."))
    record_it = record_payment if body.kind == "payment" else record_chargeback
    return record_it(number, body.amount, body.details(), by=by, expected_version=version)


def _invalid(pointer: str, detail: str) -> Invalid:
    return Invalid(detail, faults=[Fault(pointer, "validation", detail)])
