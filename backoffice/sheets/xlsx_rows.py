"""Reads the rows of an XLSX workbook's first visible sheet, one at a time.

Workbooks come from anywhere, and a reader that lays a sheet out as a rectangle is brought down by one cell
that claims to be far away. This one streams, expands no entities and trusts no position or size.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from posixpath import join, normpath
from sys import getsizeof

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.sheets.archive import DAMAGED, Archive
from backoffice.sheets.csv_rows import CONTROL, SheetRow
from backoffice.sheets.limits import MAX_CELL, MAX_COLUMNS, MAX_SHEET_ROWS, TimeBox, UnreadableFile
from backoffice.sheets.markup import Markup

# Elements of the members that only lead to the sheet.
MAX_OF_SMALL_PARTS = 200_000
# Empty rows and cells, and what else a sheet may hold beside the cells that have something in them.
MAX_IDLE_ELEMENTS = 1_500_000
ELEMENTS_PER_CELL = 12
ELEMENTS_PER_TEXT = 4
# A list of goods says something else in each row, which takes some packed bytes.
MAX_CELLS = 1_000_000
CELLS_PER_BYTE = 0.6
TOO_MANY_CELLS = gettext_lazy(
    "The workbook has far more filled cells than a list of its size. Keep only the columns that are needed, "
    "or save it as CSV."
)
MAX_STRINGS = 1_000_000
MAX_STRINGS_MEMORY = 130_000_000
TOO_MUCH_TEXT = gettext_lazy("The workbook holds too much text. Keep only the columns that are needed.")

REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}\Z")
ESCAPE = re.compile(r"_x(00[0-9A-Fa-f]{2})_")
WHOLE = re.compile(r"-?[0-9]+\Z")


def xlsx_rows(content: bytes) -> Iterator[SheetRow]:
    """Yield rows with a filled cell: whole numbers without decimals, formulas as their last result.

    Raises:
        UnreadableFile: while iterating.
    """
    archive = Archive(content)
    watch = TimeBox()
    member = _first_sheet(archive)
    yield from _sheet_rows(archive, member, _shared_strings(archive, watch), watch)


def _first_sheet(archive: Archive) -> str:
    """Return the name of the archive's member that holds the first visible worksheet."""
    targets: dict[str, str] = {}
    sheets: list[str] = []

    def relationship(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes["Type"].endswith("/worksheet"):
            targets[attributes["Id"]] = attributes["Target"]

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet" and attributes.get("state", "visible") == "visible":
            sheets.extend(value for key, value in attributes.items() if key.endswith(":id"))

    for member, start in (("xl/_rels/workbook.xml.rels", relationship), ("xl/workbook.xml", sheet)):
        Markup(start, most_elements=MAX_OF_SMALL_PARTS).read(archive.chunks(member))
    for key in sheets:
        if key in targets:
            return normpath(join("/xl", targets[key].replace("\\", "/")))
    raise UnreadableFile(_("The workbook has no visible sheet. Put the rows on its first sheet."))


def _shared_strings(archive: Archive, watch: TimeBox) -> list[str]:
    """Return the texts that cells refer to by number, without the readings of East Asian words."""
    member = "xl/sharedStrings.xml"
    strings = _SharedStrings()
    if member in archive:
        read = 0
        for _step in _watched(strings.markup.reading(archive.chunks(member)), watch):
            watch.end(texts=len(strings.texts) - read)
            read = len(strings.texts)
    return strings.texts


def _watched(steps: Iterator[None], watch: TimeBox) -> Iterator[None]:
    watch.begin()
    for step in steps:
        yield step
        watch.begin()


class _SharedStrings:
    """Collects the texts while their XML is fed to `markup`."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.markup = Markup(self._start, self._end, self._text, most_elements=MAX_IDLE_ELEMENTS)
        self._parts: list[str] = []
        self._length = 0
        self._memory = 0
        self._is_text = False
        self._readings = 0

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if name == "t":
            self._is_text = not self._readings
        elif name == "si":
            self._parts = []
            self._length = 0
        elif name == "rPh":
            self._readings += 1

    def _text(self, data: str) -> None:
        if self._is_text:
            self._parts.append(data)
            self._length += len(data)
            if self._length > MAX_CELL:
                raise UnreadableFile(TOO_MUCH_TEXT)

    def _end(self, name: str) -> None:
        if name == "t":
            self._is_text = False
        elif name == "si":
            self._keep(_unescaped("".join(self._parts)))
        elif name == "rPh":
            self._readings -= 1

    def _keep(self, text: str) -> None:
        self.texts.append(text)
        self.markup.most_elements += ELEMENTS_PER_TEXT
        self._memory += getsizeof(text)
        if len(self.texts) > MAX_STRINGS or self._memory > MAX_STRINGS_MEMORY:
            raise UnreadableFile(TOO_MUCH_TEXT)


def _sheet_rows(archive: Archive, member: str, strings: list[str], watch: TimeBox) -> Iterator[SheetRow]:
    sheet = _Sheet(strings)
    read = 0
    for _step in _watched(sheet.markup.reading(archive.chunks(member)), watch):
        watch.end(cells=sheet.filled - read)
        read = sheet.filled
        if read > MAX_CELLS + CELLS_PER_BYTE * archive.taken:
            raise UnreadableFile(TOO_MANY_CELLS)
        yield from sheet.rows
        sheet.rows.clear()


class _Sheet:
    """Collects the rows of a worksheet while its XML is fed to `markup`."""

    def __init__(self, strings: list[str]) -> None:
        self.rows: list[SheetRow] = []
        self.filled = 0
        self.markup = Markup(self._start, self._end, self._text, most_elements=MAX_IDLE_ELEMENTS)
        self._strings = strings
        self._row = 0
        self._cells: list[str] = []
        self._column = -1
        self._type = ""
        self._is_value = False
        self._readings = 0
        self._value: list[str] = []
        self._length = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._type = attributes.get("t", "n")
            reference = attributes.get("r")
            # Cells may leave their position out, and then follow each other.
            self._column = _column(reference) if reference else self._column + 1
        elif name in ("v", "t"):
            self._is_value = not self._readings
        elif name == "row":
            self._open_row(attributes)
        elif name == "rPh":
            self._readings += 1

    def _open_row(self, attributes: dict[str, str]) -> None:
        number = int(attributes.get("r", self._row + 1))
        if not self._row < number <= MAX_SHEET_ROWS:
            raise UnreadableFile(DAMAGED)
        self._row = number
        self._cells = []
        self._column = -1

    def _text(self, data: str) -> None:
        if self._is_value:
            self._value.append(data)
            self._length += len(data)
            if self._length > MAX_CELL:
                raise UnreadableFile(
                    _("A cell in row %(row)s has more than %(most)s characters. Shorten it.")
                    % {"row": self._row, "most": f"{MAX_CELL:,}"}
                )

    def _end(self, name: str) -> None:
        if name in ("v", "t"):
            self._is_value = False
        elif name == "c":
            if self._value:
                self._close_cell()
        elif name == "row":
            if any(self._cells):
                self.rows.append(SheetRow(self._row, self._cells))
        elif name == "rPh":
            self._readings -= 1

    def _close_cell(self) -> None:
        value = _cell_text("".join(self._value), self._type, self._strings)
        self._value = []
        self._length = 0
        if not value:
            return
        if self._column >= MAX_COLUMNS:
            if not value.strip():
                return
            raise UnreadableFile(
                _("Row %(row)s has a cell beyond the %(most)sth column. Remove what is out there.")
                % {"row": self._row, "most": f"{MAX_COLUMNS:,}"}
            )
        if CONTROL.search(value):
            raise UnreadableFile(
                _("Row %(row)s contains invisible control characters. Type its cells again and save.")
                % {"row": self._row}
            )
        self.filled += 1
        self.markup.most_elements += ELEMENTS_PER_CELL
        missing = self._column + 1 - len(self._cells)
        if missing > 0:
            self._cells.extend([""] * missing)
        self._cells[self._column] = value


@lru_cache(maxsize=MAX_COLUMNS)
def _column_lettered(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1


def _column(reference: str) -> int:
    match = REFERENCE.match(reference)
    if match is None:
        raise UnreadableFile(DAMAGED)
    return _column_lettered(match[1])


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
    """Write 6.0 as 6: spreadsheets sometimes keep whole numbers so, and a SKU of digits as a number."""
    value = value.strip()
    if WHOLE.match(value):
        return value
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else value


def _unescaped(text: str) -> str:
    """Return the characters that XML forbids, which workbooks write like _x000D_."""
    return ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
