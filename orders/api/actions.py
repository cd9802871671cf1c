"""What happens to a placed order: shipping, delivery, cancellation, returns, and its timeline."""

from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel

from accounts.actors import Actor
from accounts.api.auth import actor_of, require
from accounts.models import User
from backoffice.api.idempotency import DOCUMENTED, answer_once
from backoffice.api.pagination import ListQuery, Sorting, SortKey, asked_by, chosen_fields
from backoffice.errors import Forbidden
from backoffice.requests.json_reply import Reply, rendered
from backoffice.text import identity_key
from orders.api.orders import caller, expected_version, limit_customer
from orders.api.schemas import (
    CancelIn,
    CommentIn,
    DeliverIn,
    EventList,
    EventOut,
    LineIn,
    OrderOut,
    ReturnIn,
    ShipIn,
)
from orders.fulfilment import lifecycle
from orders.fulfilment.lifecycle import ReturnedItem
from orders.held_order import IllegalTransition, UnknownOrder
from orders.models import Order, OrderEvent
from orders.readers.events import (
    EVENT_FIELDS,
    event_as_data,
    event_columns,
    event_data,
)
from orders.readers.orders import order_reply
from orders.status import OrderStatus
from orders.visibility import events_told_to

actions_router = Router(tags=["Orders"])

EVENT_SORTING = Sorting("events", {"id": SortKey("id"), "at": SortKey("at")}, usual="-id")


@actions_router.get(
    "/{number}/events",
    response=EventList,
    operation_id="list_order_events",
    summary="An order's timeline",
    openapi_extra=asked_by(EVENT_FIELDS, EVENT_SORTING),
)
def list_events(request: HttpRequest, number: str, filters: Query[ListQuery]) -> HttpResponse:
    """List what happened, newest first. Customers see neither comments nor which member of staff it was."""
    user = caller(request)
    events = events_told_to(user, OrderEvent.objects.filter(order=visible_order(number, user)))
    wanted = chosen_fields(filters.fields, EVENT_FIELDS)
    page = EVENT_SORTING.page(events, filters, event_columns(wanted))
    items = [event_as_data(row, wanted, to=user) for row in page.rows]
    return rendered(page.envelope(items)).to(request)


@actions_router.post(
    "/{number}/ship", response=OrderOut, operation_id="ship_order", summary="Ship", openapi_extra=DOCUMENTED
)
def ship(request: HttpRequest, number: str, body: ShipIn | None = None) -> HttpResponse:
    """Ship all that is left, or chosen quantities. The customer gets an e-mail.

    Where the shop ships nothing unpaid: 409 `not_paid` while something is due, unless `unpaid` says so.
    """
    actor = require(request, "orders.ship_order")
    asked = body or ShipIn()
    return answer_with_order(
        request,
        number,
        asked,
        lambda version: lifecycle.ship_order(
            number,
            by=actor,
            lines=_quantities(asked.lines),
            carrier=asked.carrier,
            tracking_number=asked.tracking_number,
            unpaid=asked.unpaid,
            expected_version=version,
        ),
    )


@actions_router.post(
    "/{number}/deliver",
    response=OrderOut,
    operation_id="deliver_order",
    summary="Mark as delivered",
    openapi_extra=DOCUMENTED,
)
def deliver(request: HttpRequest, number: str, body: DeliverIn | None = None) -> HttpResponse:
    """Mark one shipment, or all that are under way, as delivered."""
    actor = require(request, "orders.ship_order")
    asked = body or DeliverIn()
    return answer_with_order(
        request,
        number,
        asked,
        lambda version: lifecycle.deliver_order(
            number, by=actor, shipment=asked.shipment, expected_version=version
        ),
    )


