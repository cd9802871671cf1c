"""Hand an order and its promo code's use over to the customer whose e-mail address it has.

Correcting a mistyped address says that somebody else has ordered: what they may have open, and how often they
may use the code, is then judged as if they had placed the order themselves. Staff may let a discount stay.
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.customers import customer_for, held_customers
from accounts.models import Customer
from backoffice.db.transactions import Collision
from backoffice.errors import Conflict, Fault
from orders.models import Order, OrderLine, Redemption, RedemptionState
from orders.placing import open_limits
from orders.placing.open_limits import open_in_lines
from orders.pricing import PromoReason
from orders.promotions.uses import next_use_number, other_orders_of, uses_of


class PromoLimitPassed(Conflict):
    code = "promo_limit_passed"
    title = gettext_lazy("The promo code is not for this customer")


def hand_over(
    order: Order, lines: Sequence[OrderLine], *, by: Actor, past_promo_limits: bool
) -> Sequence[PromoReason]:
    """Make the order, which is locked, that of the customer with its e-mail; return the limits passed by it.

    Nothing is saved of the order itself. A customer whose own order this was keeps everything else.

    Raises:
        PromoLimitPassed: they may not use its promo code; nothing is handed over.
        TooMuchOpen: they would have more open than the shop allows, which staff are not held to.
    """
    wanted = customer_for(order.email, name=order.ship_name)
    if wanted.pk == order.customer_id:
        return ()
    heir = held_customers(order.customer_id, wanted.pk)[wanted.pk]
    if heir.merged_into_id is not None:
        # Merged while we waited for the lock: whose the address is has to be looked up again.
        raise Collision
    open_limits.refuse_too_much(heir, open_in_lines(lines), by=by)
    passed = _hand_over_use(order, heir, by=by, past_promo_limits=past_promo_limits)
    order.customer = heir
    return passed


def _hand_over_use(
    order: Order, heir: Customer, *, by: Actor, past_promo_limits: bool
) -> Sequence[PromoReason]:
    use = Redemption.objects.filter(order=order).select_related("promotion", "promo_code").first()
    if use is None:
        return ()
    is_active = use.state == RedemptionState.ACTIVE
    passed = _limits_passed(order, use, heir) if is_active else []
    if passed and not past_promo_limits:
        raise _refusal(order, passed[0], heir, by)
    use.customer = heir
    use.use_number = next_use_number(use.promotion_id, heir.pk) if is_active else use.use_number
    use.save(update_fields=["customer", "use_number"])
    return passed


def _limits_passed(order: Order, use: Redemption, heir: Customer) -> list[PromoReason]:
    limit = use.promotion.max_uses_per_customer
    passed = []
    if limit is not None and uses_of(use.promotion_id, heir.pk) >= limit:
        passed.append(PromoReason.ALREADY_USED)
    if use.promotion.first_order_only and other_orders_of(heir.pk, than=order.pk).exists():
        passed.append(PromoReason.NOT_FIRST_ORDER)
    return passed


def _refusal(order: Order, reason: PromoReason, heir: Customer, by: Actor) -> PromoLimitPassed:
    facts = {
        "email": heir.readable_email,
        "code": order.promo_code if by.may("orders.view_promocode") else _("the promo code"),
        "discount": str(order.discount),
    }
    if reason == PromoReason.ALREADY_USED:
        words = _(
            "%(email)s has used %(code)s as often as one customer may. The order stays as it is, unless you "
            "allow the discount all the same."
        )
    else:
        words = _(
            "%(email)s has ordered before, and %(code)s is for first orders. The order stays as it is, "
            "unless you allow the discount all the same."
        )
    detail = words % facts
    fault = Fault("/email", PromoLimitPassed.code, detail, {"reason": reason})
    return PromoLimitPassed(detail, faults=[fault])
