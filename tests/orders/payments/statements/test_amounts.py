"""Cents and thousands are told apart by all amounts of a file together."""

from decimal import Decimal
from typing import Any

import pytest

from backoffice.sheets.cells import CellFault
from backoffice.sheets.limits import UnreadableFile
from orders.payments.statements.amounts import amount_of, mark_of_cents

pytestmark = pytest.mark.once


def amounts(*written: str) -> list[str]:
    cents = mark_of_cents(written)
    return [str(amount_of(each, cents)) for each in written]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (("1.234,56", "-12,90"), ["1234.56", "-12.90"]),
        (("1,234.56", "-12.90"), ["1234.56", "-12.90"]),
        # The others tell what three digits behind one mark are.
        (("1.234", "5,50"), ["1234.0", "5.50"]),
        (("1,234", "5.50"), ["1234.0", "5.50"]),
        (("1.234", "5.50"), ["1.234", "5.50"]),
        (("1.234.567", "8"), ["1234567.0", "8.0"]),
        (("1'234.50", "1 000.00"), ["1234.50", "1000.00"]),
        (("12", "7"), ["12.0", "7.0"]),
        (
            ("€12.50", "12,000.00 EUR", "(3.00)", "\N{MINUS SIGN}4.00"),
            ["12.50", "12000.00", "-3.00", "-4.00"],
        ),
        (("12,50 S", "12,50 H", "3,00-", "+2,00"), ["-12.50", "12.50", "-3.00", "2.00"]),
        ((",50", "3,"), ["0.50", "3.0"]),
    ],
)
def test_amounts_are_read_as_the_whole_file_writes_them(written: tuple[str, ...], read: list[str]) -> None:
    assert amounts(*written) == read


@pytest.mark.parametrize(
    "written", [("1.234,56", "1,234.56"), ("12,50", "12.50"), ("1.234.567", "1,234,567"), ("1.234,5", "9.9")]
)
def test_a_file_that_mixes_both_is_refused(written: tuple[str, ...]) -> None:
    with pytest.raises(UnreadableFile, match="mixes amounts"):
        mark_of_cents(written)


def test_three_digits_are_left_open_where_nothing_tells() -> None:
    with pytest.raises(CellFault) as refused:
        amounts("1.234", "12")
    assert refused.value.code == "ambiguous_number"
    assert refused.value.facts == {"text": "1.234", "small": "1.234", "large": "1234"}


@pytest.mark.parametrize("text", ["", "abc", "1.23.456,00", "12,34,56", "1..2", "--3", "1e5", "9" * 30])
def test_what_is_no_amount_is_none(text: str) -> None:
    with pytest.raises(CellFault) as refused:
        amount_of(text, ",")
    assert refused.value.code == "not_a_number"


def test_a_currency_without_cents_has_marks_for_thousands_alone(settings: Any) -> None:
    settings.SHOP_CURRENCY = "JPY"
    assert amounts("1,234", "500") == ["1234.0", "500.0"]


def test_a_currency_of_three_places_is_read_to_its_last(settings: Any) -> None:
    settings.SHOP_CURRENCY = "KWD"
    assert amounts("1.234") == ["1.234"]
    assert amount_of("12.345", ".") == Decimal("12.345")
