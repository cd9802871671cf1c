"""A made-up order for the preview of mails: nobody's data, and something of all that a mail may tell."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop

from backoffice.countries import postal_lines
from backoffice.money import rounded
from backoffice.outbox import facts

BUYER = "Lena Sommer"  # not translated
PLACED_AT = datetime(2026, 11, 30, 9, 41, tzinfo=UTC)


def sample_context(template: str) -> Mapping[str, Any]:
    """Return what a mail of this kind about the made-up order is filled with."""
    return {**_order(), **OF_EACH[template]()}


def _order() -> dict[str, Any]:
    return {
        "number": f"{settings.SHOP_ORDER_PREFIX}100042",
        "name": BUYER,
        "placed_on": facts.moment(PLACED_AT),
        "address": postal_lines(
            {
                "name": BUYER,
                "line1": "Seeweg 56",
                "line2": "",
                "postcode": "34878",
                "city": "Köln",
                "region": "",
                "country": "DE",
                "phone": "",
            }
        ),
    }


def _placed() -> dict[str, Any]:
    line = {**_line(), "unit_price": _money("9.50"), "total": _money("19.00")}
    totals = {"subtotal": _money("19.00"), "discount": "", "promo_code": "", "shipping": _money("4.90")}
    return {"lines": [line], **totals, "total": _money("23.90"), "pay_by": ""}


def _shipped() -> dict[str, Any]:
    return {**_parcel(), "lines": [_line()], "more_follows": False}


def _parcel() -> dict[str, Any]:
    reference = f"{settings.SHOP_ORDER_PREFIX}100042-S1"
    return {"shipment": reference, "carrier": "DHL", "tracking_number": "00340434161094021501"}


def _undone() -> dict[str, Any]:
    return {**_parcel(), "reason": "", "lines": [_line()]}


def _credited() -> dict[str, Any]:
    line = {**_line(), "credit": _money("19.00")}
    whole = {"reason": "", "is_whole_order": True, "shipping_credit": _money("4.90")}
    return {"lines": [line], **whole, "credit": _money("23.90"), "due": "", "owed": _money("23.90")}


def _paid_back() -> dict[str, Any]:
    reference = f"{settings.SHOP_ORDER_PREFIX}100042-R1"
    return {"amount": _money("23.90"), "settles": reference, "due": "", "owed": ""}


def _reminder() -> dict[str, Any]:
    due = {"due": _money("13.90"), "due_on": facts.day(date(2026, 12, 14))}
    return {"total": _money("23.90"), "paid": _money("10.00"), **due}


def _line() -> dict[str, Any]:
    return {"name": facts.text(gettext_noop("Green tea, 80 g")), "sku": "TEA-01", "quantity": 2}


def _money(amount: str) -> facts.Fact:
    return facts.money(rounded(Decimal(amount)), settings.SHOP_CURRENCY)


OF_EACH = {
    "order_placed": _placed,
    "order_shipped": _shipped,
    "shipment_corrected": _parcel,
    "shipment_undone": _undone,
    "order_cancelled": _credited,
    "return_received": _credited,
    "order_paid_back": _paid_back,
    "payment_reminder": _reminder,
}
