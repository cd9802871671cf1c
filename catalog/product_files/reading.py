"""A file of products as it was read, for whoever plans what it would do."""

from collections import defaultdict
from dataclasses import dataclass
from typing import BinaryIO

from backoffice.sheets.columns import kept_cells, places_of
from backoffice.sheets.limits import UnreadableFile
from backoffice.sheets.reading import NO_ROWS, base_name, content_of, table_rows
from backoffice.text import identity_key
from catalog.product_files.cells import IMPORTED, columns_named_in

MAX_ROWS = 100_000
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class ProductFile:
    """A file as read: the `columns` that we know, and `rows` with their number and trimmed cells."""

    name: str
    columns: tuple[str, ...]
    ignored_columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    @property
    def repeated(self) -> dict[str, list[int]]:
        """Return the row numbers of every SKU that stands in several rows, by the folded SKU."""
        place = self.columns.index("sku")
        numbers = defaultdict(list)
        for number, cells in self.rows:
            numbers[identity_key(cells[place])].append(number)
        return {key: found for key, found in numbers.items() if key and len(found) > 1}


def read_products(file: BinaryIO, *, file_name: str) -> ProductFile:
    """Read the whole file: CSV or XLSX, with a column sku, at most 100,000 rows.

    Raises:
        UnreadableFile.
    """
    rows = table_rows(content_of(file), file_name=file_name, columns=IMPORTED)
    header = next(rows, None)
    if header is None:
        raise UnreadableFile(NO_ROWS)
    named = columns_named_in(header.cells)
    places = places_of(named, IMPORTED)
    read = tuple(kept_cells(rows, tuple(places.values()), most_rows=MAX_ROWS))
    if not read:
        raise UnreadableFile(NO_ROWS)
    ignored = tuple(name[:LONGEST_NAME] for name in named if name and name not in IMPORTED)
    return ProductFile(base_name(file_name), tuple(places), ignored, read)
