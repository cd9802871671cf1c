"""How much one customer may have open at once, so that nobody reserves the whole shop for nothing.

Staff are not held to it, whichever door they use: they may place an order that a customer may not.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import BigIntegerField, Count, F, Q, QuerySet, Sum
from django.db.models.functions import Cast, Round
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import Actor
from accounts.customers import key_of
from accounts.models import Customer
from accounts.security_log import write_line
from backoffice.db.statements import selecting
from backoffice.errors import Conflict, Fault
from backoffice.money import ZERO, formatted, rounded
from backoffice.numbers import grouped
from backoffice.requests.throttling import claim_turn
from backoffice.shop.in_force import ShopNow, in_force
from orders.models import OrderLine
from orders.models.order_line import OPEN_UNITS
from orders.status import OPEN_STATUSES

# Staff are shown customers who hold this share of a product's stock, or come this near to a limit.
LARGE_SHARE = Decimal("0.5")
FEWEST_UNITS = 10
NEAR = Decimal("0.8")
# The security log notes a customer's refusals only once in this time, however many there are.
NOTED_SECONDS = 15 * 60
# No currency has smaller amounts.
THOUSAND = 1000

type Limits = Mapping[str, Any]
"""Limits by the names of the fields of `Open`; None is no limit."""

_THOUSANDTHS = Cast(Round((F("subtotal") - F("discount")) * THOUSAND), BigIntegerField())
# What a line's open units cost, in thousandths, rounded down. Whole numbers, for both databases divide them
# alike; split in two terms, so that no product of two large numbers overflows.
_OPEN_THOUSANDTHS = _THOUSANDTHS / F("quantity") * OPEN_UNITS + _THOUSANDTHS % F("quantity") * OPEN_UNITS / F(
    "quantity"
)


class TooMuchOpen(Conflict):
    code = "too_much_open"
    title = gettext_lazy("Too much is open already")


@dataclass(frozen=True, slots=True)
class Open:
    """How many orders and units are neither shipped nor cancelled, and their value after discounts."""

    orders: int = 0
    units: int = 0
    value: Decimal = ZERO

    def __add__(self, other: "Open") -> "Open":
        return Open(self.orders + other.orders, self.units + other.units, self.value + other.value)


@dataclass(frozen=True, slots=True)
class Holder:
    """A customer who has much open; `holds` says what, such as `48 × TEA-01, of 50 on hand`."""

    customer_id: int
    name: str
    holds: str


def refuse_too_much(customer: Customer, more: Open, *, by: Actor) -> None:
    """Refuse a customer's order that would have them hold more than the shop allows.

    The customer must be locked: then nothing of theirs is placed between the look and the commit.

    Raises:
        TooMuchOpen: naming each limit that would be passed.
    """
    if is_limited(by):
        refuse_beyond(limits(), customer, open_of(customer.pk), more, by=by)


def is_limited(by: Actor) -> bool:
    """Whether there may be a limit: not for the system, nor for staff who place orders."""
    user = by.user
    return user is not None and not (user.is_staff and user.has_perm("orders.add_order"))


def refuse_beyond(limits: Limits, customer: Customer, present: Open, more: Open, *, by: Actor) -> None:
    """Refuse what would pass one of the limits, when so much is open at present. Raises TooMuchOpen."""
    faults = [_fault_of_limit(name, limit, present, more) for name, limit in _passed(limits, present + more)]
    if not faults:
        return
    detail = " ".join(fault.detail for fault in faults)
    if claim_turn(f"too-much-open:{customer.pk}", window_seconds=NOTED_SECONDS):
        write_line("too_much_open", account=customer.email, by=by, text=detail)
    raise TooMuchOpen(
        _("%(problems)s Order less, wait until something has shipped, or ask the shop.")
        % {"problems": detail},
        faults=faults,
    )


def limits() -> Limits:
    return limits_of(in_force())


def limits_of(shop: ShopNow) -> Limits:
    return {"orders": shop.max_open_orders, "units": shop.max_open_units, "value": shop.max_open_value}


def open_of(customer: int) -> Open:
    """Return what this customer has open, in one statement."""
    return open_in(_open_of(customer))


def open_in(rows: Iterable[Mapping[str, Any]]) -> Open:
    """Return what the one row tells; nothing is open if there is none."""
    for row in rows:
        return Open(row["orders"], row["units"], _amount_of(row["thousandths"]))
    return Open()


def open_in_lines(lines: Iterable[OrderLine]) -> Open:
    """Return what one order with these lines has open."""
    lines = list(lines)
    thousandths = sum(int(line.total * THOUSAND) * line.open // line.quantity for line in lines)
    return Open(1, sum(line.open for line in lines), _amount_of(thousandths))


def large_holders(at_most: int) -> list[Holder]:
    """Find customers who hold half of a product's stock or come near to a limit, in two statements."""
    return [*_near_a_limit(at_most), *_of_one_product(at_most)][:at_most]


