"""Price a basket, and place an order: the one transaction in which everything happens or nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Case, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.customers import held_customer_for, known_customer
from accounts.models import Customer
from backoffice.db.statements import insert, selecting
from backoffice.db.transactions import write_transaction
from backoffice.email_addresses import checked_email
from backoffice.errors import Fault, Invalid
from backoffice.money import MAX_AMOUNT, places
from catalog import stock
from catalog.models import Product
from catalog.shortage import InsufficientStock, shortage
from orders.models import EventKind, Order, OrderLine, Origin
from orders.models.order import NextSerial
from orders.placing import open_limits
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

    products: Sequence[Product]
    quantities: Mapping[int, int]
    quote: Quote


def quote_order(request: OrderRequest, *, email: str, by: Actor, at: datetime | None = None) -> Quote:
    """Return what the order would cost now. An unusable promo code is reported, not refused. Writes nothing.

    Raises:
        EmptyOrder, Invalid, UnknownSkus, InsufficientStock.
    """
    at = at or timezone.now()
    wanted = merged(request.lines)
    customer = known_customer(email)
    promo = (
        redemption.consider(request.promo_code, customer=customer, at=at)
        if request.promo_code.strip()
        else None
    )
    priced = _priced(request, wanted, promo, _products_seen)
    return redemption.quote_told_to(by, priced.quote)


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

    Args:
        email: the customer's; an account and a guest with the same address are one customer.
        at: when it was placed, for orders that are older than their record.
        origin: where it was first placed; `external_number` is the number it had there, once per origin.

    Raises:
        EmptyOrder, Invalid, UnknownSkus, InsufficientStock, PromoRefused, TooMuchOpen.
    """
    at = at or timezone.now()
    wanted = merged(request.lines)
    address = address_fields(request.address)
    customer = held_customer_for(email, name=customer_name or address["ship_name"])
    promo = (
        redemption.hold(request.promo_code, customer=customer, at=at) if request.promo_code.strip() else None
    )
    priced = _priced(request, wanted, promo, _products_locked)
    _refuse_without_discount(priced.quote.promo, by)
    open_limits.refuse_too_much(customer, _added_to_open(priced), by=by)
    came_from = {"origin": origin, "external_number": external_number}
    order = _write_order(
        priced, request, {**address, **came_from}, customer, promo, email=checked_email(email), by=by, at=at
    )
    lines = order.placed_lines = _write_lines(order, priced)
    if isinstance(promo, Candidate):
        redemption.redeem(promo, order=order, customer=customer, discount=priced.quote.discount, by=by, at=at)
    stock.reserve(
        sorted(priced.products, key=lambda product: product.pk),
        priced.quantities,
        held_for=order.number,
        by=by,
        at=at,
    )
    happened(order, EventKind.PLACED, {"total": str(order.total)}, by=by, at=at, lines=lines)
    return order


def _products_wanted(keys: Sequence[str], promotion: int) -> QuerySet[Product]:
    """Find the products with these keys; `is_named` tells whether the promotion names them."""
    named = Case(When(redemption.is_named_by(promotion), then=Value(True)), default=Value(False))
    return Product.objects.filter(sku_key__in=keys).annotate(is_named=named).order_by("pk")


@selecting
def _products_seen(keys: Sequence[str], promotion: int) -> QuerySet[Product]:
    return _products_wanted(keys, promotion)


@selecting
def _products_locked(keys: Sequence[str], promotion: int) -> QuerySet[Product]:
    return _products_wanted(keys, promotion).select_for_update(of=("self",), no_key=True)


def _priced(
    request: OrderRequest,
    wanted: Mapping[str, Wanted],
    promo: Candidate | NoDiscount | None,
    find: Callable[[Sequence[str], int], list[Product]],
) -> PricedBasket:
    restricting = promo.restricting_promotion_id if isinstance(promo, Candidate) else 0
    found: list[Any] = find(list(wanted), restricting)
    by_key = {product.sku_key: product for product in found}
    _refuse_unorderable(wanted, by_key)
    products = [by_key[key] for key in wanted]
    quoted = quote(
        [
            BasketItem(product.sku, product.name, product.price, wanted[key].quantity, product.is_named)
            for key, product in zip(wanted, products, strict=True)
        ],
        places=places(),
        # One that gives nothing too: the quote tells why, as it does of one that this basket rules out.
        promo=promo.terms if isinstance(promo, Candidate) else promo,
        shipping=_shipping(request),
    )
    # The fee may be what makes it too much.
    if max(quoted.subtotal, quoted.total) > MAX_AMOUNT:
        raise Invalid(_("An order of this value is not possible: order less."))
    return PricedBasket(products, {by_key[key].pk: each.quantity for key, each in wanted.items()}, quoted)


def _shipping(request: OrderRequest) -> Shipping:
    if request.shipping_fee is not None:
        return Shipping(checked_fee(request.shipping_fee))
    return Shipping(settings.SHOP_SHIPPING_FEE, settings.SHOP_FREE_SHIPPING_FROM)


def _refuse_unorderable(wanted: Mapping[str, Wanted], products: Mapping[str, Product]) -> None:
    """Refuse lines whose product cannot be ordered, naming all of them at once."""
    faults = [fault for key, each in wanted.items() if (fault := _fault_of_line(each, products.get(key)))]
    if not faults:
        return
    detail = " ".join(fault.detail for fault in faults)
    is_unknown = any(fault.code == UnknownSkus.code for fault in faults)
    raise (UnknownSkus if is_unknown else InsufficientStock)(detail, faults=faults)


def _fault_of_line(wanted: Wanted, product: Product | None) -> Fault | None:
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
    *,
    email: str,
    by: Actor,
    at: datetime,
) -> Order:
    quoted = priced.quote
    order = Order(
        serial=NextSerial(),
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
        units=sum(priced.quantities.values()),
        promo_code=quoted.promo.code if quoted.promo else "",
        promo_terms=redemption.kept_terms(promo) if isinstance(promo, Candidate) else None,
        explanation=[step.as_json() for step in quoted.explanation],
        note=checked_note(request.note),
        source=by.source,
        placed_by=by.user,
        placed_at=at,
    )
    insert([order])
    return order


def _write_lines(order: Order, priced: PricedBasket) -> list[OrderLine]:
    priced_lines = zip(priced.products, priced.quote.lines, strict=True)
    lines = [
        _line(order, position, product, line)
        for position, (product, line) in enumerate(priced_lines, start=1)
    ]
    insert(lines)
    return lines


def _line(order: Order, position: int, product: Product, line: PricedLine) -> OrderLine:
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
