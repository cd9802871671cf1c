"""What the page of one order shows, in words and figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.humanize.templatetags.humanize import ordinal
from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Source, User
from backoffice.countries import postal_lines
from orders.admin import words
from orders.admin.order.emails import EmailRow, emails_of
from orders.admin.order.goods import Shop, ToShip, shop_for, to_ship_of
from orders.admin.order.history import Timeline, timeline_of
from orders.admin.order.money_card import MoneyCard, money_card_of
from orders.admin.order.parcels_and_reversals import (
    ParcelCard,
    Reversals,
    cancellations_of,
    parcels_of,
    returns_of,
    with_dialogs,
    without_reasons,
    without_whereabouts,
)
from orders.admin.order.price_card import PriceCard, price_card_of, promo_url
from orders.models import Order, OrderLine
from orders.reports import LATE_AFTER
from orders.status import OPEN_STATUSES, Action, OrderStatus, is_allowed
from orders.visibility import (
    may_know_customers,
    may_know_payment_state,
    may_know_promos,
    may_read_emails,
    note_told_to,
)

DOORS = {
    Source.API: gettext_lazy("through the API"),
    Source.ADMIN: gettext_lazy("in the back office"),
    Source.CLI: gettext_lazy("from the command line"),
    Source.IMPORT: gettext_lazy("from a file"),
    Source.TASK: gettext_lazy("by a task"),
}


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """Who ordered, and where it goes."""

    url: str
    # `4th order`
    nth: str
    email: str
    phone: str
    # What a phone dials: without spaces.
    phone_url: str
    address: list[str]
    # The address as it is copied, with a line for each part.
    written: str
    edit_url: str


@dataclass(frozen=True, slots=True)
class OrderPage:
    order: Order
    labels: list[SafeString]
    lead: SafeString
    note: str
    to_ship: ToShip | None
    parcels: list[ParcelCard]
    returns: Reversals | None
    cancellations: Reversals | None
    price: PriceCard
    money: MoneyCard | None
    customer: CustomerCard | None
    timeline: Timeline
    may_comment: bool
    shows_emails: bool
    emails: Sequence[EmailRow]

    @property
    def is_nothing_else(self) -> bool:
        """Tell whether all there is to show of its goods is that they were cancelled."""
        return not (self.to_ship or self.parcels)


def with_place_among_customers(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Add to each order which of its customer's it is: 4 if they placed three before."""
    until_then = Order.objects.filter(customer=OuterRef("customer"), placed_at__lte=OuterRef("placed_at"))
    of_customer = until_then.order_by().values("customer")
    return orders.annotate(nth_of_customer=Subquery(of_customer.annotate(n=Count("pk")).values("n")))


def lines_in_order() -> "Prefetch[Any]":
    lines = OrderLine.objects.select_related("product").order_by("position")
    return Prefetch("lines", queryset=lines)


def page_of(order: Order, reader: User) -> OrderPage:
    """Return what the page shows, in at most seven statements; counters tell which can be left out."""
    lines = list(order.lines.all())
    shop = shop_for(order, reader)
    timeline = timeline_of(order, reader)
    parcels = _parcels(order, lines, shop, reader, timeline)
    returns, cancellations = _reversals(order, lines, shop, reader)
    return OrderPage(
        order=order,
        labels=_labels(order, lines, reader),
        lead=_lead(order, reader),
        note=note_told_to(reader, order),
        to_ship=to_ship_of(lines, shop, reader),
        parcels=parcels,
        returns=returns,
        cancellations=cancellations,
        price=price_card_of(order, lines, reader),
        money=money_card_of(order, reader, was_moved=timeline.tells_of_money),
        customer=_customer(order, reader),
        timeline=timeline,
        may_comment=reader.has_perm("orders.comment_order"),
        shows_emails=may_read_emails(reader),
        emails=emails_of(order, lines, parcels, reader),
    )


