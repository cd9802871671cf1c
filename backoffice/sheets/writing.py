"""Writes rows as CSV or XLSX files while they are read: the memory does not grow with their number."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import chain
from typing import IO, Any, Protocol
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils import timezone
from openpyxl import Workbook

from backoffice.money import rounded
from backoffice.sheets.csv_lines import csv_lines
from backoffice.sheets.formulas import safe_text

type Cell = str | int | Decimal | datetime | date | None
"""Moments without a time zone: spreadsheets know none."""
type Row = tuple[Cell, ...]

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET = "xl/worksheets/sheet1.xml"
SHEET_BEGINS = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
SHEET_ENDS = "</sheetData></worksheet>"
# Day 0 of a workbook's calendar.
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001
DAY_SECONDS = 86_400
# Spreadsheet programs read so many rows of one sheet.
MOST_ROWS = 1_048_576
ESCAPED = re.compile(r"_x[0-9A-Fa-f]{4}_")
MOMENT, DAY = "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd"


class Export(Protocol):
    """Rows below a heading, read part by part while they are written."""

    @property
    def columns(self) -> list[str]: ...

    def parts(self) -> Iterator[list[Row]]: ...


def exported_cell(value: Any) -> Cell:
    """Return a value of a row as its cell: text made safe, a moment in the shop's zone, an amount rounded."""
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, Decimal):
        return rounded(value)
    cell: Cell = value
    return cell


def exported_csv(export: Export) -> Iterator[str]:
    """Yield the export as CSV without a byte order mark, with anything like a formula neutralised."""
    yield csv_lines([export.columns])
    for rows in export.parts():
        yield csv_lines(rows)


def write_exported_workbook(file: IO[bytes], export: Export) -> None:
    """Write the same rows as a workbook, with numbers and moments as such."""
    write_workbook(file, chain([[tuple(export.columns)]], export.parts()))


def write_workbook(file: IO[bytes], parts: Iterable[Iterable[Sequence[Cell]]]) -> None:
    """Write our rows into the library's empty workbook: the library itself would take ten times as long.

    Text stays text in its cells, whatever it begins with; characters that XML forbids are for the caller.
    """
    with ZipFile(_empty_workbook()) as model, ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as book:
        for name in model.namelist():
            if name != SHEET:
                book.writestr(name, model.read(name))
        with book.open(SHEET, "w", force_zip64=True) as sheet:
            sheet.write(SHEET_BEGINS.encode())
            for rows in parts:
                sheet.write("".join(map(_row, rows)).encode())
            sheet.write(SHEET_ENDS.encode())


def _empty_workbook() -> BytesIO:
    """Return a workbook without rows; its style 1 shows moments, its style 2 days."""
    workbook = Workbook()
    workbook.active["A1"].number_format = MOMENT
    workbook.active["A2"].number_format = DAY
    file = BytesIO()
    workbook.save(file)
    return file


def _text(value: str) -> str:
    """Escape what XML or a workbook would read as something else: a carriage return is _x000D_ there."""
    return escape(ESCAPED.sub(r"_x005F\g<0>", value).replace("\r", "_x000D_"))


def _row(row: Sequence[Cell]) -> str:
    return f"<row>{''.join(map(_cell, row))}</row>"


def _cell(value: Cell) -> str:
    if isinstance(value, str):
        return (
            f'<c t="inlineStr"><is><t xml:space="preserve">{_text(value)}</t></is></c>' if value else "<c/>"
        )
    if isinstance(value, datetime):
        return f'<c s="1"><v>{(value - EPOCH).total_seconds() / DAY_SECONDS:.9f}</v></c>'
    if isinstance(value, date):
        return f'<c s="2"><v>{(value - EPOCH.date()).days}</v></c>'
    return "<c/>" if value is None else f"<c><v>{value}</v></c>"
