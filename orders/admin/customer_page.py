"""What the page of one customer shows beside its form: figures, orders, promo codes and history."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import Customer, User
from backoffice import dates
from backoffice.admin.lists import VIEW
from backoffice.numbers import grouped
from orders import reports
from orders.admin import words
from orders.admin.customer_history import HistoryEntry, history_of
from orders.admin.figures import FigureCard
from orders.models import Order, Redemption, RedemptionState
from orders.status import OrderStatus
from orders.visibility import may_know_payment_state

LATEST = 20


@dataclass(frozen=True, slots=True)
class OrderRow:
    url: str
    number: str
    placed: SafeString
    status: str
    dot: str
    units: str
    total: str
    # "" for whoever may not know it.
    payment: SafeString | str


@dataclass(frozen=True, slots=True)
class PromoRow:
    url: str
    code: str
    discount: str
    used: SafeString
    is_released: bool


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """`orders` and `promos` are None for whoever may not see them."""

    customer: Customer
    labels: list[SafeString]
    known_since: str
    figures: list[FigureCard]
    orders: list[OrderRow] | None
    orders_count: int
    all_orders_url: str
    promos: list[PromoRow] | None
    history: list[HistoryEntry]


def customer_page(customer: Customer, reader: User) -> CustomerPage:
    figures = reports.customer_figures(customer.pk)
    orders_url = f"{reverse('admin:orders_order_changelist')}?{urlencode({'q': customer.email})}"
    return CustomerPage(
        customer=customer,
        labels=list(_labels(customer)),
        known_since=_("Customer since %(day)s") % {"day": dates.day_with_year(customer.created_at)},
        figures=[*_figures(figures, reader), *_owing(figures, reader, orders_url)],
        orders=_orders(customer, reader) if reader.has_perm("orders.view_order") else None,
        orders_count=figures.orders,
        all_orders_url=orders_url,
        promos=_promos(customer) if reader.has_perm("orders.view_promocode") else None,
        history=history_of(customer, reader),
    )


def _labels(customer: Customer) -> Iterator[SafeString]:
    if customer.erased_at is not None:
        yield words.label(_("Erased"))
        return
    yield words.label(_("Has an account") if customer.user_id else _("Guest"))


def _figures(figures: reports.CustomerFigures, reader: User) -> list[FigureCard]:
    last = figures.last_order_at
    note = _("the last %(ago)s") % {"ago": dates.ago(last)} if last else _("none yet")
    cards = [FigureCard(_("Orders"), grouped(figures.orders), note=note)]
    if reader.has_perm("orders.view_revenue"):
        cards.append(FigureCard(_("Spent"), words.money(figures.spent), note=_("net of credits")))
        average = words.money(figures.spent / figures.orders) if figures.orders else "–"
        cards.append(FigureCard(_("Average order"), average, note=_("net of credits")))
    return cards


def _owing(figures: reports.CustomerFigures, reader: User, orders_url: str) -> Iterator[FigureCard]:
    """Yield what they owe and are owed, each with a link to the orders that it is of."""
    if not may_know_payment_state(reader):
        return
    in_view = f"{orders_url}&{VIEW}=" if reader.has_perm("orders.view_order") else ""
    url = f"{in_view}to_pay" if in_view and figures.due else ""
    note = "" if figures.owed else _("nothing to pay back")
    yield FigureCard(_("Due"), words.money(figures.due), note=note, url=url)
    if figures.owed:
        url = f"{in_view}to_pay_back" if in_view else ""
        yield FigureCard(_("To pay back"), words.money(figures.owed), url=url)


def _orders(customer: Customer, reader: User) -> list[OrderRow]:
    latest = Order.objects.filter(customer=customer).order_by("-placed_at", "-id")[:LATEST]
    return [
        OrderRow(
            url=reverse("admin:orders_order_change", args=[order.pk]),
            number=str(order),
            placed=words.time_tag(order.placed_at, dates.moment(order.placed_at)),
            status=order.get_status_display(),
            dot=words.STATUS_DOTS[OrderStatus(order.status)],
            units=grouped(order.units),
            total=words.money(order.total, order.currency),
            payment=words.payment_label(order.payment_state) if may_know_payment_state(reader) else "",
        )
        for order in latest
    ]


def _promos(customer: Customer) -> list[PromoRow]:
    used = Redemption.objects.filter(customer=customer).select_related("promo_code", "order")
    return [
        PromoRow(
            url=reverse("admin:orders_promocode_change", args=[each.promo_code_id]),
            code=each.promo_code.code,
            discount=words.money(each.discount, each.order.currency),
            used=words.time_tag(each.redeemed_at, dates.moment(each.redeemed_at)),
            is_released=each.state == RedemptionState.RELEASED,
        )
        for each in used.order_by("-redeemed_at")[:LATEST]
    ]
