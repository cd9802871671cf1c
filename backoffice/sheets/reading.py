"""The rows of any file, CSV or XLSX, whatever its dialect."""

import re
from collections.abc import Mapping
from typing import BinaryIO

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.sheets.columns import Layout
from backoffice.sheets.csv_rows import DELIMITERS, Sheet, csv_rows
from backoffice.sheets.encodings import NOT_A_TABLE, as_utf8
from backoffice.sheets.limits import UnreadableFile
from backoffice.sheets.xlsx_rows import xlsx_sheet

MAX_FILE = 20_000_000

ZIP = b"PK\x03\x04"
WORKBOOK_NAMES = (".xlsx", ".xlsm", ".xls", ".ods", ".xlsb", ".numbers")
# How Excel tells a delimiter in a line above the header, which it does not show.
SEPARATOR_LINE = re.compile(rb'"?sep=([^"\r\n\w\x80-\xff])"?[ ,;\t]*(?:\r\n|\n|\Z)', re.IGNORECASE)
WEB_PAGE = gettext_lazy(
    "This is a web page that is named like a spreadsheet. Open it in your spreadsheet program, save it as "
    "XLSX or CSV and try again."
)
# What a file begins with, without blanks and in lower case, that is none of those that are read.
OTHER_FILES: Mapping[bytes, Promise] = {
    b"\xd0\xcf\x11\xe0": gettext_lazy(
        "This is an old XLS workbook or one with a password. Save it as XLSX without one, or as CSV."
    ),
    b"<html": WEB_PAGE,
    b"<!doctype html": WEB_PAGE,
    b"<table": WEB_PAGE,
    b"<?xml": gettext_lazy(
        "This is an XML file, such as a workbook of Excel 2003. Open it in your spreadsheet program, save it "
        "as XLSX or CSV and try again."
    ),
    b"%pdf": NOT_A_TABLE,
    b"{\\rtf": NOT_A_TABLE,
    b"\x1f\x8b": gettext_lazy("This file is compressed. Unpack it and choose the CSV or XLSX file in it."),
}
LOOKED_AT = 200


def base_name(file_name: str) -> str:
    """Return the last part of a path of any system, printable and at most 255 characters long."""
    printable = "".join(character for character in file_name if character.isprintable())
    return re.split(r"[/\\]", printable)[-1][-255:] or "file"


def content_of(file: BinaryIO) -> bytes:
    """Read the file. Raises UnreadableFile when it is longer than a file may be."""
    content = file.read(MAX_FILE + 1)
    if len(content) > MAX_FILE:
        raise UnreadableFile(
            _("The file is larger than %(most)s MB. Split it, or keep only the columns needed.")
            % {"most": MAX_FILE // 1_000_000}
        )
    return content


def sheet_of(content: bytes, *, file_name: str, layout: Layout) -> Sheet:
    """Return the rows of a CSV or XLSX file; the columns of `layout` help to tell the delimiter.

    Raises:
        UnreadableFile: at once, or while iterating.
    """
    if content.startswith(ZIP):
        return xlsx_sheet(content)
    _refuse_what_is_no_csv(content, file_name)
    text, remarks = as_utf8(content)
    if told := SEPARATOR_LINE.match(text):
        mark = told[1].decode("latin-1")
        return Sheet(csv_rows(text[told.end() :], delimiter=mark, first_line=2), remarks, of_text=True)
    return Sheet(csv_rows(text, delimiter=_delimiter(text, layout)), remarks, of_text=True)


def _refuse_what_is_no_csv(content: bytes, file_name: str) -> None:
    begins = content[:LOOKED_AT].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for sign, told in OTHER_FILES.items():
        if begins.startswith(sign):
            raise UnreadableFile(told)
    if file_name.casefold().endswith(WORKBOOK_NAMES):
        raise UnreadableFile(
            _("The file is named like a workbook but is none. Save it as XLSX or CSV again.")
        )


def _delimiter(content: bytes, layout: Layout) -> str:
    """Return the delimiter that makes out most columns in one of the first rows, else the most cells.

    Raises:
        UnreadableFile: no row can be read with any.
    """
    suitabilities: dict[str, tuple[int, int]] = {}
    refusals: list[UnreadableFile] = []
    for mark in DELIMITERS:
        try:
            suitabilities[mark] = _suitability(content, mark, layout)
        except UnreadableFile as refusal:
            # With the wrong delimiter quoted cells look like a broken row.
            refusals.append(refusal)
    best = max(suitabilities, key=lambda mark: suitabilities[mark], default=None)
    if best is None or (refusals and suitabilities[best][0] == 0):
        raise refusals[0]
    return best


def _suitability(content: bytes, mark: str, layout: Layout) -> tuple[int, int]:
    found, cells = 0, 0
    for row in csv_rows(content, delimiter=mark):
        found, cells = max((found, cells), (len(layout.columns_in(row.cells)), len(row.cells)))
        if row.number >= layout.header_within or layout.is_header(row.cells):
            break
    return found, cells
