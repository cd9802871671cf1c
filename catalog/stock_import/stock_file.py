"""The rows of a stock file, CSV or XLSX, whatever its dialect."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from backoffice.sheets.columns import key_of, named_columns, places_of
from backoffice.sheets.csv_rows import DELIMITERS, Row, csv_rows, utf8
from backoffice.sheets.formulas import restored
from backoffice.sheets.limits import UnreadableFile
from backoffice.sheets.xlsx_rows import xlsx_rows

MAX_FILE = 20_000_000
MAX_ROWS = 1_000_000
MAX_CELL = 255
NO_ROWS = "The file has no rows. Put one row for each product below the header."

REQUIRED = ("sku", "quantity")
COLUMNS = (*REQUIRED, "expected", "note", "name")
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"
WORKBOOK_NAMES = (".xlsx", ".xlsm", ".xls", ".ods")


class FileRow(NamedTuple):
    """A row as it was written, trimmed; `row` is its number in the file, the header's being 1."""

    row: int
    sku: str
    quantity: str
    expected: str
    note: str
    name: str


class StockFile(NamedTuple):
    rows: Iterator[FileRow]
    ignored_columns: list[str]


def content_of(file: BinaryIO) -> bytes:
    """Raises UnreadableFile when there is more of it than a stock file may have."""
    content = file.read(MAX_FILE + 1)
    if len(content) > MAX_FILE:
        raise UnreadableFile(
            f"The file is larger than {MAX_FILE // 1_000_000} MB. Split it, or keep only the columns needed."
        )
    return content


def read_stock_file(content: bytes, *, file_name: str) -> StockFile:
    """The file's rows, read while they are asked for.

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


def table_rows(content: bytes, *, file_name: str, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a CSV or XLSX file, the header among them; `columns` help to tell its delimiter.

    Raises:
        UnreadableFile: at once, or while iterating.
    """
    if content.startswith(ZIP):
        return xlsx_rows(content)
    if content.startswith(OLE):
        raise UnreadableFile(
            "This is an old XLS workbook or one with a password. Save it as XLSX without one, or as CSV."
        )
    if file_name.casefold().endswith(WORKBOOK_NAMES):
        raise UnreadableFile("The file is named like a workbook but is none. Save it as XLSX or CSV again.")
    return _delimited(utf8(content), columns)


def _delimited(content: bytes, columns: Sequence[str]) -> Iterator[Row]:
    """With the delimiter that makes the header's columns out, else the one that finds the most."""
    headers: dict[str, Row | None] = {}
    refusals: list[UnreadableFile] = []
    for mark in DELIMITERS:
        try:
            headers[mark] = next(csv_rows(content, delimiter=mark), None)
        except UnreadableFile as refusal:
            # Quoted cells are a broken row to whoever does not know what separates them.
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


def _file_rows(rows: Iterator[Row], positions: dict[str, int]) -> Iterator[FileRow]:
    # The last cell of each row is made empty below: it stands for columns that the file does not have.
    places = [positions.get(column, -1) for column in COLUMNS]
    padding = [""] * (max(places) + 2)
    count = 0
    for count, (number, cells) in enumerate(rows, start=1):
        if count > MAX_ROWS:
            raise UnreadableFile(f"The file has more than {MAX_ROWS:,} rows. Split it.")
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
            f"Row {row} has a cell of {len(text):,} characters; at most {MAX_CELL} are read. Shorten it."
        )
    return restored(text)
