"""What the page of one order shows, in words and figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.actors import name_told_to
from accounts.models import User
from orders.admin import words
from orders.admin.order.explanation import Explanation, explanation_of
from orders.fulfilment.tracking import tracking_url
from orders.models import CancellationLine, Order, OrderEvent, OrderLine, ReturnLine, ShipmentLine
from orders.models.order import EventKind
from orders.readers.orders import may_know_promos
from orders.reports import LATE_AFTER
from orders.status import OPEN_STATUSES, OrderStatus

MOST_EVENTS = 200


@dataclass(frozen=True, slots=True)
class Item:
    name: str
    sku: str
    url: str
    price: str
    quantity: int
    cancelled: int
    shipped: str
    shipped_tone: str
    returned: int
    total: str
    # Of the dialog that cancels what is left of it; none where nothing is, or for whoever may not.
    cancel_url: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    title: str
    amount: str
    url: str = ""
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    when: str
    is_done: bool


@dataclass(slots=True)
class Parcel:
    reference: str
    carrier: str
    tracking_number: str
    tracking_url: str
    shipped_at: datetime
    delivered_at: datetime | None
    contents: list[str]


@dataclass(slots=True)
class Reversal:
    """A return or a cancellation."""

    reference: str
    reason: str
    at: datetime
    credit: str
    contents: list[str]


@dataclass(frozen=True, slots=True)
class Entry:
    text: str
    who: str
    door: str
    at: SafeString
    is_comment: bool


@dataclass(frozen=True, slots=True)
class OrderPage:
    order: Order
    labels: list[SafeString]
    placed: SafeString
    steps: list[Step]
    items: list[Item]
    has_returns: bool
    totals: list[Total]
    why: Explanation
    parcels: list[Parcel]
    returns: list[Reversal]
    cancellations: list[Reversal]
    shows_customer: bool
    customer_url: str
    customer_orders: str
    address: list[str]
    timeline: list[Entry]


def with_page_parts(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Each order with its lines, and the number of orders that its customer has placed."""
    lines = Prefetch("lines", queryset=OrderLine.objects.order_by("position"))
    of_customer = Order.objects.filter(customer=OuterRef("customer")).order_by().values("customer")
    counted = Subquery(of_customer.annotate(n=Count("pk")).values("n"))
    return orders.annotate(customer_orders=counted).prefetch_related(lines)


def page_of(order: Order, user: User) -> OrderPage:
    """At most four statements, whatever the order's size; the counters tell which can be left out."""
    lines = list(order.lines.all())
    by_pk = {line.pk: line for line in lines}
    parcels = _parcels(order, by_pk) if any(line.shipped for line in lines) else []
    returns = _returns(order, by_pk) if any(line.returned for line in lines) else []
    cancellations = _cancellations(order, by_pk) if any(line.cancelled for line in lines) else []
    names_promo = may_know_promos(user)
    events = list(order.events.select_related("actor").order_by("-id")[:MOST_EVENTS])
    return OrderPage(
        order=order,
        labels=_labels(order, lines),
        placed=words.time_tag(order.placed_at, words.moment(order.placed_at)),
        steps=_steps(order, parcels),
        items=_cancellable(items_of(lines, order.currency, user), lines, user),
        has_returns=bool(returns),
        totals=totals_of(order, names_promo=names_promo, promo_url=_promo_url(order, user)),
        why=explanation_of(order, names_promo=names_promo),
        parcels=parcels,
        returns=returns,
        cancellations=cancellations,
        shows_customer=user.has_perm("accounts.view_customer"),
        customer_url=reverse("admin:accounts_customer_change", args=[order.customer_id]),
        customer_orders=words.counted(getattr(order, "customer_orders", 0) or 0, "order"),
        address=address_of(order),
        timeline=[_entry(event, user) for event in events],
    )


def items_of(lines: Iterable[OrderLine], currency: str, user: User) -> list[Item]:
    may_see_products = user.has_perm("catalog.view_product")
    return [_item(line, currency, may_see_products) for line in lines]


def _cancellable(items: list[Item], lines: Sequence[OrderLine], user: User) -> list[Item]:
    if not user.has_perm("orders.cancel_order"):
        return items
    return [
        replace(item, cancel_url=_cancel_url(line)) if line.open else item
        for item, line in zip(items, lines, strict=True)
    ]


def _cancel_url(line: OrderLine) -> str:
    return f"{reverse('admin:orders_order_cancel_items', args=[line.order_id])}?line={line.pk}"


def _item(line: OrderLine, currency: str, has_link: bool) -> Item:
    expected = line.quantity - line.cancelled
    return Item(
        name=line.name,
        sku=line.sku,
        url=reverse("admin:catalog_product_change", args=[line.product_id]) if has_link else "",
        price=words.money(line.unit_price, currency),
        quantity=line.quantity,
        cancelled=line.cancelled,
        shipped=f"{line.shipped} of {expected}" if expected else "–",
        shipped_tone="warn" if line.open else "good" if expected else "muted",
        returned=line.returned,
        total=words.money(line.subtotal, currency),
    )


