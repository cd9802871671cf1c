"""Hold an order while something happens to it: lock it for an action, and save what it has become."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.db.statements import selecting
from backoffice.errors import Conflict, NotFound, Stale
from backoffice.languages import inside_a_sentence
from orders.models import Order, OrderLine
from orders.models.order import normalised_number
from orders.status import Action, OrderStatus, is_allowed, status_of


class UnknownOrder(NotFound):
    code = "unknown_order"
    title = gettext_lazy("No such order")


class IllegalTransition(Conflict):
    code = "illegal_transition"
    title = gettext_lazy("Not possible in this status")


def order_with_number(number: str) -> Order:
    """Return the order with this number. Raises UnknownOrder."""
    return _order_or_unknown(Order.objects.with_number(number).first(), number)


def hold(number: str, *, expected_version: int | None = None) -> Order:
    """Return the order, locked until the transaction ends. Raises UnknownOrder, Stale."""
    order = _order_or_unknown(next(iter(_locked_orders(normalised_number(number))), None), number)
    if expected_version is not None and expected_version != order.version:
        raise Stale(_("%(order)s was changed meanwhile. Look at it again.") % {"order": order.number})
    return order


def begin(number: str, action: Action, *, expected_version: int | None) -> tuple[Order, list[OrderLine]]:
    """Return the order and its lines, locked until the transaction ends; the status must allow `action`.

    Raises:
        UnknownOrder, Stale, IllegalTransition.
    """
    order = hold(number, expected_version=expected_version)
    if not is_allowed(action, order.status):
        raise _not_possible(order, action)
    return order, lines_of(order.pk)


def _not_possible(order: Order, action: Action) -> IllegalTransition:
    status, asked = (inside_a_sentence(each.label) for each in (OrderStatus(order.status), action))
    facts = {"order": order.number, "status": status, "action": asked}
    return IllegalTransition(_("%(order)s is %(status)s: %(action)s is not possible.") % facts)


def finish(
    order: Order, lines: Sequence[OrderLine], *, counters: Sequence[str] = (), fields: Sequence[str] = ()
) -> None:
    """Save these counters of the lines, these fields of the order, and the status that follows."""
    if counters:
        OrderLine.objects.bulk_update(lines, counters)
    order.status = status_of(lines)
    save(order, ["status", *fields])


def save(order: Order, fields: Sequence[str]) -> None:
    """Save these fields as a new version; what the database makes of them, such as `due`, is read back."""
    order.version += 1
    order.save(update_fields=["version", "updated_at", *fields])


@selecting
def _locked_orders(number: str) -> QuerySet[Order]:
    return Order.objects.filter(number=number).select_for_update(no_key=True)


@selecting
def lines_of(order_id: int) -> QuerySet[OrderLine]:
    return OrderLine.objects.filter(order=order_id).order_by("position")


def _order_or_unknown(order: Order | None, number: str) -> Order:
    if order is None:
        raise UnknownOrder(_("There is no order %(number)s.") % {"number": number.strip()[:40]})
    return order
