"""What the page of one order shows, in words and figures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.actors import name_told_to
from accounts.models import User
from backoffice.countries import postal_lines
from orders.admin import counted, words
from orders.admin.order.emails import EmailRow, emails_of
from orders.admin.order.explanation import Explanation, explanation_of
from orders.admin.order.parcels_and_reversals import (
    ParcelCard,
    Reversal,
    cancellations_of,
    parcels_of,
    returns_of,
    with_dialogs,
)
from orders.models import EventKind, Order, OrderEvent, OrderLine
from orders.reports import LATE_AFTER
from orders.status import OPEN_STATUSES, OrderStatus
from orders.timeline_words import sentence_of
from orders.visibility import (
    events_told_to,
    facts_told_to,
    may_know_customers,
    may_know_promos,
    may_read_emails,
    note_told_to,
)

MOST_EVENTS = 200


@dataclass(frozen=True, slots=True)
class ItemRow:
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
    # Opens the dialog that cancels what is left; "" when nothing is left or the user may not cancel.
    cancel_url: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    title: str
    amount: str
    url: str = ""
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class ProgressStep:
    title: str
    when: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class TimelineEntry:
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
    steps: list[ProgressStep]
    items: list[ItemRow]
    has_returns: bool
    totals: list[Total]
    why: Explanation
    parcels: list[ParcelCard]
    returns: list[Reversal]
    cancellations: list[Reversal]
    shows_customer: bool
    customer_url: str
    customer_orders: str
    address: list[str]
    note: str
    timeline: list[TimelineEntry]
    shows_emails: bool
    emails: Sequence[EmailRow]


def with_customers_orders(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Add to each order how many its customer has placed."""
    of_customer = Order.objects.filter(customer=OuterRef("customer")).order_by().values("customer")
    return orders.annotate(customer_orders=Subquery(of_customer.annotate(n=Count("pk")).values("n")))


def lines_in_order() -> "Prefetch[Any]":
    return Prefetch("lines", queryset=OrderLine.objects.order_by("position"))


def page_of(order: Order, user: User) -> OrderPage:
    """Return what the page shows, in at most five statements; counters tell which can be left out."""
    lines = list(order.lines.all())
    by_pk = {line.pk: line for line in lines}
    told = events_told_to(user, order.events.select_related("actor").order_by("-id"))
    events = list(told[:MOST_EVENTS])
    was_undone = any(event.kind == EventKind.SHIPMENT_UNDONE for event in events)
    parcels = parcels_of(order, by_pk) if was_undone or any(line.shipped for line in lines) else []
    if user.has_perm("orders.ship_order"):
        with_dialogs(parcels, order)
    returns = returns_of(order, by_pk) if any(line.returned for line in lines) else []
    cancellations = cancellations_of(order, by_pk) if any(line.cancelled for line in lines) else []
    names_promo = may_know_promos(user)
    if not may_know_customers(user):
        parcels = [replace(parcel, tracking_number="", tracking_url="", address=[]) for parcel in parcels]
        returns, cancellations = _without_reasons(returns), _without_reasons(cancellations)
    return OrderPage(
        order=order,
        labels=_labels(order, lines),
        placed=words.time_tag(order.placed_at, words.moment(order.placed_at)),
        steps=_steps(order, parcels),
        items=_cancellable(items_of(lines, order.currency, user), lines, user),
        has_returns=bool(returns),
        totals=totals_of(order, names_promo=names_promo, promo_url=_promo_url(order, user)),
        why=explanation_of(order, lines, names_promo=names_promo),
        parcels=parcels,
        returns=returns,
        cancellations=cancellations,
        shows_customer=user.has_perm("accounts.view_customer"),
        customer_url=reverse("admin:accounts_customer_change", args=[order.customer_id]),
        customer_orders=counted.orders(getattr(order, "customer_orders", 0) or 0),
        address=address_of(order),
        note=note_told_to(user, order),
        timeline=[_entry(event, user) for event in events],
        shows_emails=may_read_emails(user),
        emails=emails_of(order, lines, parcels, user),
    )


def _without_reasons(reversals: Iterable[Reversal]) -> list[Reversal]:
    return [replace(each, reason="") for each in reversals]


def items_of(lines: Iterable[OrderLine], currency: str, user: User) -> list[ItemRow]:
    may_see_products = user.has_perm("catalog.view_product")
    return [_item(line, currency, may_see_products) for line in lines]


