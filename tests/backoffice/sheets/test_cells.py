"""A cell is more than its text: what spreadsheets make of keys, numbers and dates is read or named.

Wrong here would be SKUs without their zeros, prices of 1.1000000000000001, and rounded tracking numbers.
"""

from decimal import Decimal
from typing import Any

import pytest

from backoffice.sheets import cell_words
from backoffice.sheets.cells import (
    CellFault,
    CellKind,
    Look,
    Special,
    moment_text,
    money_of,
    number_of,
    percent_of,
    shown_text,
    text_of,
    truth_of,
    whole_of,
)

pytestmark = pytest.mark.once

DATE = Special("46110", Look.DATE, "2026-03-29")
TRUE = Special("TRUE", Look.TRUTH, "TRUE")
TENTH = Special("0.1", Look.PERCENT, "10%")
PADDED = Special("123", Look.PADDED, "00123")


def fault(read: object, *given: object) -> str:
    assert callable(read)
    with pytest.raises(CellFault) as found:
        read(*given)
    assert cell_words.fault_in_words(found.value.code, found.value.facts).endswith(".")
    code: str = found.value.code
    return code


@pytest.mark.parametrize(
    ("cell", "kind", "text"),
    [
        (" TEA-01 ", CellKind.KEY, "TEA-01"),
        ("1E5", CellKind.KEY, "1E5"),
        ("340434161094042557", CellKind.KEY, "340434161094042557"),
        ('="00123"', CellKind.KEY, "00123"),
        ("'00123", CellKind.KEY, "00123"),
        ("'=A1", CellKind.KEY, "=A1"),
        ("'tis", CellKind.TEXT, "'tis"),
        ("'5", CellKind.TEXT, "'5"),
        ("'-5", CellKind.WHOLE, "-5"),
        (PADDED, CellKind.KEY, "00123"),
        (PADDED, CellKind.TEXT, "00123"),
        (PADDED, CellKind.WHOLE, "123"),
        (DATE, CellKind.MOMENT, "2026-03-29"),
        (DATE, CellKind.TEXT, "2026-03-29"),
        (TRUE, CellKind.TRUTH, "TRUE"),
        (TENTH, CellKind.PERCENT, "10%"),
        (Special("1.2340", Look.NUMBER, "1.234"), CellKind.MONEY, "1.2340"),
        (Special("1.2340", Look.NUMBER, "1.234"), CellKind.KEY, "1.234"),
        ("a\nb", CellKind.LINES, "a\nb"),
        ("#1 tea", CellKind.TEXT, "#1 tea"),
    ],
)
def test_a_column_takes_what_a_person_meant(cell: str, kind: CellKind, text: str) -> None:
    assert text_of(cell, kind) == text


@pytest.mark.parametrize(
    ("cell", "kind", "code"),
    [
        (DATE, CellKind.KEY, "date_in_key"),
        (DATE, CellKind.WHOLE, "date_in_number"),
        (DATE, CellKind.MONEY, "date_in_number"),
        (TRUE, CellKind.KEY, "truth_in_key"),
        (TENTH, CellKind.WHOLE, "percent_in_number"),
        (TENTH, CellKind.MONEY, "percent_in_number"),
        (TENTH, CellKind.KEY, "masked_key"),
        (Special("7", Look.MASKED, "7"), CellKind.KEY, "masked_key"),
        (Special("100000", Look.SCIENTIFIC, "1.00E+05"), CellKind.KEY, "rounded_number"),
        ("4.00638E+12", CellKind.KEY, "rounded_number"),
        ("4,00638E+12", CellKind.KEY, "rounded_number"),
        ("1e+05", CellKind.KEY, "rounded_number"),
        ("1.23456789012346E+16", CellKind.KEY, "rounded_number"),
        ("#N/A", CellKind.KEY, "error_cell"),
        ("#REF!", CellKind.WHOLE, "error_cell"),
        ("#NV", CellKind.MONEY, "error_cell"),
        ("#####", CellKind.KEY, "error_cell"),
        ("a\u202eb", CellKind.LINES, "invisible_characters"),
        ("a\nb", CellKind.KEY, "invisible_characters"),
        ("a\tb", CellKind.TEXT, "invisible_characters"),
    ],
)
def test_what_a_spreadsheet_has_made_of_it_is_named(cell: str, kind: CellKind, code: str) -> None:
    assert fault(text_of, cell, kind) == code