def totals_of(order: Order, *, names_promo: bool, promo_url: str = "") -> list[Total]:
    """From the subtotal down to what was kept; rows that would say nothing are left out."""

    def amount(value: Decimal) -> str:
        return words.money(value, order.currency)

    totals = [Total("Subtotal", amount(order.subtotal))]
    if order.discount or order.promo_code:
        title = f"Promo {order.promo_code}".strip() if names_promo else "Promo"
        totals.append(Total(title, amount(-order.discount), url=promo_url))
    totals.append(Total("Shipping", amount(order.shipping)))
    totals.append(Total("Total", amount(order.total), is_sum=True))
    if order.credited:
        totals.append(Total("Credited", amount(-order.credited)))
        totals.append(Total("Net", amount(order.total - order.credited), is_sum=True))
    return totals


def address_of(order: Order) -> list[str]:
    town = f"{order.ship_postcode} {order.ship_city}".strip()
    parts = [
        order.ship_name,
        order.ship_line1,
        order.ship_line2,
        town,
        order.ship_region,
        order.ship_country,
        order.ship_phone,
    ]
    return [part for part in parts if part]


def _labels(order: Order, lines: Sequence[OrderLine]) -> list[SafeString]:
    labels = [words.status_label(order.status)]
    if order.status in OPEN_STATUSES and order.placed_at < timezone.now() - LATE_AFTER:
        labels.append(words.label("Late", "bad"))
    if any(line.cancelled for line in lines) and order.status != OrderStatus.CANCELLED:
        labels.append(words.label("Part-cancelled"))
    if any(line.returned for line in lines):
        is_whole = all(line.returned == line.shipped for line in lines)
        labels.append(words.label("Returned" if is_whole else "Part-returned", "bad"))
    return labels


def _steps(order: Order, parcels: Sequence[Parcel]) -> list[Step]:
    """Placed, shipped, delivered: the last two are done when nothing more of theirs is to come."""
    placed = Step("Placed", words.moment(order.placed_at), True)
    if order.status == OrderStatus.CANCELLED:
        return [placed, Step("Cancelled", "", True)]
    has_shipped = order.status in (OrderStatus.SHIPPED, OrderStatus.DELIVERED)
    has_arrived = order.status == OrderStatus.DELIVERED
    arrivals = [parcel.delivered_at for parcel in parcels if parcel.delivered_at]
    return [
        placed,
        Step("Shipped", words.moment(parcels[-1].shipped_at) if has_shipped and parcels else "", has_shipped),
        Step("Delivered", words.moment(max(arrivals)) if has_arrived and arrivals else "", has_arrived),
    ]


def _parcels(order: Order, lines: dict[int, OrderLine]) -> list[Parcel]:
    parcels: dict[int, Parcel] = {}
    contents = ShipmentLine.objects.filter(shipment__order=order).select_related("shipment")
    for content in contents.order_by("shipment_id", "pk"):
        shipment = content.shipment
        parcel = parcels.setdefault(
            shipment.pk,
            Parcel(
                reference=shipment.reference,
                carrier=shipment.carrier,
                tracking_number=shipment.tracking_number,
                tracking_url=tracking_url(shipment.carrier, shipment.tracking_number),
                shipped_at=shipment.shipped_at,
                delivered_at=shipment.delivered_at,
                contents=[],
            ),
        )
        parcel.contents.append(_units(content.quantity, lines[content.order_line_id]))
    return list(parcels.values())


def _returns(order: Order, lines: dict[int, OrderLine]) -> list[Reversal]:
    found: dict[int, Reversal] = {}
    contents = ReturnLine.objects.filter(returned__order=order).select_related("returned")
    for content in contents.order_by("returned_id", "pk"):
        whole = content.returned
        credit = words.money(whole.credit, order.currency)
        reversal = found.setdefault(whole.pk, Reversal(whole.reference, whole.reason, whole.at, credit, []))
        fate = "restocked" if content.restock else "written off"
        reversal.contents.append(f"{_units(content.quantity, lines[content.order_line_id])}, {fate}")
    return list(found.values())


def _cancellations(order: Order, lines: dict[int, OrderLine]) -> list[Reversal]:
    found: dict[int, Reversal] = {}
    contents = CancellationLine.objects.filter(cancellation__order=order).select_related("cancellation")
    for content in contents.order_by("cancellation_id", "pk"):
        whole = content.cancellation
        credit = words.money(whole.credit + whole.shipping_credit, order.currency)
        reversal = found.setdefault(whole.pk, Reversal(whole.reference, whole.reason, whole.at, credit, []))
        reversal.contents.append(_units(content.quantity, lines[content.order_line_id]))
    return list(found.values())


def _units(quantity: int, line: OrderLine) -> str:
    return f"{quantity} × {line.name} ({line.sku})"


def _entry(event: OrderEvent, reader: User) -> Entry:
    actor: Any = event.actor
    return Entry(
        text=event.text,
        who=name_told_to(
            reader, actor and actor.get_short_name(), is_staff=actor is not None and actor.is_staff
        ),
        door=event.get_source_display(),
        at=words.time_tag(event.at, words.moment(event.at)),
        is_comment=event.kind == EventKind.COMMENT,
    )


def _promo_url(order: Order, user: User) -> str:
    if not (order.promo_code and user.has_perm("orders.view_promocode")):
        return ""
    return f"{reverse('admin:orders_promocode_changelist')}?q={order.promo_code}"
