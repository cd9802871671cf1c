"""The columns of the list of orders, and where they stand on a phone."""

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from backoffice.admin.base import ReadOnlyAdmin
from backoffice.admin.cells import NOTHING, Dot, moment, status
from orders.admin import words
from orders.models import Order, OrderLine, Return
from orders.reports import LATE_AFTER
from orders.status import OPEN_STATUSES, OrderStatus

# An order has its explanation, terms and address with it, which no list shows.
LISTED = (
    *("number", "status", "email", "currency", "total", "units", "promo_code", "placed_at"),
    *("ship_name", "ship_city", "customer__name", "customer__email"),
)
DOTS = {
    OrderStatus.PENDING: Dot.RING,
    OrderStatus.PARTIALLY_SHIPPED: Dot.HALF,
    OrderStatus.SHIPPED: Dot.BLUE,
    OrderStatus.DELIVERED: Dot.GREEN,
    OrderStatus.CANCELLED: Dot.GREY,
}


class OrderColumns(ReadOnlyAdmin):
    list_display = (
        "order_number",
        "placed",
        "customer_name",
        "status_shown",
        "items",
        "total_amount",
        "city",
        "promo",
    )
    list_display_links = ("order_number",)
    on_card = {
        "order_number": "title",
        "customer_name": "who",
        "total_amount": "value",
        "status_shown": "state",
        "placed": "end",
    }

    def as_listed(self, rows: QuerySet[Order]) -> QuerySet[Order]:
        still_out = OrderLine.objects.filter(order=OuterRef("pk"), shipped__gt=F("returned"))
        with_states = rows.annotate(
            has_returns=Exists(Return.objects.filter(order=OuterRef("pk"))), is_still_out=Exists(still_out)
        )
        return with_states.only(*LISTED)

    @display(description=gettext_lazy("Order"), ordering="serial")
    def order_number(self, order: Order) -> str:
        return str(order)

    @display(description=gettext_lazy("Placed"), ordering="placed_at")
    def placed(self, order: Order) -> SafeString | str:
        return moment(order.placed_at)

    @display(description=gettext_lazy("Customer"))
    def customer_name(self, order: Order) -> SafeString:
        name = order.customer.name or order.ship_name or order.readable_email
        return format_html('<span class="bo-ink" title="{}">{}</span>', order.readable_email, name)

    @display(description=gettext_lazy("Status"), ordering="status")
    def status_shown(self, order: Order) -> SafeString:
        known = OrderStatus(order.status)
        if is_late(order):
            is_begun = known is OrderStatus.PARTIALLY_SHIPPED
            return status(Dot.RED, _("Part-shipped, late") if is_begun else _("Late"))
        if not getattr(order, "has_returns", False):
            return status(DOTS[known], known.label)
        if not getattr(order, "is_still_out", False):
            return status(Dot.GREY, _("Returned"))
        return status(DOTS[known], _("%(status)s, part-returned") % {"status": known.label})

    @display(description=gettext_lazy("Units"), formatting="price")
    def items(self, order: Order) -> str:
        return f"{order.units:,}"

    @display(description=gettext_lazy("Total"), ordering="total", formatting="price")
    def total_amount(self, order: Order) -> str:
        return words.money(order.total, order.currency)

    @display(description=gettext_lazy("Ship to"), empty_value=NOTHING)
    def city(self, order: Order) -> str:
        return order.ship_city

    @display(description=gettext_lazy("Promo"), empty_value=NOTHING)
    def promo(self, order: Order) -> str | None:
        return order.promo_code or None


def is_late(order: Order) -> bool:
    return order.status in OPEN_STATUSES and order.placed_at < timezone.now() - LATE_AFTER