@actions_router.post(
    "/{number}/cancel",
    response=OrderOut,
    operation_id="cancel_order",
    summary="Cancel",
    openapi_extra=DOCUMENTED,
)
def cancel(request: HttpRequest, number: str, body: CancelIn | None = None) -> HttpResponse:
    """Cancel what has not shipped. Customers may cancel their own order while nothing of it has shipped."""
    actor = actor_of(request)
    limit_customer(caller(request))
    asked = body or CancelIn()

    def do(version: int | None) -> Order:
        _refuse_cancelling_unless_allowed(number, actor)
        return lifecycle.cancel_order(
            number,
            by=actor,
            reason=asked.reason,
            lines=_quantities(asked.lines),
            expected_version=version,
        )

    return answer_with_order(request, number, asked, do)


@actions_router.post(
    "/{number}/return",
    response=OrderOut,
    operation_id="return_items",
    summary="Register a return",
    openapi_extra=DOCUMENTED,
)
def return_items(request: HttpRequest, number: str, body: ReturnIn) -> HttpResponse:
    """Register units that came back: they are restocked, or with `restock: false` written off.

    `shipping_credit` gives back some or all of the shipping fee as well.
    """
    actor = require(request, "orders.return_order")
    items = [ReturnedItem(line.sku, line.quantity, line.restock) for line in body.lines]
    return answer_with_order(
        request,
        number,
        body,
        lambda version: lifecycle.return_items(
            number,
            by=actor,
            items=items,
            shipping_credit=body.shipping_credit,
            reason=body.reason,
            expected_version=version,
        ),
    )


@actions_router.post(
    "/{number}/comments",
    response={201: EventOut},
    operation_id="comment_on_order",
    summary="Comment",
    openapi_extra=DOCUMENTED,
)
def comment(request: HttpRequest, number: str, body: CommentIn) -> HttpResponse:
    """Leave a note for colleagues in the timeline."""
    actor = require(request, "orders.comment_order")

    def run() -> Reply:
        visible_order(number, caller(request))
        event = lifecycle.comment(number, by=actor, text=body.text)
        return rendered(event_data(event.pk, to=caller(request)), status=201)

    return answer_once(request, body, run)


def visible_order(number: str, user: User) -> Order:
    """Return the order, loading only its key.

    Raises:
        UnknownOrder: there is none, or it is not theirs to see.
    """
    order = Order.objects.visible_to(user).with_number(number).only("pk").first()
    if order is None:
        raise UnknownOrder(_("There is no order %(number)s.") % {"number": number.strip()[:40]})
    return order


def answer_with_order(
    request: HttpRequest, number: str, body: BaseModel, do: Callable[[int | None], object]
) -> HttpResponse:
    """Run `do` and answer with the order, in one transaction: undone if the caller may not see the order."""
    version = expected_version(request)

    def run() -> Reply:
        do(version)
        return order_reply(number, to=caller(request))

    return answer_once(request, body, run)


def _quantities(lines: Sequence[LineIn] | None) -> dict[str, int] | None:
    """Return the quantities by SKU; a SKU that is given twice counts as the sum."""
    if lines is None:
        return None
    spelling: dict[str, str] = {}
    quantities: dict[str, int] = {}
    for line in lines:
        sku = spelling.setdefault(identity_key(line.sku), line.sku)
        quantities[sku] = quantities.get(sku, 0) + line.quantity
    return quantities


def _refuse_cancelling_unless_allowed(number: str, actor: Actor) -> None:
    """Let staff with the permission cancel, and customers while nothing of their own order has shipped."""
    user = actor.user
    if user is None or user.has_perm("orders.cancel_order"):
        return
    orders = Order.objects.with_number(number)
    # Locked until the transaction ends, so that nothing ships in between.
    own = orders.filter(customer__user=user).select_for_update(of=("self",), no_key=True).first()
    if own is None:
        if orders.visible_to(user).exists():
            raise Forbidden(_("Your role does not allow this. Ask a manager."))
        raise UnknownOrder(_("There is no order %(number)s.") % {"number": number.strip()[:40]})
    if own.status not in (OrderStatus.PENDING, OrderStatus.CANCELLED):
        raise IllegalTransition(
            _("Parts of %(number)s have been shipped: return them instead.") % {"number": own.number}
        )
