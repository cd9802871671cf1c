"""Price a basket, and place an order: the one transaction in which everything happens or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.models import Customer
from backoffice.db.inserting import insert_unanswered
from backoffice.db.sending import ask
from backoffice.db.transactions import write_transaction
from backoffice.email_addresses import checked_email
from backoffice.errors import Fault, Invalid
from backoffice.languages import language_named
from backoffice.money import MAX_AMOUNT, places
from backoffice.shop.in_force import ShopNow
from catalog import stock
from catalog.models import SeenProduct
from catalog.shortage import InsufficientStock, shortage
from orders.models import EventKind, Order, OrderLine, Origin
from orders.models.order import next_number
from orders.placing import open_limits, reading
from orders.placing.basket import (
    Address,
    LineRequest,
    OrderRequest,
    Wanted,
    address_fields,
    checked_fee,
    checked_note,
    merged,
)
from orders.placing.open_limits import Open
from orders.placing.reading import Basket, Found
from orders.pricing import BasketItem, NoDiscount, PricedLine, PromoOutcome, Quote, Shipping, quote
from orders.promotions import redemption
from orders.promotions.redemption import Candidate
from orders.status import OrderStatus
from orders.timeline import happened

__all__ = ["Address", "LineRequest", "OrderRequest", "place_order", "quote_order"]


class UnknownSkus(Invalid):
    code = "unknown_sku"
    title = gettext_lazy("No such product")


@dataclass(frozen=True, slots=True)
class PricedBasket:
    """A basket with its products, in the order of the request, and what it costs."""

    products: Sequence[SeenProduct]
    quantities: Mapping[int, int]
    quote: Quote


def quote_order(request: OrderRequest, *, email: str, by: Actor, at: datetime | None = None) -> Quote:
    """Return what the order would cost now. An unusable promo code is reported, not refused. Writes nothing.

    Raises:
        EmptyOrder, Invalid, UnknownSkus, InsufficientStock.
    """
    at = at or timezone.now()
    wanted = merged(request.lines)
    found = reading.look(Basket(list(wanted), request.promo_code, email, at))
    return redemption.quote_told_to(by, _priced(request, wanted, found).quote)


@write_transaction
def place_order(
    request: OrderRequest,
    *,
    email: str,
    by: Actor,
    customer_name: str = "",
    at: datetime | None = None,
    origin: Origin = Origin.SHOP,
    external_number: str = "",
) -> Order:
    """Write order, lines, reservations, redemption, timeline and confirmation e-mail: all or none.

    It reads, prices and writes. What it writes needs no answer, and travels with the COMMIT; promo code and
    products come last, since everybody waits for those.

    Args:
        email: the customer's; an account and a guest with the same address are one customer.
        at: when it was placed, for orders that are older than their record.
        origin: where it was first placed; `external_number` is the number it had there, once per origin.

    Raises:
        EmptyOrder, Invalid, UnknownSkus, InsufficientStock, PromoRefused, TooMuchOpen.
    """
    at = at or timezone.now()
    wanted = merged(request.lines)
    address, language = address_fields(request.address), language_named(request.language)
    checked, name = checked_email(email), customer_name or address["ship_name"]
    basket, is_limited = Basket(list(wanted), request.promo_code, email, at), open_limits.is_limited(by)
    found, customer = reading.hold(basket, name=name, is_limited=is_limited)
    priced = _priced(request, wanted, found)
    _refuse_without_discount(priced.quote.promo, by)
    if is_limited:
        limits = open_limits.limits_of(found.shop)
        open_limits.refuse_beyond(limits, customer, found.present, _added_to_open(priced), by=by)
    others = {"origin": origin, "external_number": external_number, "language": language}
    due_on = payment_due_on(found.shop, at)
    order = _write_order(
        priced, request, {**address, **others}, customer, found.promo, due_on, email=checked, by=by, at=at
    )
    lines = order.placed_lines = _write_lines(order, priced)
    happened(order, EventKind.PLACED, {"total": str(order.total)}, by=by, at=at, lines=lines)
    if isinstance(found.promo, Candidate):
        discount = priced.quote.discount
        redemption.redeem(found.promo, order=order, customer=customer, discount=discount, at=at)
    stock.reserve(priced.products, priced.quantities, held_for=order.number, by=by, at=at)
    return order


def _priced(request: OrderRequest, wanted: Mapping[str, Wanted], found: Found) -> PricedBasket:
    _refuse_unorderable(wanted, found.products)
    products = [found.products[key] for key in wanted]
    quantities = {product.pk: wanted[product.sku_key].quantity for product in products}
    items = [
        BasketItem(each.sku, each.name, each.price, quantities[each.pk], each.pk in found.named)
        for each in products
    ]
    # One that gives nothing too: the quote tells why, as it does of one that this basket rules out.
    promo = found.promo.terms if isinstance(found.promo, Candidate) else found.promo
    quoted = quote(items, places=places(), promo=promo, shipping=_shipping(request, found.shop))
    # The fee may be what makes it too much.
    if max(quoted.subtotal, quoted.total) > MAX_AMOUNT:
        raise Invalid(_("An order of this value is not possible: order less."))
    return PricedBasket(products, quantities, quoted)


def _shipping(request: OrderRequest, shop: ShopNow) -> Shipping:
    if request.shipping_fee is not None:
        return Shipping(checked_fee(request.shipping_fee))
    return Shipping(shop.shipping_fee, shop.free_shipping_from)


def _refuse_unorderable(wanted: Mapping[str, Wanted], products: Mapping[str, SeenProduct]) -> None:
    """Refuse lines whose product cannot be ordered, naming all of them at once."""
    faults = [fault for key, each in wanted.items() if (fault := _fault_of_line(each, products.get(key)))]
    if not faults:
        return
    detail = " ".join(fault.detail for fault in faults)
    is_unknown = any(fault.code == UnknownSkus.code for fault in faults)
    raise (UnknownSkus if is_unknown else InsufficientStock)(detail, faults=faults)


def _fault_of_line(wanted: Wanted, product: SeenProduct | None) -> Fault | None:
    if product is None or not product.is_active:
        detail = _("%(sku)s is not for sale.") % {"sku": wanted.sku[:64]}
        return Fault(wanted.pointer, UnknownSkus.code, detail, {"sku": wanted.sku[:64]})
    if product.available < wanted.quantity:
        fault = shortage(product, wanted.quantity)
        return Fault(wanted.pointer, fault.code, fault.detail, fault.facts)
    return None


def _refuse_without_discount(outcome: PromoOutcome | None, by: Actor) -> None:
    if outcome is not None and outcome.refusal is not None:
        raise redemption.refusal_told_to(by, outcome.refusal)


def _added_to_open(priced: PricedBasket) -> Open:
    """Return what the order adds to what its customer has open."""
    quoted = priced.quote
    return Open(1, sum(priced.quantities.values()), quoted.subtotal - quoted.discount)


def _write_order(
    priced: PricedBasket,
    request: OrderRequest,
    fields: Mapping[str, str],
    customer: Customer,
    promo: Candidate | NoDiscount | None,
    due_on: date | None,
    *,
    email: str,
    by: Actor,
    at: datetime,
) -> Order:
    quoted, numbered = priced.quote, next_number()
    ask(numbered)
    [(serial, pk)] = numbered.rows
    order = Order(
        pk=pk,
        serial=serial,
        prefix=settings.SHOP_ORDER_PREFIX,
        customer=customer,
        status=OrderStatus.PENDING,
        email=email,
        currency=settings.SHOP_CURRENCY,
        **fields,
        subtotal=quoted.subtotal,
        discount=quoted.discount,
        shipping=quoted.shipping,
        total=quoted.total,
        payment_due_on=due_on,
        units=sum(priced.quantities.values()),
        promo_code=quoted.promo.code if quoted.promo else "",
        promo_terms=redemption.kept_terms(promo) if isinstance(promo, Candidate) else None,
        explanation=[step.as_json() for step in quoted.explanation],
        note=checked_note(request.note),
        source=by.source,
        placed_by=by.user,
        placed_at=at,
    )
    # What the database makes of other columns.
    order.number, order.net, order.due = f"{order.prefix}{order.serial}", order.total, order.total
    insert_unanswered([order])
    return order


def payment_due_on(shop: ShopNow, at: datetime) -> date | None:
    """Return the last day on which an order placed at this moment is paid in time; None is no such day."""
    if shop.payment_days is None:
        return None
    return timezone.localdate(at) + timedelta(days=shop.payment_days)


def _write_lines(order: Order, priced: PricedBasket) -> list[OrderLine]:
    priced_lines = zip(priced.products, priced.quote.lines, strict=True)
    lines = [
        _line(order, position, product, line)
        for position, (product, line) in enumerate(priced_lines, start=1)
    ]
    insert_unanswered(lines)
    return lines


def _line(order: Order, position: int, product: SeenProduct, line: PricedLine) -> OrderLine:
    return OrderLine(
        order_id=order.pk,
        product_id=product.pk,
        position=position,
        sku=line.sku,
        name=line.name,
        unit_price=line.unit_price,
        quantity=line.quantity,
        subtotal=line.subtotal,
        discount=line.discount,
    )
