"""What a workbook shows of a number decides what a key is: zeros that are shown are part of a SKU."""

import pytest

from backoffice.sheets.cells import Look, Special
from backoffice.sheets.number_formats import BUILT_IN, Format, Styles, format_of, shown_number

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("General", None),
        ("@", None),
        ("0", None),
        ("#,##0", None),
        ("#,##0.00", None),
        ("[Red]0", None),
        ('_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-', None),
        ("00000", Format(Look.PADDED, 5, 0)),
        ("0.000", Format(Look.PADDED, 1, 3)),
        ("00000;-00000", Format(Look.PADDED, 5, 0)),
        ("[$-409]00000", Format(Look.PADDED, 5, 0)),
        ("000-00-0000", Format(Look.MASKED)),
        ('"SKU-"0000', Format(Look.MASKED)),
        ('#,##0.00 "€"', Format(Look.MASKED)),
        ("\\A000", Format(Look.MASKED)),
        ("# ?/?", Format(Look.MASKED)),
        ("0%", Format(Look.PERCENT)),
        ("0.00E+00", Format(Look.SCIENTIFIC)),
        ("dd.mm.yyyy", Format(Look.DATE)),
        ("[h]:mm", Format(Look.DATE)),
        ('yyyy"-"mm', Format(Look.DATE)),
        ("[$-F800]dddd\\, mmmm dd", Format(Look.DATE)),
    ],
)
def test_a_format_is_known_by_its_pattern(code: str, found: Format | None) -> None:
    assert format_of(code) == found


@pytest.mark.parametrize("number", [14, 22, 27, 36, 45, 50, 58])
def test_dates_that_are_built_in_are_known_by_their_numbers(number: int) -> None:
    assert format_of(BUILT_IN[number]) == Format(Look.DATE)


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("123", "00000", "00123"),
        ("123456", "00000", "123456"),
        ("90.75", "0.000", "90.750"),
        ("100000", "0.00E+00", "1.00E+05"),
        ("0.1", "0%", "10%"),
        ("46110", "yyyy-mm-dd", "2026-03-29"),
        ("46110.75", "yyyy-mm-dd hh:mm", "2026-03-29T18:00:00"),
        ("0.75", "hh:mm", "18:00:00"),
        ("99999999", "yyyy", "99999999"),
    ],
)
def test_a_number_is_shown_as_a_person_sees_it(value: str, code: str, shown: str) -> None:
    found = format_of(code)
    assert found is not None

    cell = shown_number(value, found, counts_from_1904=False)

    assert isinstance(cell, Special)
    assert (str(cell), cell.shown, cell.look) == (value, shown, found.look)


@pytest.mark.parametrize(
    ("value", "code"), [("-5", "00000"), ("1.5", "00000"), ("4006381333931", "0.00E+00")]
)
def test_a_number_that_its_format_does_not_change_is_itself(value: str, code: str) -> None:
    found = format_of(code)
    assert found is not None

    cell = shown_number(value, found, counts_from_1904=False)

    assert (cell, type(cell)) == (value, str)


def test_old_macs_count_their_days_from_1904() -> None:
    cell = shown_number("44648", Format(Look.DATE), counts_from_1904=True)

    assert isinstance(cell, Special)
    assert cell.shown == "2026-03-29"


def test_cells_refer_to_formats_by_the_place_of_their_style() -> None:
    styles = (
        b'<styleSheet><numFmts><numFmt numFmtId="164" formatCode="00000"/></numFmts>'
        b'<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        b'<cellXfs><xf/><xf numFmtId="164"/><xf numFmtId="14"/><xf numFmtId="999"/></cellXfs></styleSheet>'
    )

    assert Styles().read([styles]).formats() == {"1": Format(Look.PADDED, 5, 0), "2": Format(Look.DATE)}
