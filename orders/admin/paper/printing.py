"""Pages to print: packing slips, pick lists and order summaries. They change nothing."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action

from accounts.models import User
from backoffice.admin.base import ReadOnlyAdmin
from backoffice.dates import moment_with_year
from backoffice.db.primary_keys import is_key
from backoffice.numbers import grouped
from backoffice.shop.in_force import in_force
from orders.admin.order.items import address_of, items_of, totals_of
from orders.admin.paper.sheets import picks_for, printable, slip_of_shipment, slips_of
from orders.fulfilment.holding import is_held
from orders.models import Order, Shipment
from orders.status import Action, is_allowed
from orders.visibility import may_know_customers, may_know_promos, note_told_to

MOST_PRINTED = 200
LIST = "admin:orders_order_changelist"


class OrderPrinting(ReadOnlyAdmin):
    """The print buttons. Packing slips show addresses, so only users who may know customers print them."""

    # Permissions

    def has_slip_permission(self, request: HttpRequest, object_id: int | str | None = None) -> bool:
        return self.has_view_permission(request) and may_know_customers(_reader(request))

    def has_picks_permission(self, request: HttpRequest, object_id: int | str | None = None) -> bool:
        return self.has_view_permission(request) and request.user.has_perm("catalog.view_product")

    # From the list: the chosen orders by their keys

    @admin.action(description=gettext_lazy("Print packing slips"), permissions=["slip"])
    def print_slips(self, request: HttpRequest, orders: QuerySet[Order]) -> HttpResponse | None:
        return _to_sheets(request, orders, "orders_order_slips")

    @admin.action(description=gettext_lazy("Print pick list"), permissions=["picks"])
    def print_picks(self, request: HttpRequest, orders: QuerySet[Order]) -> HttpResponse | None:
        return _to_sheets(request, orders, "orders_order_picks")

    # From the page of an order

    @action(
        description=gettext_lazy("Packing slip"),
        permissions=["slip"],
        url_path="packing-slip",
        icon="package_2",
    )
    def packing_slip(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Print what is still to ship, or what a shipment holds: the one in `?shipment=`, or the only one."""
        order = self._order(object_id)
        shipment = _shipment_meant(order, request.GET.get("shipment", ""))
        if shipment is None:
            return self._slips(request, [order], back=_page_of(order))
        slips = [slip_of_shipment(order, shipment)]
        return _sheets(
            request,
            "slips",
            _("Packing slip %(number)s") % {"number": shipment},
            slips=slips,
            back=_page_of(order),
        )

    @action(
        description=gettext_lazy("Order summary"),
        permissions=["view"],
        url_path="summary",
        icon="receipt_long",
    )
    def order_summary(self, request: HttpRequest, object_id: str) -> HttpResponse:
        order, reader = self._order(object_id), _reader(request)
        return _sheets(
            request,
            "summary",
            _("Summary of %(order)s") % {"order": order},
            order=order,
            placed=moment_with_year(order.placed_at),
            items=items_of(order.lines.all(), order.currency, reader),
            totals=totals_of(order, names_promo=may_know_promos(reader)),
            address=address_of(order) if may_know_customers(reader) else [],
            note=note_told_to(reader, order),
            back=_page_of(order),
        )

    # Addresses

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("print/slips/", self.admin_site.admin_view(self.slips_view), name="orders_order_slips"),
            path("print/picks/", self.admin_site.admin_view(self.picks_view), name="orders_order_picks"),
        ]
        urls: list[URLPattern] = super().get_urls()
        return [*own, *urls]

    def slips_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_slip_permission(request):
            raise PermissionDenied
        pks = _keys_in_address(request)
        if not pks:
            return _to_list()
        leaving, held = _without_held(printable(Order.objects.all(), pks))
        return self._slips(request, leaving, held=held)

    def picks_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_picks_permission(request):
            raise PermissionDenied
        pks = _keys_in_address(request)
        if not pks:
            return _to_list()
        leaving, held = _without_held(_in_order_of(pks))
        picks = picks_for([order.pk for order in leaving])
        numbers = [str(order) for order in leaving]
        title = ngettext("Pick list for %(count)s order", "Pick list for %(count)s orders", len(numbers))
        units = sum(pick.units for pick in picks)
        context = {"picks": picks, "units": units, "numbers": numbers, "held": held}
        return _sheets(request, "picks", title % {"count": grouped(len(numbers))}, **context)

    def _slips(
        self, request: HttpRequest, orders: Sequence[Order], *, back: str = "", held: Sequence[Order] = ()
    ) -> HttpResponse:
        slips = slips_of(orders)
        has_slip = {slip.number for slip in slips}
        empty = [order for order in orders if str(order) not in has_slip]
        one = _("Packing slip %(number)s") % {"number": slips[0].number} if len(slips) == 1 else ""
        title = one or _("Packing slips")
        return _sheets(request, "slips", title, slips=slips, empty=empty, held=held, back=back)

    def _order(self, object_id: str) -> Order:
        found = printable(Order.objects.all(), _keys(object_id))
        if len(found) != 1:
            raise Http404(_("There is no such order."))
        return found[0]


