"""The rows of a stock file, CSV or XLSX, whatever its dialect."""

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _

from backoffice.sheets.columns import named_columns, places_of
from backoffice.sheets.csv_rows import SheetRow
from backoffice.sheets.formulas import restored
from backoffice.sheets.limits import UnreadableFile
from backoffice.sheets.reading import NO_ROWS, table_rows

MAX_ROWS = 1_000_000
MAX_CELL = 255

REQUIRED = ("sku", "quantity")
COLUMNS = (*REQUIRED, "expected", "note", "name")


class FileRow(NamedTuple):
    """A row as it was written, trimmed; `row` is its number in the file, where the header is row 1."""

    row: int
    sku: str
    quantity: str
    expected: str
    note: str
    name: str


class StockFile(NamedTuple):
    rows: Iterator[FileRow]
    ignored_columns: list[str]


def read_stock_file(content: bytes, *, file_name: str) -> StockFile:
    """Return the file's rows, which are read as they are needed.

    Raises:
        UnreadableFile: at once for an unsuitable header, while iterating for an unsuitable row.
    """
    rows = table_rows(content, file_name=file_name, columns=COLUMNS)
    header = next(rows, None)
    if header is None:
        raise UnreadableFile(NO_ROWS)
    named = named_columns(header.cells, COLUMNS, needed=REQUIRED)
    ignored = [name[:MAX_CELL] for name in named if name and name not in COLUMNS]
    return StockFile(_file_rows(rows, places_of(named, COLUMNS)), ignored)


def _file_rows(rows: Iterator[SheetRow], positions: dict[str, int]) -> Iterator[FileRow]:
    # The last cell of each row is made empty below and stands for columns that the file lacks.
    places = [positions.get(column, -1) for column in COLUMNS]
    padding = [""] * (max(places) + 2)
    count = 0
    for count, (number, cells) in enumerate(rows, start=1):
        if count > MAX_ROWS:
            raise UnreadableFile(
                _("The file has more than %(most)s rows. Split it.") % {"most": f"{MAX_ROWS:,}"}
            )
        cells.extend(padding)
        texts = [cells[place].strip() for place in places]
        written = "".join(texts)
        if len(written) > MAX_CELL or "'" in written:
            texts = [_restored(text, number) for text in texts]
        yield FileRow(number, *texts)
    if count == 0:
        raise UnreadableFile(NO_ROWS)


def _restored(text: str, row: int) -> str:
    if len(text) > MAX_CELL:
        raise UnreadableFile(
            _("Row %(row)s has a cell of %(length)s characters; at most %(most)s are read. Shorten it.")
            % {"row": row, "length": f"{len(text):,}", "most": MAX_CELL}
        )
    return restored(text)
