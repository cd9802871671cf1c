"""Grants allowances: value that is given up without units coming back, spread over the lines."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from backoffice.db.inserting import insert
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict, Forbidden
from backoffice.money import formatted, places, zero
from backoffice.shop.in_force import in_force
from orders.fulfilment.reversals import shipping_left
from orders.fulfilment.units import lines_named
from orders.held_order import hold, lines_of, save
from orders.models import Allowance, AllowanceLine, EventKind, Order, OrderLine
from orders.payments.details import checked_amount, checked_text
from orders.pricing import spread
from orders.timeline import happened


class MoreThanRemains(Conflict):
    """There is not so much left of the order's value."""

    code = "more_than_remains"
    title = gettext_lazy("More than remains")


@write_transaction
def allow(
    number: str,
    amount: Decimal,
    *,
    reason: str,
    by: Actor,
    skus: Sequence[str] | None = None,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> Allowance:
    """Give up so much of the order's value, spread over its lines by what remains of each.

    Args:
        skus: only of these lines; without them of all, and of the shipping fee what they do not hold.

    Raises:
        UnknownOrder, Stale, Invalid, Forbidden, MoreThanRemains.
    """
    order = hold(number, expected_version=expected_version)
    amount = checked_amount(amount, order)
    lines = lines_of(order.pk)
    return grant(order, lines, amount, reason=reason, skus=skus, by=by, at=at or timezone.now())


def grant(
    order: Order,
    lines: Sequence[OrderLine],
    amount: Decimal,
    *,
    reason: str,
    skus: Sequence[str] | None = None,
    by: Actor,
    at: datetime,
) -> Allowance:
    """Do what `allow` does, for an order that is held, with all its lines."""
    reason = checked_text("reason", reason, is_required=True)
    _refuse_beyond_role(order, amount, by)
    chosen = lines if skus is None else lines_named(lines, skus)
    shares, shipping = allowance_shares(order, lines, chosen, amount, with_shipping=skus is None)
    allowance = _write(order, shares, amount, shipping, reason=reason, at=at)
    for line, share in shares.items():
        line.allowed += share
    OrderLine.objects.bulk_update(shares, ["allowed"])
    order.credited += amount
    save(order, ["credited"])
    facts = {
        "allowance": allowance.reference,
        "amount": str(amount),
        "shipping": str(shipping),
        "reason": reason,
        "lines": [{"sku": line.sku, "name": line.name, "amount": str(each)} for line, each in shares.items()],
    }
    happened(order, EventKind.ALLOWED, facts, by=by, at=at)
    return allowance


def allowance_shares(
    order: Order,
    lines: Sequence[OrderLine],
    chosen: Sequence[OrderLine],
    amount: Decimal,
    *,
    with_shipping: bool,
) -> tuple[dict[OrderLine, Decimal], Decimal]:
    """Return what each chosen line gives up, those that give up nothing left out, and the shipping fee.

    Raises:
        MoreThanRemains.
    """
    remaining = [line.remaining for line in chosen]
    of_goods = sum(remaining, zero())
    of_shipping = shipping_left(order, lines) if with_shipping else zero()
    if amount > of_goods + of_shipping:
        most = formatted(of_goods + of_shipping, order.currency)
        raise MoreThanRemains(_("At most %(amount)s is left to allow.") % {"amount": most})
    goods = min(amount, of_goods)
    shares = zip(chosen, spread(goods, remaining, places()), strict=True)
    return {line: share for line, share in shares if share}, amount - goods


def _refuse_beyond_role(order: Order, amount: Decimal, by: Actor) -> None:
    by.require("orders.grant_allowance")
    most = in_force().allowance_up_to
    if most is None or by.may("orders.grant_any_allowance"):
        return
    before = order.allowances.aggregate(sum=Sum("amount"))["sum"] or zero()
    if before + amount <= most:
        return
    detail = _("Your role may allow at most %(amount)s for an order. Ask a manager.")
    raise Forbidden(detail % {"amount": formatted(most, order.currency)})


def _write(
    order: Order,
    shares: Mapping[OrderLine, Decimal],
    amount: Decimal,
    shipping: Decimal,
    *,
    reason: str,
    at: datetime,
) -> Allowance:
    allowance = Allowance(
        order=order,
        reference=f"{order.number}-A{order.allowances.count() + 1}",
        amount=amount,
        shipping=shipping,
        reason=reason,
        at=at,
    )
    insert([allowance])
    if shares:
        insert(
            [
                AllowanceLine(allowance=allowance, order_line=line, amount=each)
                for line, each in shares.items()
            ]
        )
    return allowance
