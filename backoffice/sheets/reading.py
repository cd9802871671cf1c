"""The rows of any file, CSV or XLSX, whatever its dialect."""

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.sheets.columns import key_of
from backoffice.sheets.csv_rows import DELIMITERS, SheetRow, csv_rows, utf8
from backoffice.sheets.limits import UnreadableFile
from backoffice.sheets.xlsx_rows import xlsx_rows

MAX_FILE = 20_000_000
NO_ROWS = gettext_lazy("The file has no rows. Put one row for each product below the header.")

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"
WORKBOOK_NAMES = (".xlsx", ".xlsm", ".xls", ".ods")


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


def table_rows(content: bytes, *, file_name: str, columns: Sequence[str]) -> Iterator[SheetRow]:
    """Return the rows of a CSV or XLSX file with its header; `columns` help to tell the delimiter.

    Raises:
        UnreadableFile: at once, or while iterating.
    """
    if content.startswith(ZIP):
        return xlsx_rows(content)
    _refuse_what_is_no_csv(content, file_name)
    return _delimited(utf8(content), columns)


def _refuse_what_is_no_csv(content: bytes, file_name: str) -> None:
    if content.startswith(OLE):
        raise UnreadableFile(
            _("This is an old XLS workbook or one with a password. Save it as XLSX without one, or as CSV.")
        )
    if file_name.casefold().endswith(WORKBOOK_NAMES):
        raise UnreadableFile(
            _("The file is named like a workbook but is none. Save it as XLSX or CSV again.")
        )


def _delimited(content: bytes, columns: Sequence[str]) -> Iterator[SheetRow]:
    """Read with the delimiter that finds most of `columns` in the header, else the most cells."""
    headers: dict[str, SheetRow | None] = {}
    refusals: list[UnreadableFile] = []
    for mark in DELIMITERS:
        try:
            headers[mark] = next(csv_rows(content, delimiter=mark), None)
        except UnreadableFile as refusal:
            # With the wrong delimiter quoted cells look like a broken row.
            refusals.append(refusal)

    def suitability(mark: str) -> tuple[int, int]:
        header = headers[mark]
        if header is None:
            return (0, 0)
        keys = {key_of(name) for name in header.cells}
        return (len(keys.intersection(map(key_of, columns))), len(header.cells))

    best = max(headers, key=suitability, default=None)
    if best is None or (refusals and suitability(best)[0] == 0):
        raise refusals[0]
    return csv_rows(content, delimiter=best)
