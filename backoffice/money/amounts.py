"""The only rounding and formatting of money: Decimal, with the places of its currency, half up."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.money.currencies import PLACES, SYMBOLS
from backoffice.numbers import Conventions, conventions
from backoffice.numbers import percent as percent

# For sums and comparisons; what is shown has the places of its currency.
ZERO = Decimal(0)
MAX_AMOUNT = Decimal("9999999999.99")
# Digits before the decimal point that a column holds.
WHOLE_DIGITS = 10
UNITS = [Decimal(1).scaleb(-places) for places in range(4)]


class TooManyPlaces(ValueError):
    """An amount that nobody can pay in the shop's currency. The message is a sentence."""


def places() -> int:
    """Return the decimal places of the shop's currency: 2 of EUR, none of JPY, 3 of KWD."""
    return PLACES[settings.SHOP_CURRENCY]


def rounded_to(amount: Decimal | int, places: int) -> Decimal:
    return Decimal(amount).quantize(UNITS[places], rounding=ROUND_HALF_UP)


def rounded(amount: Decimal | int) -> Decimal:
    """Round to the places of the shop's currency, which the result has."""
    # Every amount that is read from the database comes by here.
    exact = amount if isinstance(amount, Decimal) else Decimal(amount)
    return exact.quantize(UNITS[PLACES[settings.SHOP_CURRENCY]], ROUND_HALF_UP)


def zero() -> Decimal:
    return rounded(0)


def smallest() -> Decimal:
    """Return the smallest amount of the shop's currency above zero, such as 0.01."""
    return UNITS[places()]


def in_places(amount: Decimal) -> Decimal:
    """Return the amount with the places of the shop's currency: 29.0000 is 29.00.

    Amounts beyond what a column holds are returned as they are, for they are refused for that.

    Raises:
        TooManyPlaces: it cannot be paid.
    """
    if not amount.is_finite() or amount.adjusted() >= WHOLE_DIGITS:
        return amount
    exact = rounded(amount)
    if exact != amount:
        raise TooManyPlaces(too_many_places())
    return exact


def too_many_places() -> str:
    currency, most = settings.SHOP_CURRENCY, places()
    if not most:
        return _("An amount in %(currency)s has no decimal places.") % {"currency": currency}
    return ngettext(
        "An amount in %(currency)s has at most %(places)s decimal place.",
        "An amount in %(currency)s has at most %(places)s decimal places.",
        most,
    ) % {"currency": currency, "places": most}


def formatted(amount: Decimal, currency: str) -> str:
    """Return `€1,234.50`, `¥1,234` or `KWD 1.234`, in German `1.234,50 €`; programs get the plain decimal."""
    return _written(amount, currency, PLACES[currency], conventions())


def formatted_round(amount: Decimal, currency: str) -> str:
    """Write a round amount, such as one of an axis, without cents where it has none: `€2,000`."""
    is_whole = amount == amount.to_integral_value()
    return _written(amount, currency, 0 if is_whole else PLACES[currency], conventions())


# A page asks for hundreds, and for many of them again.
@lru_cache(maxsize=4096)
def _written(amount: Decimal, currency: str, places: int, spoken: Conventions) -> str:
    symbol = SYMBOLS.get(currency)
    facts = {
        "sign": "−" if amount < 0 else "",
        "symbol": symbol or currency,
        "amount": spoken.written(f"{abs(rounded_to(amount, places)):,f}"),
    }
    return (spoken.money_with_symbol if symbol else spoken.money_with_code) % facts
