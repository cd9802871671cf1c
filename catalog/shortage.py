"""Refusals for want of stock: less is available than wanted, or fewer would be left than are reserved."""

from django.utils.translation import gettext_lazy, ngettext

from backoffice.errors import Conflict, Fault
from catalog.holders import holders_of
from catalog.models import Product, SeenProduct

MOST_HOLDERS_NAMED = 10


class InsufficientStock(Conflict):
    code = "insufficient_stock"
    title = gettext_lazy("Not enough stock")


class BelowReserved(Conflict):
    code = "below_reserved"
    title = gettext_lazy("Fewer than are reserved")


def shortage(product: Product | SeenProduct, wanted: int) -> Fault:
    """Return the fault that tells somebody that less is available than they want."""
    facts = {"sku": product.sku, "wanted": wanted, "available": product.available}
    return Fault(
        pointer="",
        code=InsufficientStock.code,
        detail=ngettext(
            "Only %(available)s of %(sku)s is available; %(wanted)s were asked for.",
            "Only %(available)s of %(sku)s are available; %(wanted)s were asked for.",
            product.available,
        )
        % facts,
        facts=facts,
    )


def refuse_below_reserved(product: Product, on_hand_after: int) -> None:
    if on_hand_after < 0 and not product.reserved:
        raise BelowReserved(
            ngettext(
                "Only %(on_hand)s of %(sku)s is on hand.",
                "Only %(on_hand)s of %(sku)s are on hand.",
                product.on_hand,
            )
            % {"on_hand": product.on_hand, "sku": product.sku}
        )
    if on_hand_after < product.reserved:
        raise _below_reserved(product)


def _below_reserved(product: Product) -> BelowReserved:
    orders = [holder["held_for"] for holder in holders_of(product)[:MOST_HOLDERS_NAMED]]
    facts = {"sku": product.sku, "reserved": product.reserved, "orders": orders}
    words = {**facts, "orders": ", ".join(orders)}
    return BelowReserved(
        ngettext(
            "%(reserved)s of %(sku)s is reserved by %(orders)s: cancel units of those orders first.",
            "%(reserved)s of %(sku)s are reserved by %(orders)s: cancel units of those orders first.",
            product.reserved,
        )
        % words,
        faults=[
            Fault(
                pointer="/quantity",
                code=BelowReserved.code,
                detail=ngettext("%(reserved)s is reserved.", "%(reserved)s are reserved.", product.reserved)
                % words,
                facts=facts,
            )
        ],
    )
