"""How often a customer uses a promotion, and the numbers of those uses."""

from django.db.models import Max, QuerySet

from orders.models import Order, Redemption, RedemptionState
from orders.status import OrderStatus


def active_uses_of(promotion: int, customer: int) -> QuerySet[Redemption]:
    return Redemption.objects.filter(promotion=promotion, customer=customer, state=RedemptionState.ACTIVE)


def uses_of(promotion: int, customer: int) -> int:
    """Return how many orders of this customer use the promotion now."""
    return active_uses_of(promotion, customer).count()


def next_use_number(promotion: int, customer: int) -> int:
    """Return a number that none of their uses has; the customer must be locked until it is written."""
    highest: int | None = active_uses_of(promotion, customer).aggregate(highest=Max("use_number"))["highest"]
    return (highest or 0) + 1


def other_orders_of(customer: int, *, than: int) -> QuerySet[Order]:
    """Return their orders that were not wholly cancelled, other than this one."""
    orders = Order.objects.filter(customer=customer).exclude(status=OrderStatus.CANCELLED)
    return orders.exclude(pk=than)
