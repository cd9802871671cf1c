"""Reads the rows of an XLSX workbook's first visible sheet, one at a time.

Workbooks come from anywhere, and a reader that lays a sheet out as a rectangle is brought down by one cell
that claims to be far away. This one streams, expands no entities and trusts no position or size.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import isfinite

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.numbers import grouped
from backoffice.sheets.archive import DAMAGED, Archive
from backoffice.sheets.cells import ERROR, Look, Special
from backoffice.sheets.csv_rows import CONTROL, Sheet, SheetRow
from backoffice.sheets.limits import MAX_CELL, MAX_COLUMNS, MAX_SHEET_ROWS, TimeBox, UnreadableFile
from backoffice.sheets.markup import Markup
from backoffice.sheets.number_formats import Format, shown_number
from backoffice.sheets.remarks import MOST_NAMED, Remark, remark_naming
from backoffice.sheets.shared_strings import shared_strings, unescaped
from backoffice.sheets.workbook import Workbook, workbook_of

# Empty rows and cells, and what else a sheet may hold beside the cells that have something in them.
MAX_IDLE_ELEMENTS = 1_500_000
ELEMENTS_PER_CELL = 12
# A list of goods says something else in each row, which takes some packed bytes.
MAX_CELLS = 1_000_000
CELLS_PER_BYTE = 0.6
TOO_MANY_CELLS = gettext_lazy(
    "The workbook has far more filled cells than a list of its size. Keep only the columns that are needed, "
    "or save it as CSV."
)

REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}\Z")
# A spreadsheet keeps so many digits of a number; what it writes beyond them is noise.
DIGITS_KEPT = 15
WHOLE = re.compile(r"-?[1-9][0-9]{0,14}\Z|0\Z")
THREE_DECIMALS = re.compile(r"-?[0-9]+\.[0-9]{3}\Z")
# XML Schema's double; INF and NaN are what programs write of a division that went wrong.
DOUBLE = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]{1,3})?\Z")
NOT_FINITE = ("INF", "-INF", "NAN", "INFINITY", "-INFINITY")
TRUE, FALSE = Special("TRUE", Look.TRUTH, "TRUE"), Special("FALSE", Look.TRUTH, "FALSE")
FAILED = "#NUM!"
UNCOMPUTED = Special("#N/A", Look.UNCOMPUTED, "#N/A")
HIDDEN = ("1", "true")
# Rows that are formatted and hold nothing, of which sheets may have a million; a cell out of order is none.
EMPTY_ROWS = re.compile(
    rb'<((?:\w+:)?)row r="[0-9]+"(?: [^<>]*)?(?:/>|>(?:<\1c r="[A-Z]+[0-9]+"(?: s="[0-9]+")?/>)*</\1row>)'
)


def xlsx_sheet(content: bytes) -> Sheet:
    """Return the first visible sheet, whose rows are read as they are asked for.

    Raises:
        UnreadableFile: at once, or while iterating.
    """
    archive = Archive(content)
    watch = TimeBox()
    book = workbook_of(archive)
    sheet = _Sheet(book, shared_strings(archive, book.texts, watch))
    return Sheet(_rows(archive, sheet, book, watch), book.remarks, sheet.hidden_columns)


def _rows(archive: Archive, sheet: "_Sheet", book: Workbook, watch: TimeBox) -> Iterator[SheetRow]:
    read = 0
    for _step in watch.watched(sheet.markup.reading(_filled_rows(archive.chunks(book.sheet)))):
        watch.end(cells=sheet.filled - read)
        read = sheet.filled
        if read > MAX_CELLS + CELLS_PER_BYTE * archive.taken:
            raise UnreadableFile(TOO_MANY_CELLS)
        yield from sheet.rows
        sheet.rows.clear()
    book.remarks.extend(sheet.remarks())


def _filled_rows(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Leave out the rows that hold nothing: the parser would take a microsecond for each of their cells."""
    return (EMPTY_ROWS.sub(b"", chunk) for chunk in chunks)


