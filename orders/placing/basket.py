"""The contents of an order, and every check of them that needs no database."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.countries import UnknownCountry, country_code
from backoffice.errors import Fault, Invalid
from backoffice.money import TooManyPlaces, formatted, in_places
from backoffice.numbers import grouped
from backoffice.text import fault_of, identity_key
from orders.models import Order

MAX_LINES = 500
MAX_QUANTITY = 1_000_000
MAX_NOTE = 2_000
MAX_FEE = Decimal("99999999.99")
LINE_END = re.compile(r"\r\n?")


class EmptyOrder(Invalid):
    code = "empty_order"
    title = gettext_lazy("An order needs lines")


@dataclass(frozen=True, slots=True)
class LineRequest:
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Address:
    """The address to ship to; `country` is its code of ISO 3166-1 (alpha-2), or its name."""

    name: str
    line1: str
    city: str
    country: str
    line2: str = ""
    region: str = ""
    postcode: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What a customer asks for; with `shipping_fee` None the shop's own rule sets the fee.

    `language` is that of mails and paper about the order; "" is the customer's.
    """

    lines: tuple[LineRequest, ...]
    promo_code: str = ""
    shipping_fee: Decimal | None = None
    address: Address | None = None
    note: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One product of the basket, its lines merged; `pointer` names the first of them in the request."""

    sku: str
    quantity: int
    pointer: str


def merged(lines: Iterable[LineRequest]) -> dict[str, Wanted]:
    """Merge lines of the same product, by folded SKU, in the order in which each product first appears.

    Raises:
        EmptyOrder, Invalid: naming every line that cannot be right.
    """
    wanted: dict[str, Wanted] = {}
    faults: list[Fault] = []
    for index, line in enumerate(lines):
        pointer, key = f"/lines/{index}", identity_key(line.sku)
        if not 1 <= line.quantity <= MAX_QUANTITY:
            detail = _("Order between 1 and %(most)s of %(sku)s.") % {
                "most": grouped(MAX_QUANTITY),
                "sku": line.sku[:64],
            }
            faults.append(Fault(f"{pointer}/quantity", "validation", detail))
            continue
        first = wanted.get(key, Wanted(line.sku.strip(), 0, pointer))
        wanted[key] = Wanted(first.sku, first.quantity + line.quantity, first.pointer)
    if faults:
        raise Invalid(" ".join(fault.detail for fault in faults), faults=faults)
    if not wanted:
        detail = _("Add at least one line to the order.")
        raise EmptyOrder(detail, faults=[Fault("/lines", EmptyOrder.code, detail)])
    if len(wanted) > MAX_LINES:
        detail = _("An order has at most %(most)s lines; this one has %(count)s.") % {
            "most": MAX_LINES,
            "count": len(wanted),
        }
        raise Invalid(detail, faults=[Fault("/lines", "too_long", detail)])
    return wanted


def address_fields(address: Address | None) -> dict[str, str]:
    """Return the address as fields of Order.

    Raises:
        Invalid: naming every part that is missing or too long.
    """
    if address is None:
        raise Invalid(
            _("Give a shipping address."), faults=[Fault("/shipping_address", "validation", _("Missing."))]
        )
    fields = {f"ship_{name}": value.strip() for name, value in asdict(address).items()}
    faults = [
        Fault(f"/shipping_address/{name.removeprefix('ship_')}", "validation", problem)
        for name, value in fields.items()
        if (problem := _problem_with(name, value))
    ]
    if faults:
        told = " ".join(f"{fault.pointer.rpartition('/')[2]}: {fault.detail}" for fault in faults)
        detail = _("The shipping address is not complete. %(problems)s") % {"problems": told}
        raise Invalid(detail, faults=faults)
    return {**fields, "ship_country": country_code(fields["ship_country"])}


def _problem_with(name: str, value: str) -> str | None:
    field: Any = Order._meta.get_field(name)
    if not value and not field.blank:
        return _("Missing.")
    if name == "ship_country":
        return _problem_with_country(value)
    if len(value) > field.max_length:
        detail = _("At most %(count)s characters, without control characters.")
        return detail % {"count": field.max_length}
    return fault_of(value)


def _problem_with_country(typed: str) -> str | None:
    try:
        country_code(typed)
    except UnknownCountry as error:
        return str(error)
    return None


def checked_note(note: str) -> str:
    # Browsers send other line ends than the API's clients: the same note is the same.
    note = LINE_END.sub("\n", note.strip())
    detail = fault_of(note, lines=True)
    if len(note) > MAX_NOTE:
        detail = _("A note has at most %(count)s characters.") % {"count": grouped(MAX_NOTE)}
    if detail:
        raise Invalid(detail, faults=[Fault("/note", "validation", detail)])
    return note


def checked_fee(fee: Decimal) -> Decimal:
    """Return the fee with the places of the shop's currency. Raises Invalid."""
    try:
        if fee.is_finite() and 0 <= fee <= MAX_FEE:
            return in_places(fee)
        problem = _("A shipping fee is not negative, and at most %(most)s.") % {
            "most": formatted(MAX_FEE, settings.SHOP_CURRENCY)
        }
    except TooManyPlaces as error:
        problem = str(error)
    raise Invalid(problem, faults=[Fault("/shipping_fee", "validation", problem)])