def _cancellable(items: list[ItemRow], lines: Sequence[OrderLine], user: User) -> list[ItemRow]:
    if not user.has_perm("orders.cancel_order"):
        return items
    return [
        replace(item, cancel_url=_cancel_url(line)) if line.open else item
        for item, line in zip(items, lines, strict=True)
    ]


def _cancel_url(line: OrderLine) -> str:
    return f"{reverse('admin:orders_order_cancel_items', args=[line.order_id])}?line={line.pk}"


def _item(line: OrderLine, currency: str, has_link: bool) -> ItemRow:
    expected = line.quantity - line.cancelled
    facts = {"shipped": line.shipped, "expected": expected}
    return ItemRow(
        name=line.name,
        sku=line.sku,
        url=reverse("admin:catalog_product_change", args=[line.product_id]) if has_link else "",
        price=words.money(line.unit_price, currency),
        quantity=line.quantity,
        cancelled=line.cancelled,
        shipped=_("%(shipped)s of %(expected)s") % facts if expected else "–",
        shipped_tone="warn" if line.open else "good" if expected else "muted",
        returned=line.returned,
        total=words.money(line.subtotal, currency),
    )


def totals_of(order: Order, *, names_promo: bool, promo_url: str = "") -> list[Total]:
    """Return the rows from the subtotal to the net amount, without those that do not apply."""

    def amount(value: Decimal) -> str:
        return words.money(value, order.currency)

    totals = [Total(_("Subtotal"), amount(order.subtotal))]
    if order.discount or order.promo_code:
        title = _promo_title(order.promo_code if names_promo else "")
        totals.append(Total(title, amount(-order.discount), url=promo_url))
    totals.append(Total(_("Shipping"), amount(order.shipping)))
    totals.append(Total(_("Total"), amount(order.total), is_sum=True))
    if order.credited:
        totals.append(Total(_("Credited"), amount(-order.credited)))
        totals.append(Total(_("Net"), amount(order.total - order.credited), is_sum=True))
    return totals


def _promo_title(code: str) -> str:
    return _("Promo %(code)s") % {"code": code} if code else _("Promo")


def address_of(order: Order) -> list[str]:
    return with_phone(order.shipping_address)


def with_phone(address: Mapping[str, str]) -> list[str]:
    """Return the lines of an address with the telephone number below it."""
    return [*postal_lines(address), *filter(None, [address["phone"]])]


def _labels(order: Order, lines: Sequence[OrderLine]) -> list[SafeString]:
    labels = [words.status_label(order.status)]
    if order.status in OPEN_STATUSES and order.placed_at < timezone.now() - LATE_AFTER:
        labels.append(words.label(_("Late"), "bad"))
    if any(line.cancelled for line in lines) and order.status != OrderStatus.CANCELLED:
        labels.append(words.label(_("Part-cancelled")))
    if any(line.returned for line in lines):
        labels.append(words.returned_label(is_whole=all(line.returned == line.shipped for line in lines)))
    return labels


def _steps(order: Order, parcels: Sequence[ParcelCard]) -> list[ProgressStep]:
    """Return the steps placed, shipped (nothing left to ship) and delivered (nothing left under way)."""
    placed = ProgressStep(_("Placed"), words.moment(order.placed_at), True)
    if order.status == OrderStatus.CANCELLED:
        return [placed, ProgressStep(_("Cancelled"), "", True)]
    has_shipped = order.status in (OrderStatus.SHIPPED, OrderStatus.DELIVERED)
    has_arrived = order.status == OrderStatus.DELIVERED
    parcels = [parcel for parcel in parcels if parcel.undone_at is None]
    arrivals = [parcel.delivered_at for parcel in parcels if parcel.delivered_at]
    shipped = words.moment(parcels[-1].shipped_at) if has_shipped and parcels else ""
    arrived = words.moment(max(arrivals)) if has_arrived and arrivals else ""
    return [
        placed,
        ProgressStep(_("Shipped"), shipped, has_shipped),
        ProgressStep(_("Delivered"), arrived, has_arrived),
    ]


def _entry(event: OrderEvent, reader: User) -> TimelineEntry:
    actor: Any = event.actor
    return TimelineEntry(
        text=sentence_of(event.kind, facts_told_to(reader, event.facts)),
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