class _Sheet:
    """Collects the rows of a worksheet while its XML is fed to `markup`."""

    def __init__(self, book: Workbook, strings: list[str]) -> None:
        self.rows: list[SheetRow] = []
        self.filled = 0
        self.hidden_columns: set[int] = set()
        self.markup = Markup(self._start, self._end, self._text, most_elements=MAX_IDLE_ELEMENTS)
        self._values = _Values(strings, book.formats, counts_from_1904=book.counts_from_1904)
        self._row = 0
        self._is_hidden = False
        self._hidden_rows: list[int] = []
        self._hidden = 0
        self._cells: list[str] = []
        self._column = -1
        self._type = ""
        self._style: str | None = None
        self._is_value = self._is_formula = False
        self._readings = 0
        self._source = ""
        self._value: list[str] = []
        self._length = 0

    def remarks(self) -> list[Remark]:
        """Return what there is to say once all rows are read."""
        if not self._hidden:
            return []
        return [remark_naming("hidden_rows", self._hidden_rows, count=self._hidden)]

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._type = attributes.get("t", "n")
            self._style = attributes.get("s")
            self._source, self._is_formula = "", False
            reference = attributes.get("r")
            # Cells may leave their position out, and then follow each other.
            self._column = _column(reference) if reference else self._column + 1
        elif name in ("v", "t"):
            self._open_value(name)
        elif name == "f":
            self._is_formula = True
        elif name == "row":
            self._open_row(attributes)
        elif name == "rPh":
            self._readings += 1
        elif name == "col" and attributes.get("hidden") in HIDDEN:
            first, last = int(attributes["min"]) - 1, min(int(attributes["max"]), MAX_COLUMNS)
            self.hidden_columns.update(range(first, last))

    def _open_value(self, name: str) -> None:
        """Raises UnreadableFile for a second value: the two together would be a third."""
        if self._source and (self._source != name or name == "v"):
            raise UnreadableFile(DAMAGED)
        self._source = name
        self._is_value = not self._readings

    def _open_row(self, attributes: dict[str, str]) -> None:
        number = int(attributes.get("r", self._row + 1))
        if not self._row < number <= MAX_SHEET_ROWS:
            raise UnreadableFile(DAMAGED)
        self._row = number
        self._is_hidden = attributes.get("hidden") in HIDDEN
        self._cells = []
        self._column = -1

    def _text(self, data: str) -> None:
        if self._is_value:
            self._value.append(data)
            self._length += len(data)
            if self._length > MAX_CELL:
                raise UnreadableFile(
                    _("A cell in row %(row)s has more than %(most)s characters. Shorten it.")
                    % {"row": self._row, "most": grouped(MAX_CELL)}
                )

    def _end(self, name: str) -> None:
        if name in ("v", "t"):
            self._is_value = False
        elif name == "c":
            if self._value:
                self._close_cell(self._values.of("".join(self._value), self._type, self._style))
            elif self._is_formula and self._type == "n":
                # A formula that comes to an empty text is of the type for texts.
                self._close_cell(UNCOMPUTED)
        elif name == "row":
            if any(self._cells):
                self._close_row()
        elif name == "rPh":
            self._readings -= 1

    def _close_row(self) -> None:
        self.rows.append(SheetRow(self._row, self._cells))
        if self._is_hidden:
            self._hidden += 1
            if self._hidden <= MOST_NAMED:
                self._hidden_rows.append(self._row)

    def _close_cell(self, value: str) -> None:
        self._value = []
        self._length = 0
        if not value:
            return
        if self._column >= MAX_COLUMNS:
            if not value.strip():
                return
            raise UnreadableFile(
                _("Row %(row)s has a cell beyond the %(most)sth column. Remove what is out there.")
                % {"row": self._row, "most": grouped(MAX_COLUMNS)}
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
        elif self._cells[self._column]:
            raise UnreadableFile(DAMAGED)
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


class _Values:
    """Makes cells of what stands in a sheet: a value, its type and the number of its format."""

    def __init__(self, strings: list[str], formats: Mapping[str, Format], *, counts_from_1904: bool) -> None:
        self._strings = strings
        self._formats = formats
        self._counts_from_1904 = counts_from_1904

    def of(self, value: str, kind: str, style: str | None) -> str:
        if not value:
            return ""
        if kind == "n":
            return self._number(value.strip(), style)
        if kind == "s":
            index = int(value)
            if not 0 <= index < len(self._strings):
                raise UnreadableFile(DAMAGED)
            return self._strings[index]
        if kind == "b":
            return TRUE if value in HIDDEN else FALSE
        if kind == "d":
            return Special(value, Look.DATE, value.removesuffix("T00:00:00").removesuffix("Z"))
        if kind == "e":
            return value if ERROR.match(value) else FAILED
        return unescaped(value)

    def _number(self, value: str, style: str | None) -> str:
        number = value if WHOLE.match(value) else _number_text(value)
        if number is FAILED:
            return number
        if style and (found := self._formats.get(style)):
            return shown_number(number, found, counts_from_1904=self._counts_from_1904)
        # What a workbook keeps as a number is never meant as thousands.
        return Special(f"{number}0", Look.NUMBER, number) if THREE_DECIMALS.match(number) else number


def _number_text(value: str) -> str:
    """Write 6.0 as 6 and 1.1000000000000001 as 1.1; what has more digits than are kept, as rounded.

    Raises:
        UnreadableFile: it is no number of XML, although Python would read one.
    """
    if not DOUBLE.match(value) and value.upper() not in NOT_FINITE:
        raise UnreadableFile(DAMAGED)
    if not isfinite(float(value)):
        return FAILED
    text = f"{float(value):.{DIGITS_KEPT}g}"
    if "e-" in text:
        return f"{float(text):.{DIGITS_KEPT + 10}f}".rstrip("0").rstrip(".")
    return text.upper() if "e" in text else text
