"""Orders: customers see and place their own, staff everybody's."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Query, Router

from accounts.actors import Actor
from accounts.api.auth import actor_of, bearer_counted_later, require
from accounts.models import User
from backoffice.api.idempotency import DOCUMENTED, answer_once
from backoffice.api.pagination import FieldsQuery, ListQuery, Sorting, SortKey, asked_by, chosen_fields
from backoffice.api.rate_limit import uncounted
from backoffice.db.kept_lists import Narrowed
from backoffice.db.transactions import write_transaction
from backoffice.email_addresses import normalised_email
from backoffice.errors import Fault, Forbidden, Stale
from backoffice.requests.json_reply import Reply, matched_version, rendered
from backoffice.requests.throttling import Window, hit_all, window_of
from orders.api.order_filters import OrderFilters
from orders.api.schemas import OrderIn, OrderList, OrderOut, OrderPatch, QuoteIn, QuoteOut
from orders.changing.details import edit_order
from orders.finding import searched_by
from orders.models import Order
from orders.models.order import OrderQuerySet, sees_all_orders
from orders.placing.placement import place_order, quote_order
from orders.promotions import code_throttle
from orders.readers.order_filter import OrderFilter, paid_as
from orders.readers.orders import (
    ORDER_FIELDS,
    SUMMARY_FIELDS,
    OrderReader,
    order_columns,
    order_reply,
    orders_as_data,
    placed_reply,
    quote_as_data,
)

orders_router = Router(tags=["Orders"])

SORTING = Sorting(
    "orders",
    {
        "placed_at": SortKey("placed_at"),
        "number": SortKey("serial"),
        "status": SortKey("status"),
        "total": SortKey("total"),
        "discount": SortKey("discount"),
        "promo_code": SortKey("promo_code"),
        "email": SortKey("email"),
        "updated_at": SortKey("updated_at"),
        "due": SortKey("due"),
    },
    usual="-placed_at",
)
FILTER = tuple(name for name in OrderFilters.model_fields if name not in ListQuery.model_fields)
HOUR = 60 * 60


class EmailNotConfirmed(Forbidden):
    code = "email_not_confirmed"
    title = gettext_lazy("The e-mail address is not confirmed")


@orders_router.get(
    "",
    response=OrderList,
    operation_id="list_orders",
    summary="Orders",
    openapi_extra=asked_by(ORDER_FIELDS, SORTING),
)
def list_orders(request: HttpRequest, filters: Query[OrderFilters]) -> HttpResponse:
    """List your orders, or all for staff, newest first. `fields` may also ask for lines, shipments etc."""
    user = caller(request)
    reader = OrderReader.of(user)
    if not reader.is_personal and "email" in (filters.ordering or ""):
        raise Forbidden(_("Your role does not allow to see customers."))
    if not reader.names_promos and filters.asks_for_promos:
        raise Forbidden(_("Your role does not allow to see promo codes."))
    if not reader.knows_payments and filters.asks_for_payments:
        raise Forbidden(_("Your role does not allow to see whether orders are paid."))
    wanted = chosen_fields(filters.fields, ORDER_FIELDS, usual=SUMMARY_FIELDS)
    page = SORTING.page(_filtered(filters, user), filters, order_columns(wanted))
    items = orders_as_data(page.rows, wanted, to=reader)
    return rendered(page.envelope(items)).to(request)


# Declared before /{number}, which would match its URL.
@orders_router.post("/quote", response=QuoteOut, operation_id="quote_order", summary="Price a basket")
def quote(request: HttpRequest, body: QuoteIn) -> HttpResponse:
    """Price an order and explain it; nothing is written. An unusable promo code is reported, not refused."""
    actor, email = _buyer(request, body)
    is_staff = _may_order_for_others(actor)
    if body.promo_code and not is_staff:
        code_throttle.count_try(caller(request), body.promo_code)
    quoted = quote_order(body.order_request(), email=email, by=actor)
    if body.promo_code and quoted.promo is not None and quoted.promo.applied and not is_staff:
        code_throttle.remember_good(caller(request), body.promo_code)
    return rendered(quote_as_data(quoted)).to(request)


@orders_router.get(
    "/{number}",
    response=OrderOut,
    operation_id="get_order",
    summary="One order",
    openapi_extra=asked_by(ORDER_FIELDS),
)
def get_order(request: HttpRequest, number: str, query: Query[FieldsQuery]) -> HttpResponse:
    """Show an order. Customers get 404 for somebody else's."""
    return order_reply(number, to=caller(request), fields=query.fields).to(request)


