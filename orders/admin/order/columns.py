"""The columns of the list of orders, and where they stand on a phone."""

from django.db.models import Exists, F, OuterRef, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from backoffice.admin.base import ReadOnlyAdmin
from backoffice.admin.cells import NOTHING, Dot, moment, status
from backoffice.admin.lists import MOST_COUNTED, VIEW, SavedViewsChangeList
from backoffice.numbers import grouped
from orders.admin import words
from orders.models import Order, OrderLine, Return
from orders.reports import LATE_AFTER
from orders.status import OPEN_STATUSES, OrderStatus

# An order has its explanation, terms and address with it, which no list shows.
LISTED = (
    *("number", "status", "email", "currency", "total", "units", "promo_code", "placed_at"),
    *("paid", "due"),
    *("ship_name", "ship_city", "customer__name", "customer__email"),
)


class OrderColumns(ReadOnlyAdmin):
    list_display = (
        "order_number",
        "placed",
        "customer_name",
        "status_shown",
        "items",
        "total_amount",
        "payment",
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
        "payment": "note",
    }

    def as_listed(self, rows: QuerySet[Order]) -> QuerySet[Order]:
        still_out = OrderLine.objects.filter(order=OuterRef("pk"), shipped__gt=F("returned"))
        with_states = rows.annotate(
            has_returns=Exists(Return.objects.filter(order=OuterRef("pk"))), is_still_out=Exists(still_out)
        )
        return with_states.only(*LISTED)

    def told_of_all(self, cl: SavedViewsChangeList, request: HttpRequest) -> str:
        """Return what the orders of a narrowed list come to: only to whoever may see revenue, and never what
        would take reading many thousands, or adding up two currencies."""
        is_narrow = cl.query or cl.has_active_filters or request.GET.get(VIEW)
        if (
            not is_narrow
            or cl.result_count > MOST_COUNTED
            or not request.user.has_perm("orders.view_revenue")
        ):
            return ""
        sums = list(cl.queryset.order_by().values_list("currency").annotate(Sum("total"))[:2])
        if len(sums) != 1:
            return ""
        [(currency, total)] = sums
        facts = {"count": str(cl.result_count), "total": words.money(total, currency)}
        told = ngettext(
            "Total of this order: %(total)s", "Total of these %(count)s: %(total)s", cl.result_count
        )
        return told % facts

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
            return status(words.STATUS_DOTS[known], known.label)
        if not getattr(order, "is_still_out", False):
            return status(Dot.GREY, _("Returned"))
        return status(words.STATUS_DOTS[known], _("%(status)s, part-returned") % {"status": known.label})

    @display(description=gettext_lazy("Units"), formatting="price")
    def items(self, order: Order) -> str:
        return grouped(order.units)

    @display(description=gettext_lazy("Total"), ordering="total", formatting="price")
    def total_amount(self, order: Order) -> str:
        return words.money(order.total, order.currency)

    @display(description=gettext_lazy("Payment"), ordering="due")
    def payment(self, order: Order) -> SafeString:
        state = order.payment_state
        if not order.due:
            return status(words.PAYMENT_DOTS[state], state.label)
        facts = {"state": state.label, "amount": words.money(abs(order.due), order.currency)}
        return status(words.PAYMENT_DOTS[state], _("%(state)s: %(amount)s") % facts)

    @display(description=gettext_lazy("Ship to"), empty_value=NOTHING)
    def city(self, order: Order) -> str:
        return order.ship_city

    @display(description=gettext_lazy("Promo"), empty_value=NOTHING)
    def promo(self, order: Order) -> str | None:
        return order.promo_code or None


def is_late(order: Order) -> bool:
    return order.status in OPEN_STATUSES and order.placed_at < timezone.now() - LATE_AFTER