def test_what_is_handed_back_is_what_a_person_sees() -> None:
    assert [shown_text(cell) for cell in (DATE, PADDED, " x ")] == ["2026-03-29", "00123", "x"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("12", "12"), ("12.50", "12.50"), ("12,5", "12.5"), (".5", "0.5"), ("5.", "5"), ("+5", "5")),
        *(("-5", "-5"), ("\N{MINUS SIGN}5", "-5"), ("(5)", "-5"), ("0.125", "0.125"), ("0,125", "0.125")),
        *(("1 000", "1000"), ("1\xa0000,50", "1000.50"), ("1\u202f000\u202f000", "1000000")),
        *(("1'000.50", "1000.50"), ("1’000", "1000"), ("1,234.50", "1234.50"), ("1.234,50", "1234.50")),
        *(("1,234,567", "1234567"), ("1.234.567", "1234567"), ("29.0000", "29"), ("1234.567", "1234.567")),
    ],
)
def test_a_number_is_read_as_it_is_written_in_any_country(text: str, number: str) -> None:
    assert number_of(text) == Decimal(number)


@pytest.mark.parametrize("text", ["1,000", "1.000", "12.500", "-12,500", "999.999"])
def test_three_digits_behind_one_mark_are_not_guessed_at(text: str) -> None:
    assert fault(number_of, text) == "ambiguous_number"


def test_where_three_digits_are_usual_a_point_is_clear() -> None:
    assert number_of("12.500", places=3) == Decimal("12.5")
    assert fault(lambda: number_of("12,500", places=3)) == "ambiguous_number"


def test_the_two_meanings_are_told() -> None:
    with pytest.raises(CellFault) as found:
        number_of("1.250")

    assert cell_words.fault_in_words(found.value.code, found.value.facts) == (
        "“1.250” can mean 1.25 or 1250: write it without a mark for thousands."
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "many",
        "1_000",
        "10 00",
        "1 0000",
        "1,00,000",
        "1.2.3",
        "1e3",
        "1E+05",
        "NaN",
        "0x1",
        "٣",
        "--5",
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert fault(number_of, text) == "not_a_number"


def test_numbers_of_any_length_do_no_harm() -> None:
    assert whole_of("9" * 40) == int("9" * 40)
    assert fault(whole_of, "9" * 41) == "not_whole"
    assert money_of("9" * 40) == Decimal("9" * 40)
    assert fault(money_of, "0." + "0" * 5_000) == "not_a_number"


def test_an_amount_has_as_many_places_as_money_has_and_no_more() -> None:
    assert str(money_of("29.0000")) == "29.00"
    assert str(money_of("3")) == "3.00"
    assert fault(money_of, "29.0050") == "max_decimal_places"


def test_amounts_are_those_of_the_shops_currency(settings: Any) -> None:
    settings.SHOP_CURRENCY = "KWD"
    assert str(money_of("12.500")) == "12.500"

    settings.SHOP_CURRENCY = "JPY"
    assert str(money_of("1 200")) == "1200"
    assert fault(money_of, "1.5") == "max_decimal_places"


def test_a_percentage_may_have_its_sign() -> None:
    assert (percent_of("12,5 %"), percent_of("10%"), percent_of("10")) == (
        Decimal("12.5"),
        Decimal(10),
        Decimal(10),
    )


def test_a_whole_number_has_no_fraction() -> None:
    assert (whole_of("12.0"), whole_of("1 000"), whole_of("-3")) == (12, 1000, -3)
    assert {fault(whole_of, text) for text in ("2.5", "many", "TRUE", "2026-03-29")} == {"not_whole"}


def test_yes_and_no_are_understood_as_spreadsheets_of_several_countries_write_them() -> None:
    assert {truth_of(text) for text in ("yes", "TRUE", "1", "Ja", "WAHR", "x")} == {True}
    assert {truth_of(text) for text in ("no", "FALSE", "0", "nein", "FALSCH")} == {False}
    assert {fault(truth_of, text) for text in ("", "maybe", "2")} == {"not_yes_or_no"}


def test_a_number_of_days_is_a_moment() -> None:
    assert [moment_text(text) for text in ("46110", "46110.75", "2026-03-29", "4611")] == [
        *("2026-03-29", "2026-03-29T18:00:00", "2026-03-29", "4611")
    ]


@pytest.mark.parametrize("kind", [CellKind.TEXT, CellKind.LINES, CellKind.KEY])
def test_letters_that_were_lost_on_the_way_are_no_text(kind: CellKind) -> None:
    with pytest.raises(CellFault, match="lost_characters"):
        text_of("Th\N{REPLACEMENT CHARACTER}i\N{REPLACEMENT CHARACTER}re", kind)
