"""Numbers are written as the language that is spoken writes them."""

from decimal import Decimal

import pytest
from django.utils import translation

from backoffice.money import formatted, formatted_round
from backoffice.numbers import grouped, percent

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en-gb", ["0", "999", "1,234", "-1,234,567", "1,234.5"]),
        ("de", ["0", "999", "1.234", "-1.234.567", "1.234,5"]),
        # A language without conventions of its own, and none at all.
        ("cy", ["0", "999", "1,234", "-1,234,567", "1,234.5"]),
    ],
)
def test_a_number_is_grouped_as_its_reader_groups_it(language: str, written: list[str]) -> None:
    with translation.override(language):
        assert [grouped(each) for each in (0, 999, 1234, -1234567, Decimal("1234.5"))] == written


def test_where_no_language_is_spoken_numbers_are_english() -> None:
    with translation.override(None):
        assert grouped(1234) == "1,234"


@pytest.mark.parametrize(
    ("amount", "currency", "english", "german"),
    [
        ("1234.5", "EUR", "€1,234.50", "1.234,50\xa0€"),
        ("-1234.5", "EUR", "−€1,234.50", "−1.234,50\xa0€"),
        ("1234567.891", "KWD", "KWD 1,234,567.891", "1.234.567,891\xa0KWD"),
        ("-0.5", "KWD", "−KWD 0.500", "−0,500\xa0KWD"),
        ("1234", "JPY", "¥1,234", "1.234\xa0¥"),
        ("0", "CHF", "CHF 0.00", "0,00\xa0CHF"),
    ],
)
def test_money_stands_as_its_reader_writes_it(amount: str, currency: str, english: str, german: str) -> None:
    for language, written in (("en-gb", english), ("de", german), ("en-gb", english)):
        with translation.override(language):
            assert formatted(Decimal(amount), currency) == written


def test_a_round_amount_has_no_cents_in_any_language() -> None:
    with translation.override("de"):
        assert formatted_round(Decimal(2000), "EUR") == "2.000\xa0€"
        assert formatted_round(Decimal("0.25"), "EUR") == "0,25\xa0€"


@pytest.mark.parametrize(
    ("language", "written"),
    [("en-gb", ["20 %", "12.5 %", "1,200 %"]), ("de", ["20\xa0%", "12,5\xa0%", "1.200\xa0%"])],
)
def test_a_percentage_has_no_needless_zeros(language: str, written: list[str]) -> None:
    with translation.override(language):
        assert [percent(each) for each in (Decimal("20.00"), Decimal("12.50"), 1200)] == written
