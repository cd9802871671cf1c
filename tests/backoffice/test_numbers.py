"""Numbers are written as the language that is spoken writes them."""

from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation

from backoffice.db.money_fields import MoneyInput
from backoffice.db.typed_numbers import PercentInput, WholeNumberInput
from backoffice.money import formatted, formatted_round
from backoffice.numbers import AmbiguousNumber, grouped, percent, plain

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


@pytest.mark.parametrize(
    ("typed", "english", "german"),
    [
        ("12", "12", "12"),
        ("12.5", "12.5", "12.5"),
        ("12,5", None, "12.5"),
        ("12.50", "12.50", "12.50"),
        ("12,50", None, "12.50"),
        ("1.234", None, "1234"),
        ("1,234", "1234", None),
        ("1.234,56", None, "1234.56"),
        ("1,234.56", "1234.56", None),
        ("1.234.567", None, "1234567"),
        ("1 234", "1234", "1234"),
        ("1\xa0234,50", None, "1234.50"),
        ("12 34", None, None),
        ("1.23.456", None, None),
        ("0.125", None, None),
        ("0.12", "0.12", "0.12"),
        ("0,12", None, "0.12"),
        ("01.234", None, None),
        (",5", None, "0.5"),
        ("1,2,3", None, None),
        ("€12.50", "12.50", "12.50"),
        ("12,50 €", None, "12.50"),
        ("1.234,50 EUR", None, "1234.50"),
        ("-5", None, None),
        ("zwölf", None, None),
        ("١٢", "12", "12"),
        # Python takes these for 1000 and 490.
        ("1e3", None, None),
        ("4_90", None, None),
        # A thousand and a half, as somebody writes it who is at home in the other language.
        ("1.500", None, "1500"),
        ("1,500", "1500", None),
        ("0.500", "0.5", "0.5"),
    ],
)
def test_an_amount_is_read_as_its_language_writes_it_and_never_a_thousandfold(
    typed: str, english: str | None, german: str | None
) -> None:
    for language, read in (("en-gb", english), ("de", german)):
        with translation.override(language):
            assert _read(MoneyInput(min_value=0, required=False), typed) == _number(read), language


@pytest.mark.parametrize(
    ("typed", "english", "german"),
    [
        ("1.234", ("1.234",), ("1234", "1,234")),
        ("1,234", ("1234", "1.234"), ("1.234",)),
        ("1.234,5", None, ("1234.5",)),
        ("1.234.567", None, ("1234567",)),
        ("0.125", ("0.125",), ("0.125",)),
    ],
)
def test_where_there_may_be_three_places_a_thousand_that_may_be_one_is_asked_for(
    settings: Any, typed: str, english: tuple[str, ...] | None, german: tuple[str, ...] | None
) -> None:
    settings.SHOP_CURRENCY = "KWD"
    for language, read in (("en-gb", english), ("de", german)):
        with translation.override(language):
            if read is None or len(read) == 1:
                assert _read(MoneyInput(), typed) == (_number(read[0]) if read else None), language
                continue
            with pytest.raises(ValidationError) as refused:
                MoneyInput().clean(typed)
            [message] = refused.value.messages
            assert f"{read[0]} o" in message
            assert f"r {read[1]}." in message


def test_a_thousand_of_the_other_language_is_asked_for_where_nobody_writes_three_places() -> None:
    for language, typed, readings in (("en-gb", "1.500", "1500 or 1.50"), ("de", "1,500", "1500 oder 1,50")):
        with translation.override(language), pytest.raises(AmbiguousNumber, match=readings):
            plain(typed, places=2)
    with translation.override("en-gb"), pytest.raises(AmbiguousNumber, match=r"1000 or 1\.$"):
        plain("1.000")


@pytest.mark.parametrize(
    ("typed", "english", "german"),
    [
        ("1000", "1000", "1000"),
        ("1.000", None, "1000"),
        ("1,000", "1000", None),
        ("10.00", "10", None),
        ("1.5", None, None),
        ("−3", "-3", "-3"),
        ("+3", "3", "3"),
    ],
)
def test_units_are_read_as_their_language_writes_them(
    typed: str, english: str | None, german: str | None
) -> None:
    for language, read in (("en-gb", english), ("de", german)):
        with translation.override(language):
            assert _read(WholeNumberInput(), typed) == _number(read), language


def test_what_a_field_shows_can_be_sent_back_in_each_language() -> None:
    for language, shown in (("en-gb", "1234.50"), ("de", "1234,50")):
        with translation.override(language):
            field = MoneyInput()
            assert field.prepare_value(Decimal("1234.50")) == shown
            assert field.clean(shown) == Decimal("1234.50")
            assert not field.has_changed(Decimal("1234.50"), shown)
            assert PercentInput(decimal_places=2).clean(percent(Decimal("12.5"))) == Decimal("12.5")
    with translation.override("de"):
        assert WholeNumberInput().prepare_value(1234) == 1234


def _read(field: forms.Field, typed: str) -> Decimal | None:
    """Return what the field makes of it; None where it refuses it, or there is nothing."""
    try:
        read = field.clean(typed)
    except ValidationError:
        return None
    return None if read is None else Decimal(read)


def _number(plain: str | None) -> Decimal | None:
    return Decimal(plain) if plain else None