def _parcels(
    order: Order, lines: Sequence[OrderLine], shop: Shop, reader: User, timeline: Timeline
) -> list[ParcelCard]:
    if not (timeline.was_undone or any(line.shipped for line in lines)):
        return []
    parcels = parcels_of(order, _by_key(lines), shop, shipped_by=timeline.shipped_by)
    if reader.has_perm("orders.ship_order"):
        with_dialogs(parcels, order)
    if not may_know_customers(reader):
        without_whereabouts(parcels)
    return parcels


def _reversals(
    order: Order, lines: Sequence[OrderLine], shop: Shop, reader: User
) -> tuple[Reversals | None, Reversals | None]:
    by_key = _by_key(lines)
    returns = returns_of(order, by_key, shop) if any(line.returned for line in lines) else None
    cancellations = cancellations_of(order, by_key, shop) if any(line.cancelled for line in lines) else None
    if not may_know_customers(reader):
        for each in filter(None, [returns, cancellations]):
            without_reasons(each)
    return returns, cancellations


def _by_key(lines: Sequence[OrderLine]) -> dict[int, OrderLine]:
    return {line.pk: line for line in lines}


def _customer(order: Order, reader: User) -> CustomerCard | None:
    if not reader.has_perm("accounts.view_customer"):
        return None
    lines = postal_lines(order.shipping_address)
    may_edit = reader.has_perm("orders.change_order") and is_allowed(Action.EDIT, order.status)
    return CustomerCard(
        url=reverse("admin:accounts_customer_change", args=[order.customer_id]),
        nth=_nth_order(getattr(order, "nth_of_customer", 1) or 1),
        email=order.readable_email,
        phone=order.ship_phone,
        phone_url=f"tel:{''.join(order.ship_phone.split())}",
        address=lines,
        written="\n".join(lines),
        edit_url=reverse("admin:orders_order_edit_details", args=[order.pk]) if may_edit else "",
    )


def _nth_order(nth: int) -> str:
    return _("%(ordinal)s order") % {"ordinal": ordinal(nth)} if nth > 1 else _("First order")


def _lead(order: Order, reader: User) -> SafeString:
    """Write `Placed by Nina Weber on Sun 29 Nov 2026, 14:06 · through the API · promo WELCOME10`."""
    told = [_placed(order, reader), format_html("{}", DOORS[Source(order.source)])]
    if order.promo_code and may_know_promos(reader):
        code, url = order.promo_code, promo_url(order, reader)
        named = format_html('<a class="bo-quiet-link" href="{}">{}</a>', url, code) if url else code
        told.append(_filled(_("promo %(code)s"), code=named))
    return mark_safe(" · ".join(told))  # noqa: S308


def _placed(order: Order, reader: User) -> SafeString:
    at = words.time_tag(order.placed_at, words.weekday_moment(order.placed_at))
    if not reader.has_perm("accounts.view_customer"):
        return _filled(_("Placed on %(at)s"), at=at)
    url = reverse("admin:accounts_customer_change", args=[order.customer_id])
    name = format_html('<a class="bo-link" href="{}"><bdi>{}</bdi></a>', url, order.customer)
    return _filled(_("Placed by %(name)s on %(at)s"), name=name, at=at)


def _filled(sentence: str, **facts: SafeString | str) -> SafeString:
    """Fill markup into a sentence, which itself is text."""
    escaped = {name: format_html("{}", value) for name, value in facts.items()}
    return mark_safe(format_html("{}", sentence) % escaped)  # noqa: S308


def _labels(order: Order, lines: Sequence[OrderLine], reader: User) -> list[SafeString]:
    labels = [words.status_chip(order.status)]
    if may_know_payment_state(reader):
        labels.append(words.payment_label(order.payment_state))
    if order.status in OPEN_STATUSES and order.placed_at < timezone.now() - LATE_AFTER:
        labels.append(words.label(_("Late"), "bad"))
    if any(line.cancelled for line in lines) and order.status != OrderStatus.CANCELLED:
        labels.append(words.label(_("Part-cancelled")))
    if any(line.returned for line in lines):
        labels.append(words.returned_label(is_whole=all(line.returned == line.shipped for line in lines)))
    return labels
