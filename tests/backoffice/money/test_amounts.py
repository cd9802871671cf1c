"""Money is rounded half up to the cent, in one place, and written for people in one way."""

from decimal import Decimal
from typing import Any

import pytest

from backoffice.money import MAX_AMOUNT, TooManyPlaces, formatted, in_places, percent, rounded, smallest

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
    ("currency", "amount", "kept", "least"),
    [("EUR", "1.005", "1.01", "0.01"), ("JPY", "1.5", "2", "1"), ("KWD", "1.0005", "1.001", "0.001")],
)
def test_amounts_have_the_places_of_the_shops_currency(
    settings: Any, currency: str, amount: str, kept: str, least: str
) -> None:
    settings.SHOP_CURRENCY = currency
    assert (str(rounded(Decimal(amount))), str(smallest())) == (kept, least)


@pytest.mark.parametrize(
    ("currency", "amount", "exact"),
    [
        ("EUR", "29.0000", "29.00"),
        ("EUR", "29.9", "29.90"),
        ("EUR", "1E+2", "100.00"),
        ("EUR", "29.001", None),
        ("JPY", "29.00", "29"),
        ("JPY", "29.5", None),
        ("KWD", "29.0010", "29.001"),
        ("KWD", "29.0001", None),
    ],
)
def test_zeros_behind_the_last_place_say_nothing_and_other_digits_are_refused(
    settings: Any, currency: str, amount: str, exact: str | None
) -> None:
    settings.SHOP_CURRENCY = currency
    if exact is None:
        with pytest.raises(TooManyPlaces, match=f"An amount in {currency} has "):
            in_places(Decimal(amount))
    else:
        assert str(in_places(Decimal(amount))) == exact


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1E+11", "12345678901.005"])
def test_what_no_column_holds_is_for_others_to_refuse(amount: str) -> None:
    assert str(in_places(Decimal(amount))) == amount


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
        (Decimal(1234), "JPY", "¥1,234"),
        (Decimal("1234.5"), "JPY", "¥1,235"),
        (Decimal(-1234), "KRW", "−₩1,234"),
        (Decimal("1.234"), "KWD", "KWD 1.234"),
        (Decimal("1234.5"), "KWD", "KWD 1,234.500"),
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
