"""Whether an order may leave before it is paid: the one rule that every way to ship asks."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from backoffice.errors import Conflict
from backoffice.money import formatted
from backoffice.shop.in_force import ShopNow, in_force
from orders.models import Order
from orders.models.order import OrderQuerySet


class NotPaid(Conflict):
    code = "not_paid"
    title = gettext_lazy("Not paid")


def is_held(order: Order, shop: ShopNow | None = None) -> bool:
    """Whether the order waits for its money: the shop ships none unpaid, and there is no more time to pay.

    Args:
        shop: the settings in force, for whoever asks of many orders.
    """
    if order.due <= 0 or (shop or in_force()).ship_unpaid:
        return False
    return order.payment_due_on is None or order.payment_due_on < timezone.localdate()


def without_held(orders: OrderQuerySet) -> OrderQuerySet:
    """Leave out those of which `is_held` is true: nobody is to fetch what may not leave."""
    if in_force().ship_unpaid:
        return orders
    return orders.filter(Q(due__lte=0) | Q(payment_due_on__gte=timezone.localdate()))


def refuse_held(order: Order, *, by: Actor, unpaid: bool) -> None:
    """Refuse to ship an order that is held, unless whoever ships says so and may.

    Raises:
        NotPaid.
    """
    if not is_held(order) or (unpaid and by.may("orders.ship_unpaid")):
        return
    raise NotPaid(why_held(order))


def why_held(order: Order) -> str:
    facts = {"order": order.number, "amount": formatted(order.due, order.currency)}
    return _("%(order)s is not paid: %(amount)s is due. It ships once that is recorded.") % facts
