"""Workbooks written row by row, as spreadsheet programs read them."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from backoffice.sheets.writing import Cell, write_workbook
from backoffice.sheets.xlsx_rows import xlsx_sheet

pytestmark = pytest.mark.once


def written(*parts: Sequence[Sequence[Cell]]) -> bytes:
    file = BytesIO()
    write_workbook(file, parts)
    return file.getvalue()


def cells(content: bytes) -> list[tuple[Any, ...]]:
    sheet = load_workbook(BytesIO(content)).active
    assert sheet is not None
    return list(sheet.iter_rows(values_only=True))


def test_numbers_stay_numbers_text_stays_text_and_moments_are_moments() -> None:
    moment = datetime(2026, 3, 29, 2, 30, 59)  # noqa: DTZ001
    content = written([("sku", "units", "price", "at", "none")], [("0012", 7, Decimal("3.39"), moment, None)])

    header, row = cells(content)

    assert header == ("sku", "units", "price", "at", "none")
    assert row[:3] == ("0012", 7, 3.39)
    assert row[3] == moment
    assert row[4] is None


def test_a_day_is_a_day_without_a_time() -> None:
    sheet = load_workbook(BytesIO(written([(date(2026, 12, 1), None)]))).active
    assert sheet is not None

    cell = sheet["A1"]
    assert (cell.is_date, cell.number_format, cell.value.date()) == (True, "yyyy-mm-dd", date(2026, 12, 1))


@pytest.mark.parametrize("text", ["=1+1", " a ", "<&>\"'", "line\nline", "Ünïcödé 茶", "0012", "TRUE"])
def test_a_text_comes_back_as_it_was(text: str) -> None:
    assert cells(written([(text,)])) == [(text,)]


def test_an_empty_text_is_an_empty_cell_and_keeps_its_place() -> None:
    assert cells(written([("", None, "x")])) == [(None, None, "x")]


def test_what_is_written_is_read_by_our_own_reader() -> None:
    content = written([("sku", "quantity")], [("A", 5), ("", None), ("B", Decimal("6.0"))])

    assert [(row.number, row.cells) for row in xlsx_sheet(content).rows] == [
        (1, ["sku", "quantity"]),
        (2, ["A", "5"]),
        (4, ["B", "6"]),
    ]


def test_a_workbook_without_rows_is_one() -> None:
    assert cells(written()) == cells(written([])) == []


def test_a_part_is_asked_for_when_the_one_before_is_written() -> None:
    file = BytesIO()
    asked: list[int] = []

    def parts() -> Iterator[list[tuple[int]]]:
        for part in range(3):
            asked.append(part)
            yield [(part,)]
            assert asked == list(range(part + 1))

    write_workbook(file, parts())

    assert cells(file.getvalue()) == [(0,), (1,), (2,)]
