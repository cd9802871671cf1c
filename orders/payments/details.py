"""What an entry says beside its amount, checked: how the money moved, by which number, on which day."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.errors import Fault, Invalid
from backoffice.money import MAX_AMOUNT, TooManyPlaces, formatted, in_places
from backoffice.numbers import grouped
from backoffice.text import fault_of, identity_key
from orders.models import Order, PaymentMethod

FIRST_DAY = date(2000, 1, 1)
LONGEST = {"provider": 60, "reference": 120, "settles": 60, "note": 255, "reason": 255}


@dataclass(frozen=True, slots=True)
class PaymentDetails:
    """How money moved; `reference` is the bank's or provider's number, which is booked only once.

    `settles` names the return, cancellation or allowance that is paid back. Without `value_date` it is today.
    """

    method: str = PaymentMethod.BANK_TRANSFER
    provider: str = ""
    reference: str = ""
    settles: str = ""
    value_date: date | None = None
    note: str = ""


def checked_details(details: PaymentDetails) -> PaymentDetails:
    """Return them trimmed, with a day. Raises Invalid."""
    if details.method not in PaymentMethod.values:
        known = ", ".join(PaymentMethod.values)
        raise _invalid("method", _("There is no such method. There are: %(known)s.") % {"known": known})
    return PaymentDetails(
        method=details.method,
        provider=checked_text("provider", details.provider),
        reference=_checked_reference(details.reference),
        settles=checked_text("settles", details.settles),
        value_date=_checked_day(details.value_date),
        note=checked_text("note", details.note),
    )


def checked_amount(amount: Decimal, order: Order, *, pointer: str = "amount") -> Decimal:
    """Return it with the places of the currency. Raises Invalid for what nobody can pay."""
    try:
        exact = in_places(amount)
    except TooManyPlaces as error:
        raise _invalid(pointer, str(error)) from error
    if not exact.is_finite() or exact <= 0:
        raise _invalid(pointer, _("Give an amount above zero."))
    if exact > MAX_AMOUNT:
        most = formatted(MAX_AMOUNT, order.currency)
        raise _invalid(pointer, _("At most %(amount)s.") % {"amount": most})
    return exact


def checked_text(name: str, text: str, *, is_required: bool = False) -> str:
    """Return the text trimmed. Raises Invalid."""
    text = text.strip()
    detail = fault_of(text)
    if len(text) > LONGEST[name]:
        detail = _("At most %(count)s characters.") % {"count": grouped(LONGEST[name])}
    if is_required and not text:
        detail = _("Give a reason.")
    if detail:
        raise _invalid(name, detail)
    return text


def today() -> date:
    """Return the shop's day."""
    return timezone.localdate()


def _checked_reference(reference: str) -> str:
    reference = checked_text("reference", reference)
    # Written out, some characters are several; both must fit their columns.
    checked_text("reference", identity_key(reference))
    return reference


def _checked_day(day: date | None) -> date:
    if day is None:
        return today()
    if not FIRST_DAY <= day <= today() + timedelta(days=1):
        raise _invalid("value_date", _("Give a day from 2000 until tomorrow."))
    return day


def _invalid(name: str, detail: str) -> Invalid:
    return Invalid(f"{name}: {detail}", faults=[Fault(f"/{name}", "validation", detail)])
