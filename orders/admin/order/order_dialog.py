"""What the dialogs over an order share: the order, and who acts."""

from typing import Any

from django.db.models import Prefetch
from django.http import Http404, HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.admin.actor import actor_of
from backoffice.admin.dialogs import UseCaseDialog
from backoffice.countries import town_of
from backoffice.text import isolated
from orders.models import Order, OrderLine
from orders.visibility import may_know_promos


class OrderDialog(UseCaseDialog):
    """A dialog about one order."""

    def __init__(self, request: HttpRequest, object_id: int | str | None = None, **kwargs: Any) -> None:
        super().__init__(request, object_id, **kwargs)
        self.order = _order(object_id)
        self.add_fields()

    @property
    def number(self) -> str:
        return str(self.order)

    @property
    def lines(self) -> list[OrderLine]:
        return list(self.order.lines.all())

    @property
    def promo(self) -> str:
        """Return the promo code that the order used, "" where there is none that the user may know."""
        user = self.actor.user
        return self.order.promo_code if user is None or may_know_promos(user) else ""

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    def add_fields(self) -> None:
        """Fields that depend on the order."""

    def intro(self) -> str:
        if not self.request.user.has_perm("accounts.view_customer"):
            return self.number
        town = isolated(town_of(self.order.shipping_address))
        facts = {"order": self.number, "name": isolated(self.order.ship_name), "town": town}
        return _("%(order)s to %(name)s, %(town)s") % facts


def says(what: str, because: str = "") -> str:
    """Return a dialog's footer: what will happen, and below it what else is to be known."""
    return render_to_string(
        "orders/admin/consequence.html", {"consequence": {"what": what, "because": because}}
    )


def _order(object_id: int | str | None) -> Order:
    lines = OrderLine.objects.select_related("product").order_by("position")
    orders = Order.objects.select_related("customer").prefetch_related(Prefetch("lines", queryset=lines))
    try:
        return orders.get(pk=object_id or 0)
    except (Order.DoesNotExist, ValueError):
        raise Http404(_("There is no such order.")) from None
