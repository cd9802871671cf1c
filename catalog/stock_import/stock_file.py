"""The rows of a stock file, CSV or XLSX, whatever its dialect."""

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.numbers import grouped
from backoffice.sheets.cells import CellFault, CellKind, shown_text, text_of
from backoffice.sheets.columns import Layout
from backoffice.sheets.limits import UnreadableFile
from backoffice.sheets.remarks import Remark
from backoffice.sheets.table import FaultyCell, SheetTable, read_table

MAX_ROWS = 1_000_000
MAX_CELL = 255

KINDS = {
    "sku": CellKind.KEY,
    "quantity": CellKind.WHOLE,
    "expected": CellKind.WHOLE,
    "note": CellKind.LINES,
    "name": CellKind.TEXT,
}
COLUMNS = tuple(KINDS)
NO_ROWS = gettext_lazy("The file has no rows. Put one row for each product below the header.")
# Those of rejected rows that were handed back.
LAYOUT = Layout(KINDS, needed=("sku", "quantity"), no_rows=NO_ROWS, others=("row", "problem"))


class FileRow(NamedTuple):
    """A row as it was written, trimmed; `row` is its number in the file, where the header is row 1."""

    row: int
    sku: str
    quantity: str
    expected: str
    note: str
    name: str
    fault: FaultyCell | None = None


class StockFile(NamedTuple):
    """A file whose rows are read as they are needed; `remarks` are whole once they are."""

    rows: Iterator[FileRow]
    ignored_columns: list[str]
    remarks: list[Remark]


def read_stock_file(content: bytes, *, file_name: str) -> StockFile:
    """Return the file's rows, which are read as they are needed.

    Raises:
        UnreadableFile: at once for an unsuitable header, while iterating for an unsuitable row.
    """
    table = read_table(content, file_name=file_name, layout=LAYOUT)
    return StockFile(_file_rows(table), list(table.ignored_columns), table.remarks)


def _file_rows(table: SheetTable) -> Iterator[FileRow]:
    # The last cell of each row is made empty below and stands for columns that the file lacks.
    columns = [(column, kind, table.places.get(column, -1)) for column, kind in KINDS.items()]
    for number, cells in table.rows(most=MAX_ROWS):
        cells.append("")
        texts, fault = [], None
        for column, kind, place in columns:
            try:
                text = text_of(cells[place], kind)
            except CellFault as found:
                text = shown_text(cells[place])
                fault = fault or FaultyCell(column, found.code, found.facts)
            if len(text) > MAX_CELL:
                raise UnreadableFile(_too_long(number, text))
            texts.append(text)
        sku, quantity, expected, note, name = texts
        yield FileRow(number, sku, quantity, expected, note, name, fault)


def _too_long(row: int, text: str) -> str:
    return _("Row %(row)s has a cell of %(length)s characters; at most %(most)s are read. Shorten it.") % {
        "row": row,
        "length": grouped(len(text)),
        "most": MAX_CELL,
    }
