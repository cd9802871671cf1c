"""The rows of a CSV file, whichever of the usual dialects it is written in."""

import csv
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.sheets.csv_lines import UTF8_MARK
from backoffice.sheets.limits import MAX_COLUMNS, MAX_SHEET_ROWS, UnreadableFile

DELIMITERS = ",;\t"
MAX_LINE = 100_000
# So many blank lines may stand above the header.
MAX_BLANK_LINES = 1_000
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# Line breaks and tabs may stand inside a quoted cell; nothing else that cannot be seen may.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
NOT_A_TABLE = gettext_lazy(
    "This is not a CSV or XLSX file. Save your spreadsheet as one of them and try again."
)


class SheetRow(NamedTuple):
    """A row and the number that a person sees beside it in the file; the first is 1."""

    number: int
    cells: list[str]


def csv_rows(content: bytes, *, delimiter: str) -> Iterator[SheetRow]:
    """Yield the rows with at least one filled cell, read as they are asked for.

    Raises:
        UnreadableFile: while iterating, at the first row that cannot be read.
    """
    lines = _Lines(content)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 1
    width = 0
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                width = width or len(cells)
                if len(cells) != width or width > MAX_COLUMNS:
                    _refuse_ragged(number, cells, width)
                yield SheetRow(number, cells)
            elif not width and number > MAX_BLANK_LINES:
                raise UnreadableFile(
                    _("The file begins with blank rows only. Put the header into its first row.")
                )
            number = reader.line_num + 1
            lines.begin_row()
    except csv.Error as error:
        raise UnreadableFile(_broken_row(number, str(error))) from error


def utf8(content: bytes) -> bytes:
    """Return the text in UTF-8 without a byte order mark, its lines ended by a line feed."""
    if content.startswith(UTF16_MARKS):
        try:
            content = content.decode("utf-16").encode()
        except UnicodeError as error:
            raise UnreadableFile(
                _('The file begins like UTF-16 text but is damaged. Save it as "CSV UTF-8" and try again.')
            ) from error
    content = content.removeprefix(UTF8_MARK.encode())
    return content if b"\n" in content else content.replace(b"\r", b"\n")


class _Lines:
    """Iterates over the lines of a file as text; a row that goes on over many of them is refused."""

    def __init__(self, content: bytes) -> None:
        self._lines = iter(io.BytesIO(content))
        self._is_binary = b"\0" in content[:1024]
        self._number = self._row = 0
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
                _("The file has more than %(most)s lines. Split it.") % {"most": f"{2 * MAX_SHEET_ROWS:,}"}
            )
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            is_binary = self._number == 1 and self._is_binary
            raise UnreadableFile(NOT_A_TABLE if is_binary else _not_text(self._number)) from error
        if CONTROL.search(text):
            raise UnreadableFile(_invisible_characters(self._number))
        return text

    def _too_long(self) -> str:
        if self._number > self._row + 1:
            return _never_closed(self._row + 1)
        return _("Row %(row)s is longer than %(most)s characters. Shorten or remove its long cell.") % {
            "row": self._number,
            "most": f"{MAX_LINE:,}",
        }


def _refuse_ragged(row: int, cells: list[str], width: int) -> None:
    if width > MAX_COLUMNS:
        raise UnreadableFile(
            _("Row %(row)s has %(cells)s cells; at most %(most)s are read. Keep only the columns needed.")
            % {"row": row, "cells": f"{width:,}", "most": f"{MAX_COLUMNS:,}"}
        )
    if len(cells) < width or any(map(str.strip, cells[width:])):
        raise UnreadableFile(
            _(
                "Row %(row)s does not have as many cells (%(cells)s) as the header (%(columns)s). "
                "Give it one for each column; text that contains the separator needs quotation marks."
            )
            % {"row": row, "cells": len(cells), "columns": width}
        )


def _not_text(row: int) -> str:
    return _(
        "Row %(row)s is not UTF-8 text, so accents and other letters would be read wrongly. "
        'Save the file with the encoding UTF-8 (in Excel: "CSV UTF-8") and try again.'
    ) % {"row": row}


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
