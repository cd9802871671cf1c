"""A count below what orders were promised: cancel the missing units, then record the count."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict
from catalog import stock
from catalog.models import Product, StockMovement
from catalog.products import product_with_sku
from orders.fulfilment.lifecycle import cancel_order
from orders.models import Order, OrderLine, PromoCode, RedemptionState
from orders.models.order_line import OPEN_UNITS

REASON = gettext_lazy("Not on the shelf")


class PromisesChanged(Conflict):
    """The orders that hold the units are not those that were shown."""

    code = "promises_changed"
    title = gettext_lazy("Other orders would lose units")


def units_to_cancel(product: Product, counted: int) -> dict[str, int]:
    """Return the units each order loses when only `counted` are there, by number; the newest lose first."""
    missing = product.reserved - counted
    lines = (
        OrderLine.objects.filter(product=product)
        .annotate(held=OPEN_UNITS)
        .filter(held__gt=0)
        .order_by("-order__placed_at", "-order_id")
        .values_list("order__number", "held")
    )
    lost: dict[str, int] = {}
    for number, held in lines if missing > 0 else ():
        lost[number] = min(held, missing)
        missing -= lost[number]
        if not missing:
            break
    return lost


@write_transaction
def cancel_and_count(
    sku: str,
    counted: int,
    *,
    agreed: Mapping[str, int],
    by: Actor,
    expected: int | None = None,
    reason: str | None = None,
    note: str = "",
) -> StockMovement:
    """Cancel the units that `agreed` names by order, then set on hand to what was counted: all or nothing.

    Raises:
        UnknownSku, Invalid, Stale, BelowReserved, IllegalTransition.
        PromisesChanged: `agreed` is not what `units_to_cancel` says now.
    """
    product = _locked_product(product_with_sku(sku), agreed)
    if units_to_cancel(product, counted) != dict(agreed):
        raise PromisesChanged(
            _("Other orders hold %(sku)s now than those you were shown. Look again at which lose units.")
            % {"sku": product.sku}
        )
    for number, units in agreed.items():
        cancel_order(
            number, by=by, reason=str(REASON) if reason is None else reason, lines={product.sku: units}
        )
    return stock.count(sku, counted, by=by, note=note, expected=expected)


def _locked_product(product: Product, agreed: Mapping[str, int]) -> Product:
    """Lock in every use case's order: orders, promo codes, then the product; return it read again."""
    orders = Order.objects.filter(number__in=agreed).order_by("pk").select_for_update(no_key=True)
    held = list(orders.values_list("pk", flat=True))
    codes = PromoCode.objects.filter(
        redemptions__order__in=held, redemptions__state=RedemptionState.ACTIVE
    ).order_by("pk")
    list(codes.select_for_update(of=("self",), no_key=True))
    [locked] = stock.lock_products([product.pk])
    return locked