def _sheets(request: HttpRequest, kind: str, title: str, **context: Any) -> HttpResponse:
    context["back"] = context.get("back") or reverse(LIST)
    shop = in_force()
    frame = {
        "title": title,
        "shop": shop.name,
        "logo": shop.logo,
        "printed": moment_with_year(timezone.now()),
    }
    return TemplateResponse(request, f"orders/admin/print_{kind}.html", {**frame, **context})


def _to_sheets(request: HttpRequest, orders: QuerySet[Order], name: str) -> HttpResponse | None:
    """Redirect to the sheets; return None and show a message when too many orders were chosen."""
    pks = list(orders.values_list("pk", flat=True)[: MOST_PRINTED + 1])
    if len(pks) > MOST_PRINTED:
        messages.error(request, _too_many())
        return None
    return HttpResponseRedirect(f"{reverse(f'admin:{name}')}?ids={','.join(map(str, pks))}")


def _keys_in_address(request: HttpRequest) -> list[int]:
    """Return the keys in the address; none, and show a message, when there are none or too many."""
    pks = _keys(request.GET.get("ids", ""))
    if not pks:
        messages.error(request, _("Choose the orders to print in the list."))
    elif len(pks) > MOST_PRINTED:
        messages.error(request, _too_many())
        return []
    return pks


def _too_many() -> str:
    text = _("At most %(count)s orders can be printed at once: choose fewer, or narrow the list.")
    return text % {"count": MOST_PRINTED}


def _keys(text: str) -> list[int]:
    """Return each key once, in the order of the text; anything else is ignored."""
    parts = (part.strip() for part in text.split(","))
    keys = (int(part) for part in parts if is_key(part))
    return list(dict.fromkeys(keys))


def _shipment_meant(order: Order, reference: str) -> Shipment | None:
    """Return the shipment with this reference; for "" the only one, if nothing is left to ship.

    Raises:
        Http404: the order has no shipment of this name.
    """
    shipments = {shipment.reference: shipment for shipment in order.shipments.all() if not shipment.undone_at}
    if reference:
        if (named := shipments.get(reference.strip().upper())) is None:
            raise Http404(_("This order has no such shipment."))
        return named
    is_all_sent = len(shipments) == 1 and not any(line.open for line in order.lines.all())
    return next(iter(shipments.values())) if is_all_sent else None


def _in_order_of(pks: list[int]) -> list[Order]:
    found = Order.objects.only("number", "status", "currency", "due", "payment_due_on").in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]


def _without_held(orders: Sequence[Order]) -> tuple[list[Order], list[Order]]:
    """Return the orders that may leave and, apart, those with units to ship that are not paid."""
    shop = in_force()
    held = [order for order in orders if is_allowed(Action.SHIP, order.status) and is_held(order, shop)]
    return [order for order in orders if order not in held], held


def _to_list() -> HttpResponse:
    return HttpResponseRedirect(reverse(LIST))


def _page_of(order: Order) -> str:
    return reverse("admin:orders_order_change", args=[order.pk])


def _reader(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
