"""The rows of a CSV file, whichever of the usual dialects it is written in."""

import csv
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from backoffice.errors import Fault, Invalid

DELIMITERS = ",;\t"
MAX_LINE = 100_000
UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# Line breaks and tabs may stand inside a quoted cell; nothing else that cannot be seen may.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
NOT_A_TABLE = "This is not a CSV or XLSX file. Save your spreadsheet as one of them and try again."


class UnreadableFile(Invalid):
    """The file is not a table that can be read; `detail` says which row and what to do."""

    code = "unreadable_file"
    title = "The file cannot be read"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, faults=[Fault("/file", self.code, detail)])


class Row(NamedTuple):
    """A row and the number that a person sees beside it in the file; the first is 1."""

    number: int
    cells: list[str]


def csv_rows(content: bytes, *, delimiter: str) -> Iterator[Row]:
    """Rows with at least one filled cell, read as they are asked for.

    Raises:
        UnreadableFile: while iterating, at the first row that cannot be read.
    """
    reader = csv.reader(_lines(content), delimiter=delimiter, strict=True)
    number = 1
    width = 0
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                width = width or len(cells)
                if len(cells) != width:
                    _refuse_ragged(number, cells, width)
                yield Row(number, cells)
            number = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(_broken_row(number, str(error))) from error


def utf8(content: bytes) -> bytes:
    """The same text in UTF-8 without a byte order mark, its lines ended by a line feed."""
    if content.startswith(UTF16_MARKS):
        try:
            content = content.decode("utf-16").encode()
        except UnicodeDecodeError as error:
            raise UnreadableFile(
                'The file begins like UTF-16 text but is damaged. Save it as "CSV UTF-8" and try again.'
            ) from error
    content = content.removeprefix(UTF8_MARK)
    return content if b"\n" in content else content.replace(b"\r", b"\n")


def _lines(content: bytes) -> Iterator[str]:
    for number, line in enumerate(io.BytesIO(content), start=1):
        if len(line) > MAX_LINE:
            raise UnreadableFile(
                f"Row {number} is longer than {MAX_LINE:,} characters. Shorten or remove its long cell."
            )
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            is_binary = number == 1 and b"\0" in content[:1024]
            raise UnreadableFile(NOT_A_TABLE if is_binary else _not_text(number)) from error
        if CONTROL.search(text):
            raise UnreadableFile(_invisible_characters(number))
        yield text


def _refuse_ragged(row: int, cells: list[str], width: int) -> None:
    if len(cells) < width or any(map(str.strip, cells[width:])):
        raise UnreadableFile(
            f"Row {row} does not have as many cells ({len(cells)}) as the header ({width}). "
            "Give it one for each column; text that contains the separator needs quotation marks."
        )


def _not_text(row: int) -> str:
    return (
        f"Row {row} is not UTF-8 text, so accents and other letters would be read wrongly. "
        'Save the file with the encoding UTF-8 (in Excel: "CSV UTF-8") and try again.'
    )


def _invisible_characters(row: int) -> str:
    if row == 1:
        return NOT_A_TABLE
    return f"Row {row} contains invisible control characters. Type its cells again and save the file."


def _broken_row(row: int, error: str) -> str:
    if "field larger" in error:
        return f"A cell in row {row} is far too long. Perhaps its quotation mark is never closed."
    if "new-line" in error:
        return f"Row {row} has a stray line break. Save the file again from your spreadsheet program."
    return f"Row {row} opens a quotation mark that is not closed properly. Remove or double it."
