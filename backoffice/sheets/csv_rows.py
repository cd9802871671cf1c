"""The rows of a CSV file, whichever of the usual dialects it is written in."""

import csv
import io
import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _

from backoffice.numbers import grouped
from backoffice.sheets.encodings import NOT_A_TABLE
from backoffice.sheets.limits import MAX_COLUMNS, MAX_SHEET_ROWS, UnreadableFile
from backoffice.sheets.remarks import Remark

DELIMITERS = ",;\t|"
MAX_LINE = 100_000
# So many blank lines may stand above the header.
MAX_BLANK_LINES = 1_000
# Line breaks and tabs may stand inside a quoted cell; nothing else that cannot be seen may.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class SheetRow(NamedTuple):
    """A row and the number that a person sees beside it in the file; the first is 1."""

    number: int
    cells: list[str]


class Sheet(NamedTuple):
    """The rows of a file, read as they are asked for; once they are, all that was noticed is in `remarks`.

    `hidden_columns` are known with the first row. Rows `of_text` have as many cells as their header.
    """

    rows: Iterator[SheetRow]
    remarks: list[Remark]
    hidden_columns: Collection[int] = ()
    of_text: bool = False


def csv_rows(content: bytes, *, delimiter: str, first_line: int = 1) -> Iterator[SheetRow]:
    """Yield the rows of UTF-8 text with at least one filled cell, read as they are asked for.

    Raises:
        UnreadableFile: while iterating, at the first row that cannot be read.
    """
    lines = _Lines(content, first_line)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = first_line
    is_above_header = True
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                is_above_header = False
                if len(cells) > MAX_COLUMNS:
                    _refuse_wide(number, cells)
                yield SheetRow(number, cells)
            elif is_above_header and number > MAX_BLANK_LINES:
                raise UnreadableFile(
                    _("The file begins with blank rows only. Put the header into its first row.")
                )
            number = reader.line_num + first_line
            lines.begin_row()
    except csv.Error as error:
        raise UnreadableFile(_broken_row(number, str(error))) from error


class _Lines:
    """Iterates over the lines of a file as text; a row that goes on over many of them is refused."""

    def __init__(self, content: bytes, first_line: int) -> None:
        self._lines = iter(io.BytesIO(content))
        self._number = self._row = first_line - 1
        self._length = 0

    def begin_row(self) -> None:
        self._row = self._number
        self._length = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._number += 1
        self._length += len(line)
        if self._length > MAX_LINE:
            raise UnreadableFile(self._too_long())
        if self._number > 2 * MAX_SHEET_ROWS:
            raise UnreadableFile(
                _("The file has more than %(most)s lines. Split it.") % {"most": grouped(2 * MAX_SHEET_ROWS)}
            )
        text = line.decode()
        if CONTROL.search(text):
            raise UnreadableFile(_invisible_characters(self._number))
        return text

    def _too_long(self) -> str:
        if self._number > self._row + 1:
            return _never_closed(self._row + 1)
        return _("Row %(row)s is longer than %(most)s characters. Shorten or remove its long cell.") % {
            "row": self._number,
            "most": grouped(MAX_LINE),
        }


def _refuse_wide(row: int, cells: list[str]) -> None:
    if len(cells) > MAX_COLUMNS and any(map(str.strip, cells[MAX_COLUMNS:])):
        raise UnreadableFile(
            _("Row %(row)s has %(cells)s cells; at most %(most)s are read. Keep only the columns needed.")
            % {"row": row, "cells": grouped(len(cells)), "most": grouped(MAX_COLUMNS)}
        )


def _invisible_characters(row: int) -> str:
    if row == 1:
        return str(NOT_A_TABLE)
    return _("Row %(row)s contains invisible control characters. Type its cells again and save the file.") % {
        "row": row
    }


def _never_closed(row: int) -> str:
    return _("A cell in row %(row)s is far too long. Perhaps its quotation mark is never closed.") % {
        "row": row
    }


def _broken_row(row: int, error: str) -> str:
    if "field larger" in error:
        return _never_closed(row)
    if "new-line" in error:
        return _("Row %(row)s has a stray line break. Save the file again from your spreadsheet program.") % {
            "row": row
        }
    return _("Row %(row)s opens a quotation mark that is not closed properly. Remove or double it.") % {
        "row": row
    }