@orders_router.post(
    "",
    auth=bearer_counted_later,
    response={201: OrderOut},
    operation_id="place_order",
    summary="Place an order",
    openapi_extra=DOCUMENTED,
)
def place(request: HttpRequest, body: OrderIn) -> HttpResponse:
    """Place an order: all lines are reserved or none. An unusable promo code refuses the whole order."""
    actor, email = _buyer(request, body)
    _count_order(request, body.promo_code)
    if caller(request).is_staff:
        actor.require("orders.add_order")

    def run() -> Reply:
        order = place_order(body.order_request(), email=email, by=actor)
        return placed_reply(order, to=caller(request), location=f"{request.path}/{order.number}")

    answer = answer_once(request, body, run)
    if body.promo_code:
        code_throttle.remember_good(caller(request), body.promo_code)
    return answer


@orders_router.patch("/{number}", response=OrderOut, operation_id="change_order", summary="Change an order")
def change(request: HttpRequest, number: str, body: OrderPatch) -> HttpResponse:
    """Change address, e-mail or note, as staff, while anything is to ship. `If-Match` refuses a stale change.

    With another e-mail the order becomes that person's, and so does its use of a promo code: 409
    `promo_limit_passed` if they have used it up, unless `past_promo_limits` lets the discount stay.
    """
    actor = require(request, "orders.change_order")
    version = expected_version(request)
    changes = body.changes()
    address = changes.get("shipping_address")

    @write_transaction
    def run() -> Reply:
        edit_order(
            number,
            by=actor,
            address=address.address() if address else None,
            email=changes.get("email"),
            note=changes.get("note"),
            past_promo_limits=bool(changes.get("past_promo_limits")),
            expected_version=version,
        )
        return order_reply(number, to=caller(request))

    return run().to(request)


def caller(request: HttpRequest) -> User:
    user = actor_of(request).user
    assert user is not None
    return user


def limit_customer(user: User) -> None:
    """Count one more order or cancellation of a customer: half as many in an hour as requests in a minute.

    Each is kept with its mail, and its reply for a week: to order and cancel all day would fill the disk.

    Raises:
        Throttled.
    """
    hit_all(_windows_of_customer(user))


def _windows_of_customer(user: User) -> list[Window]:
    if settings.API_RATE_PER_MINUTE <= 0 or user.is_staff:
        return []
    most = max(1, settings.API_RATE_PER_MINUTE // 2)
    return [window_of(f"orders:{user.pk}", limit=most, window_seconds=HOUR)]


def _count_order(request: HttpRequest, promo_code: str | None) -> None:
    """Count the request, one more order of its customer, and the try of its code, in one look.

    Raises:
        Throttled.
    """
    user = caller(request)
    tried = code_throttle.limit_of_try(user, promo_code) if promo_code and not user.is_staff else None
    hit_all([*uncounted(request), *_windows_of_customer(user)], tried)


def expected_version(request: HttpRequest) -> int | None:
    """Return the version that If-Match names; None without the header.

    Raises:
        Stale: no order ever had this version.
    """
    version = matched_version(request)
    if version is not None and not version.isdecimal():
        raise Stale(_("If-Match names another resource. Look at the order again."))
    return None if version is None else int(version)


def _may_order_for_others(actor: Actor) -> bool:
    user = actor.user
    return user is None or (user.is_staff and user.has_perm("orders.add_order"))


def _buyer(request: HttpRequest, body: QuoteIn) -> tuple[Actor, str]:
    """Return who orders, and the customer's e-mail address.

    Raises:
        Forbidden: somebody else's address, or a shipping fee, without the right to it.
    """
    actor, own = actor_of(request), caller(request).email
    if not _may_order(caller(request)):
        raise EmailNotConfirmed(_("Confirm your e-mail address first: orders belong to it."))
    faults = []
    if body.email is not None and normalised_email(body.email) != own:
        faults.append(Fault("/email", "forbidden", _("You can order for yourself only: leave it out.")))
    if body.shipping_fee is not None:
        faults.append(Fault("/shipping_fee", "forbidden", _("The shop sets the shipping fee: leave it out.")))
    if faults and not _may_order_for_others(actor):
        raise Forbidden(" ".join(f"{each.pointer[1:]}: {each.detail}" for each in faults), faults=faults)
    return actor, body.email or own


def _may_order(user: User) -> bool:
    """Tell whether orders may be placed under this address: confirmed, a customer's, or staff's.

    One that nobody has confirmed may be somebody else's, with their orders and promo codes.
    """
    return user.is_staff or user.email_confirmed_at is not None or hasattr(user, "customer")


def _filtered(filters: OrderFilters, user: User) -> Narrowed[OrderFilter]:
    asked = {name: getattr(filters, name) for name in FILTER} | {"status": tuple(filters.status or ())}
    del asked["payment"]
    asked |= paid_as(filters.payment, today=timezone.localdate())
    of_user = None if sees_all_orders(user) else user.pk
    return Narrowed(Order, _orders, OrderFilter(**asked, of_user=of_user, by=searched_by(user)))


def _orders(narrowed: OrderFilter) -> OrderQuerySet:
    return narrowed.of(Order.objects.all())
