"""The only rounding and formatting of money: Decimal, two places, half up."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
MAX_AMOUNT = Decimal("9999999999.99")

SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "CHF": "CHF "}


def rounded(amount: Decimal | int) -> Decimal:
    return Decimal(amount).quantize(CENT, rounding=ROUND_HALF_UP)


def formatted(amount: Decimal, currency: str) -> str:
    """`€1,234.50`, for people; programs get the plain decimal."""
    sign = "−" if amount < 0 else ""
    return f"{sign}{SYMBOLS.get(currency, currency + ' ')}{abs(rounded(amount)):,.2f}"


def percent(value: Decimal) -> str:
    """`20 %` or `12.5 %`, without needless zeros."""
    return f"{value.normalize():f} %"
