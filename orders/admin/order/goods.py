"""An order's lines on its page: what is still to ship, and the rows of every card with goods."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from backoffice.numbers import grouped
from orders.admin import counted, words
from orders.models import Order, OrderLine

# Of very many lines the others stand behind "Show 180 more lines".
SHOWN_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class GoodsRow:
    """Units of one line: `meta` identifies them and says how far they have come."""

    name: str
    meta: str
    url: str
    # The name of the product's picture, "" while it has none.
    picture: str
    price: str
    quantity: int
    total: str
    sku: str = ""
    # Opens the dialog that cancels what is left of the line; "" for whoever may not cancel.
    cancel_url: str = ""


@dataclass(frozen=True, slots=True)
class Goods:
    """Rows of a card; of many lines some are folded away."""

    rows: Sequence[GoodsRow]

    @property
    def shown(self) -> Sequence[GoodsRow]:
        return self.rows[:SHOWN_AT_ONCE]

    @property
    def folded(self) -> Sequence[GoodsRow]:
        return self.rows[SHOWN_AT_ONCE:]


@dataclass(frozen=True, slots=True)
class ToShip:
    """What is still to ship; `short` counts the lines of which fewer units are on hand."""

    goods: Goods
    progress: str
    short: int


@dataclass(frozen=True, slots=True)
class Shop:
    """What rows need to know besides their line: the order's currency, and what the reader may open."""

    currency: str
    opens_products: bool

    def row(self, line: OrderLine, quantity: int, *, note: str = "", cancel_url: str = "") -> GoodsRow:
        page = reverse("admin:catalog_product_change", args=[line.product_id]) if self.opens_products else ""
        return GoodsRow(
            name=line.name,
            meta=" · ".join(filter(None, [line.sku, note])),
            url=page,
            picture=line.product.picture,
            price=self.money(line.unit_price),
            quantity=quantity,
            total=self.money(line.unit_price * quantity),
            sku=line.sku,
            cancel_url=cancel_url,
        )

    def money(self, amount: Decimal) -> str:
        return words.money(amount, self.currency)


def shop_for(order: Order, reader: User) -> Shop:
    return Shop(order.currency, reader.has_perm("catalog.view_product"))


def to_ship_of(lines: Sequence[OrderLine], shop: Shop, reader: User) -> ToShip | None:
    """Return what is left to ship, None where nothing is."""
    left = [line for line in lines if line.open]
    if not left:
        return None
    may_cancel = reader.has_perm("orders.cancel_order")
    rows = [
        shop.row(line, line.open, note=_come_so_far(line), cancel_url=_cancel_url(line) if may_cancel else "")
        for line in left
    ]
    short = sum(line.product.on_hand < line.open for line in left)
    return ToShip(Goods(rows), _progress(lines, left), short)


def _progress(lines: Sequence[OrderLine], left: Sequence[OrderLine]) -> str:
    """Write `3 lines · 20 of 23 units`, without the second number while nothing has shipped."""
    units, expected = (sum(line.open for line in left), sum(line.quantity - line.cancelled for line in lines))
    told = _of_units(units, expected) if expected > units else counted.units(units)
    return f"{counted.lines(len(left))} · {told}"


def _of_units(units: int, expected: int) -> str:
    text = ngettext("%(left)s of %(expected)s unit", "%(left)s of %(expected)s units", expected)
    return text % {"left": grouped(units), "expected": grouped(expected)}


def _come_so_far(line: OrderLine) -> str:
    """Say of a line that is partly done how many units have shipped, and how many will not."""
    expected = line.quantity - line.cancelled
    told = []
    if line.shipped:
        text = _("%(shipped)s of %(expected)s shipped")
        told.append(text % {"shipped": line.shipped, "expected": expected})
    if line.cancelled:
        told.append(_("%(count)s cancelled") % {"count": line.cancelled})
    return " · ".join(told)


def _cancel_url(line: OrderLine) -> str:
    return f"{reverse('admin:orders_order_cancel_items', args=[line.order_id])}?line={line.pk}"
