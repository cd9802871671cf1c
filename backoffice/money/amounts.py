"""The only rounding and formatting of money: Decimal, with the places of its currency, half up."""

from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.money.currencies import PLACES, SYMBOLS

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
    """Return `€1,234.50`, `¥1,234` or `KWD 1.234`, for people; programs get the plain decimal."""
    sign = "−" if amount < 0 else ""
    symbol = SYMBOLS.get(currency, f"{currency} ")
    return f"{sign}{symbol}{abs(rounded_to(amount, PLACES[currency])):,f}"


def percent(value: Decimal) -> str:
    """`20 %` or `12.5 %`, without needless zeros."""
    return f"{value.normalize():f} %"
