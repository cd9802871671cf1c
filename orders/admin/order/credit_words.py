"""What giving up units of an order would credit, in words: before anybody confirms it."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.money import ZERO
from backoffice.numbers import grouped
from orders.admin import counted, words
from orders.admin.order.quantities import Consequence, field_of_line, units_of
from orders.fulfilment.foreseen import Foreseen
from orders.models import Order, OrderLine


def credited(order: Order, foreseen: Foreseen, *, button: str, note: str, promo: str) -> Consequence:
    """Say what is credited, how that comes about, and what the order then comes to."""
    told = {"what": button, "amount": words.money(foreseen.credit, order.currency)}
    made_of = _made_of(foreseen, order, promo)
    return Consequence(
        _("%(what)s · %(amount)s is credited") % told,
        " · ".join(filter(None, [made_of, _net_then(foreseen, order)])),
        note,
        button,
        _figures(foreseen, order),
    )


def _made_of(foreseen: Foreseen, order: Order, promo: str) -> str:
    """Write `€16.52 less €1.65 of WELCOME10`; "" where the credit is just what the units cost."""
    told = {
        "price": words.money(foreseen.price, order.currency),
        "discount": words.money(foreseen.discount, order.currency),
        "shipping": words.money(foreseen.shipping, order.currency),
        "promo": promo or _("the promo"),
    }
    if foreseen.discount and foreseen.shipping:
        return _("%(price)s less %(discount)s of %(promo)s, plus %(shipping)s shipping") % told
    if foreseen.discount:
        return _("%(price)s less %(discount)s of %(promo)s") % told
    if foreseen.shipping:
        return _("%(price)s plus %(shipping)s shipping") % told
    return ""


def _net_then(foreseen: Foreseen, order: Order) -> str:
    net = order.total - order.credited
    before, after = (words.money(each, order.currency) for each in (net, net - foreseen.credit))
    return _("Net %(before)s → %(after)s") % {"before": before, "after": after}


def _figures(foreseen: Foreseen, order: Order) -> dict[str, str]:
    """Return what each line's units are worth, by the name of its field."""
    worth: dict[str, Decimal] = {}
    for units, credit in zip(foreseen.units, foreseen.worth, strict=True):
        name = field_of_line(units.line)
        worth[name] = worth.get(name, ZERO) + credit
    return {name: words.money(credit, order.currency) for name, credit in worth.items()}


def back_on_sale(chosen: Sequence[tuple[OrderLine, int]]) -> str:
    """Write `4 units go back on sale: Stoneware bowl, available 4 → 8`; several products are counted."""
    units = units_of(chosen)
    told = {"units": grouped(units), "products": counted.products(len(chosen))}
    if len(chosen) > 1:
        return _("%(units)s units of %(products)s go back on sale") % told
    [(line, _quantity)] = chosen
    available = line.product.available
    told |= {"name": line.name, "before": grouped(available), "after": grouped(available + units)}
    text = ngettext(
        "%(units)s unit goes back on sale: %(name)s, available %(before)s → %(after)s",
        "%(units)s units go back on sale: %(name)s, available %(before)s → %(after)s",
        units,
    )
    return text % told