@selecting
def _open_of(customer: int) -> QuerySet[Any, dict[str, Any]]:
    return _by_customer().filter(order__customer=customer)


@selecting
def open_of_address(address: str) -> QuerySet[Any, dict[str, Any]]:
    """Find what `open_in` reads, for the customer with this address."""
    return _by_customer().filter(order__customer=key_of(address))


def _by_customer() -> QuerySet[Any, Any]:
    lines: QuerySet[Any, Any] = _open_lines()
    return lines.values("order__customer").annotate(
        orders=Count("order", distinct=True), units=Sum(OPEN_UNITS), thousandths=Sum(_OPEN_THOUSANDTHS)
    )


def _open_lines() -> QuerySet[OrderLine]:
    return OrderLine.objects.filter(order__status__is_one_of=OPEN_STATUSES).order_by()


def _passed(limits: Limits, held: Open) -> Iterator[tuple[str, Any]]:
    for name, limit in limits.items():
        if limit is not None and getattr(held, name) > limit:
            yield name, limit


def _fault_of_limit(name: str, limit: Any, present: Open, more: Open) -> Fault:
    now, asked = getattr(present, name), getattr(more, name)
    detail = _("At most %(limit)s may be open at once: %(open)s are, and this order adds %(wanted)s.") % {
        "limit": _amount_in_words(name, limit),
        "open": _amount_in_words(name, now),
        "wanted": _amount_in_words(name, asked),
    }
    facts = {"limit": _json_amount(limit), "open": _json_amount(now), "wanted": _json_amount(asked)}
    return Fault("/lines", f"too_many_open_{name}", detail, facts)


def _amount_in_words(name: str, amount: Any) -> str:
    """Return `1 order`, `4,700 units` or `€20.00 of goods`."""
    if name == "value":
        return _("%(amount)s of goods") % {"amount": formatted(amount, settings.SHOP_CURRENCY)}
    if name == "orders":
        return ngettext("%(count)s order", "%(count)s orders", amount) % {"count": grouped(amount)}
    return ngettext("%(count)s unit", "%(count)s units", amount) % {"count": grouped(amount)}


def _json_amount(amount: Any) -> Any:
    return str(rounded(amount)) if isinstance(amount, Decimal) else amount


def _amount_of(thousandths: int) -> Decimal:
    return rounded(Decimal(thousandths) / THOUSAND)


def _near_a_limit(at_most: int) -> list[Holder]:
    near, at_most_open = Q(), limits()
    for name, limit in at_most_open.items():
        if limit is not None:
            column, factor = ("thousandths", THOUSAND) if name == "value" else (name, 1)
            near |= Q(**{f"{column}__gte": factor * limit * NEAR})
    if not near:
        return []
    columns = ("order__customer", "order__customer__name", "order__customer__email")
    rows = _by_customer().filter(near).order_by("-units", "order__customer")
    found = rows.values_list(*columns, "orders", "units", "thousandths")[:at_most]
    return [
        Holder(pk, name or email, _nearest(Open(orders, units, _amount_of(thousandths)), at_most_open))
        for pk, name, email, orders, units, thousandths in found
    ]


def _nearest(held: Open, limits: Limits) -> str:
    """Name what is held and the limit that is nearest: `4,700 units, at most 5,000 units`."""
    shares = {
        name: Decimal(getattr(held, name)) / limit for name, limit in limits.items() if limit is not None
    }
    name = max(shares, key=lambda each: shares[each])
    return _("%(held)s, at most %(limit)s") % {
        "held": _amount_in_words(name, getattr(held, name)),
        "limit": _amount_in_words(name, limits[name]),
    }


def _of_one_product(at_most: int) -> list[Holder]:
    rows = (
        _open_lines()
        .values("order__customer", "product")
        .annotate(held=Sum(OPEN_UNITS))
        .filter(held__gte=FEWEST_UNITS)
        .filter(held__gte=F("product__on_hand") * LARGE_SHARE)
        .order_by("-held", "order__customer", "product")
        .values_list(
            "order__customer",
            "order__customer__name",
            "order__customer__email",
            "product__sku",
            "product__on_hand",
            "held",
        )[:at_most]
    )
    return [
        Holder(pk, name or email, _share_in_words(sku, held, on_hand))
        for pk, name, email, sku, on_hand, held in rows
    ]


def _share_in_words(sku: str, held: int, on_hand: int) -> str:
    facts = {"held": grouped(held), "on_hand": grouped(on_hand), "sku": sku}
    return _("%(held)s × %(sku)s, of %(on_hand)s on hand") % facts
