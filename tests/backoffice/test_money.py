"""Money is rounded half up to the cent, in one place, and written for people in one way."""

from decimal import Decimal

import pytest

from backoffice.money import MAX_AMOUNT, formatted, percent, rounded

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("amount", "cents"),
    [
        ("0.005", "0.01"),
        ("0.00499999999999999999", "0.00"),
        ("0.015", "0.02"),
        ("0.025", "0.03"),
        ("-0.005", "-0.01"),
        ("-0.0049", "0.00"),
        ("3", "3.00"),
        ("1E+2", "100.00"),
        ("9999999999.985", "9999999999.99"),
    ],
)
def test_half_a_cent_is_rounded_away_from_nothing(amount: str, cents: str) -> None:
    assert rounded(Decimal(amount)) == Decimal(cents)
    assert rounded(Decimal(amount)).as_tuple().exponent == -2


def test_whole_numbers_are_amounts_too() -> None:
    assert str(rounded(0)) == "0.00"
    assert str(rounded(-7)) == "-7.00"


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (Decimal("1234.5"), "EUR", "€1,234.50"),
        (Decimal("-0.5"), "EUR", "−€0.50"),
        (Decimal(0), "GBP", "£0.00"),
        (Decimal("0.005"), "USD", "$0.01"),
        (Decimal(5), "CHF", "CHF 5.00"),
        (Decimal(5), "SEK", "SEK 5.00"),
        (Decimal(-5), "SEK", "−SEK 5.00"),
        (MAX_AMOUNT, "EUR", "€9,999,999,999.99"),
    ],
)
def test_an_amount_is_written_with_its_currency_before_it(amount: Decimal, currency: str, text: str) -> None:
    assert formatted(amount, currency) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("20", "20 %"), ("20.00", "20 %"), ("12.50", "12.5 %"), ("0.01", "0.01 %"), ("100", "100 %")],
)
def test_a_percentage_has_no_needless_zeros(value: str, text: str) -> None:
    assert percent(Decimal(value)) == text
