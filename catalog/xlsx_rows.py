"""The rows of an XLSX workbook's first visible sheet, one at a time.

Workbooks come from anywhere, and a reader that lays a sheet out as a rectangle is brought down by one cell
that claims to be far away. This one streams, expands no entities and trusts no position or size.
"""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from posixpath import join, normpath
from typing import IO
from xml.parsers import expat

from catalog.csv_rows import CONTROL, Row, UnreadableFile

MAX_UNZIPPED = 250_000_000
MAX_SHARED_STRINGS = 64_000_000
MAX_SHEET_ROWS = 1_048_576
MAX_COLUMNS = 256
MAX_CELL = 32_767
CHUNK = 1 << 16

REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}\Z")
ESCAPE = re.compile(r"_x(00[0-9A-Fa-f]{2})_")
WHOLE = re.compile(r"-?[0-9]+\Z")
DAMAGED = (
    "This file is not an XLSX workbook, or it is damaged. "
    "Open it in your spreadsheet program, save it as XLSX or CSV and try again."
)

type Start = Callable[[str, dict[str, str]], None]


def xlsx_rows(file: IO[bytes]) -> Iterator[Row]:
    """Rows with at least one filled cell; whole numbers without decimals, formulas as their last result.

    Raises:
        UnreadableFile: while iterating.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            _refuse_bomb(archive)
            yield from _sheet_rows(archive, _first_sheet(archive), _shared_strings(archive))
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, KeyError, ValueError) as error:
        raise UnreadableFile(DAMAGED) from error
    except (NotImplementedError, RuntimeError, OSError) as error:
        # What zipfile says of encryption, unknown compression and impossible offsets.
        raise UnreadableFile(DAMAGED) from error


def _refuse_bomb(archive: zipfile.ZipFile) -> None:
    """By the sizes that the directory declares: zipfile never unpacks more than those."""
    declared = sum(member.file_size for member in archive.infolist())
    if declared > MAX_UNZIPPED:
        raise UnreadableFile(
            f"The workbook would unpack to {declared // 1_000_000:,} MB; at most "
            f"{MAX_UNZIPPED // 1_000_000} MB are read. Keep only the columns needed, or save it as CSV."
        )


def _first_sheet(archive: zipfile.ZipFile) -> str:
    """The archive's member that holds the first visible worksheet."""
    targets: dict[str, str] = {}
    sheets: list[str] = []

    def relationship(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes["Type"].endswith("/worksheet"):
            targets[attributes["Id"]] = attributes["Target"]

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet" and attributes.get("state", "visible") == "visible":
            sheets.extend(value for key, value in attributes.items() if key.endswith(":id"))

    for member, start in (("xl/_rels/workbook.xml.rels", relationship), ("xl/workbook.xml", sheet)):
        with archive.open(member) as part:
            _parser(start).ParseFile(part)
    for key in sheets:
        if key in targets:
            return normpath(join("/xl", targets[key])).lstrip("/")
    raise UnreadableFile("The workbook has no visible sheet. Put the rows on its first sheet.")


def _shared_strings(archive: zipfile.ZipFile) -> list[str]:
    """The texts that cells refer to by number. Readings for East Asian words beside them are left out."""
    member = "xl/sharedStrings.xml"
    if member not in archive.namelist():
        return []
    if archive.getinfo(member).file_size > MAX_SHARED_STRINGS:
        raise UnreadableFile("The workbook holds too much text. Keep only the columns that are needed.")
    strings: list[str] = []
    parts: list[str] = []
    inside: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        inside.append(name)
        if name == "si":
            parts.clear()

    def text(data: str) -> None:
        if inside[-1] == "t" and "rPh" not in inside:
            parts.append(data)

    def end(_: str) -> None:
        if inside.pop() == "si":
            strings.append(_unescaped("".join(parts)))

    parser = _parser(start)
    parser.CharacterDataHandler = text
    parser.EndElementHandler = end
    with archive.open(member) as part:
        parser.ParseFile(part)
    return strings


def _sheet_rows(archive: zipfile.ZipFile, member: str, strings: list[str]) -> Iterator[Row]:
    sheet = _Sheet(strings)
    with archive.open(member) as part:
        while chunk := part.read(CHUNK):
            sheet.parser.Parse(chunk)
            yield from sheet.rows
            sheet.rows.clear()
        sheet.parser.Parse(b"", True)
    yield from sheet.rows


class _Sheet:
    """Collects the rows of a worksheet while its XML is fed to `parser`."""

    def __init__(self, strings: list[str]) -> None:
        self.rows: list[Row] = []
        self._strings = strings
        self._row = 0
        self._cells: list[str] = []
        self._column = 0
        self._type = ""
        self._is_value = False
        self._value: list[str] = []
        self._length = 0
        self.parser = _parser(self._start)
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._open_cell(attributes)
        elif name in ("v", "t"):
            self._is_value = True
        elif name == "rPh":
            self._type = "reading"
        elif name == "row":
            self._open_row(attributes)

    def _open_row(self, attributes: dict[str, str]) -> None:
        number = int(attributes.get("r", self._row + 1))
        if not self._row < number <= MAX_SHEET_ROWS:
            raise UnreadableFile(DAMAGED)
        self._row = number
        self._cells = []

    def _open_cell(self, attributes: dict[str, str]) -> None:
        self._type = attributes.get("t", "n")
        self._value = []
        self._length = 0
        reference = attributes.get("r")
        self._column = _column(reference) if reference else len(self._cells)

    def _text(self, data: str) -> None:
        if self._is_value and self._type != "reading":
            self._value.append(data)
            self._length += len(data)
            if self._length > MAX_CELL:
                raise UnreadableFile(
                    f"A cell in row {self._row} has more than {MAX_CELL:,} characters. Shorten it."
                )

    def _end(self, name: str) -> None:
        name = _local(name)
        if name in ("v", "t"):
            self._is_value = False
        elif name == "c":
            self._close_cell()
        elif name == "row" and any(self._cells):
            self.rows.append(Row(self._row, self._cells))

    def _close_cell(self) -> None:
        value = _cell_text("".join(self._value), self._type, self._strings)
        if not value:
            return
        if self._column >= MAX_COLUMNS:
            raise UnreadableFile(
                f"Row {self._row} has a cell beyond the {MAX_COLUMNS}th column. Remove what is out there."
            )
        if CONTROL.search(value):
            raise UnreadableFile(
                f"Row {self._row} contains invisible control characters. Type its cells again and save."
            )
        missing = self._column + 1 - len(self._cells)
        self._cells.extend([""] * missing)
        self._cells[self._column] = value


def _parser(start: Start) -> expat.XMLParserType:
    """Hands over local names; a document type, and with it every entity of its own, is refused."""

    def start_local(name: str, attributes: dict[str, str]) -> None:
        start(_local(name), attributes)

    def refuse(*_: object) -> None:
        raise UnreadableFile(DAMAGED)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start_local
    parser.StartDoctypeDeclHandler = refuse
    return parser


@lru_cache(maxsize=1_000)
def _local(name: str) -> str:
    """Without the prefix, which each program chooses for itself."""
    return name.rpartition(":")[2]


def _column(reference: str) -> int:
    match = REFERENCE.match(reference)
    if match is None:
        raise UnreadableFile(DAMAGED)
    return _column_lettered(match[1])


@lru_cache(maxsize=MAX_COLUMNS)
def _column_lettered(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1


def _cell_text(value: str, kind: str, strings: list[str]) -> str:
    if not value:
        return ""
    if kind == "n":
        return _number_text(value)
    if kind == "s":
        index = int(value)
        if not 0 <= index < len(strings):
            raise UnreadableFile(DAMAGED)
        return strings[index]
    if kind == "b":
        return "TRUE" if value == "1" else "FALSE"
    return _unescaped(value)


def _number_text(value: str) -> str:
    """Spreadsheets keep 6 as 6.0 at times, and a SKU of digits as a number."""
    value = value.strip()
    if WHOLE.match(value):
        return value
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else value


def _unescaped(text: str) -> str:
    """Workbooks write characters that XML forbids as _x000D_."""
    return ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
