"""An order's lines as a table, with its totals and address: in a row that was opened, and on paper."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from backoffice.countries import postal_lines
from orders.admin import words
from orders.admin.order.price_card import promo_title
from orders.models import Order, OrderLine


@dataclass(frozen=True, slots=True)
class ItemRow:
    name: str
    sku: str
    url: str
    price: str
    quantity: int
    cancelled: int
    shipped: str
    shipped_tone: str
    returned: int
    total: str


@dataclass(frozen=True, slots=True)
class Total:
    title: str
    amount: str
    is_sum: bool = False


def items_of(lines: Iterable[OrderLine], currency: str, user: User) -> list[ItemRow]:
    may_see_products = user.has_perm("catalog.view_product")
    return [_item(line, currency, may_see_products) for line in lines]


def _item(line: OrderLine, currency: str, has_link: bool) -> ItemRow:
    expected = line.quantity - line.cancelled
    facts = {"shipped": line.shipped, "expected": expected}
    return ItemRow(
        name=line.name,
        sku=line.sku,
        url=reverse("admin:catalog_product_change", args=[line.product_id]) if has_link else "",
        price=words.money(line.unit_price, currency),
        quantity=line.quantity,
        cancelled=line.cancelled,
        shipped=_("%(shipped)s of %(expected)s") % facts if expected else "–",
        shipped_tone="warn" if line.open else "good" if expected else "muted",
        returned=line.returned,
        total=words.money(line.subtotal, currency),
    )


def totals_of(order: Order, *, names_promo: bool) -> list[Total]:
    """Return the rows from the subtotal to the net amount, without those that do not apply."""

    def amount(value: Decimal) -> str:
        return words.money(value, order.currency)

    totals = [Total(_("Subtotal"), amount(order.subtotal))]
    if order.discount or order.promo_code:
        title = promo_title(order.promo_code if names_promo else "")
        totals.append(Total(title, amount(-order.discount)))
    totals.append(Total(_("Shipping"), amount(order.shipping)))
    totals.append(Total(_("Total"), amount(order.total), is_sum=True))
    if order.credited:
        totals.append(Total(_("Credited"), amount(-order.credited)))
        totals.append(Total(_("Net"), amount(order.total - order.credited), is_sum=True))
    return totals


def address_of(order: Order) -> list[str]:
    return with_phone(order.shipping_address)


def with_phone(address: Mapping[str, str]) -> list[str]:
    """Return the lines of an address with the telephone number below it."""
    return [*postal_lines(address), *filter(None, [address["phone"]])]
