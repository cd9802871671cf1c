"""Mails about an order: what was sent, and sending one again."""

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from accounts.api.auth import require
from backoffice.api.idempotency import DOCUMENTED, answer_once
from backoffice.api.pagination import ListQuery, Sorting, SortKey, asked_by, chosen_fields
from backoffice.requests.json_reply import Reply, rendered
from orders.api.actions import visible_order
from orders.api.orders import caller
from orders.api.schemas import OrderEmailList, OrderEmailOut
from orders.fulfilment.sending_again import emails_about, send_again
from orders.held_order import order_with_number
from orders.readers.emails import EMAIL_FIELDS, email_as_data, email_data

emails_router = Router(tags=["Orders"])

SORTING = Sorting("emails", {"id": SortKey("id"), "created_at": SortKey("created_at")}, usual="-id")


@emails_router.get(
    "/{number}/emails",
    response=OrderEmailList,
    operation_id="list_order_emails",
    summary="An order's e-mails",
    openapi_extra=asked_by(EMAIL_FIELDS, SORTING),
)
def list_emails(request: HttpRequest, number: str, filters: Query[ListQuery]) -> HttpResponse:
    """List the e-mails about the order, the newest first."""
    require(request, "outbox.view_emailmessage")
    user = caller(request)
    visible_order(number, user)
    wanted = chosen_fields(filters.fields, EMAIL_FIELDS)
    page = SORTING.page(emails_about(order_with_number(number)), filters, wanted)
    items = [email_as_data(row, wanted, to=user) for row in page.rows]
    return rendered(page.envelope(items)).to(request)


@emails_router.post(
    "/{number}/emails/{email}/send-again",
    response={201: OrderEmailOut},
    operation_id="send_order_email_again",
    summary="Send an e-mail again",
    openapi_extra=DOCUMENTED,
)
def send_email_again(request: HttpRequest, number: str, email: int) -> HttpResponse:
    """Send it to the order's present address, saying what is so now: as a new e-mail, which is the answer.

    The confirmation tells what is still ordered, a shipping notice the corrected tracking number.
    """
    actor = require(request, "outbox.requeue_emailmessage")

    def run() -> Reply:
        visible_order(number, caller(request))
        another = send_again(number, email, by=actor)
        return rendered(email_data(another, to=caller(request)), status=201)

    return answer_once(request, None, run)
