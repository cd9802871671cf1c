"""A file of products as it was read, for whoever plans what it would do."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from backoffice.sheets.plans import RowProblem
from backoffice.sheets.reading import base_name, content_of
from backoffice.sheets.remarks import Remark, remark_naming
from backoffice.sheets.table import read_table
from backoffice.text import has_wrong_check_digit, identity_key
from catalog.product_files.cells import LAYOUT

MAX_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class ProductFile:
    """A file as read: the `columns` that we know, and `rows` with their number and trimmed cells.

    `faults` are the cells that their columns cannot hold, by the numbers of their rows.
    """

    name: str
    columns: tuple[str, ...]
    ignored_columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    faults: Mapping[int, tuple[RowProblem, ...]] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()

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
    table = read_table(content_of(file), file_name=file_name, layout=LAYOUT)
    read = list(table.text_rows(most=MAX_ROWS))
    return ProductFile(
        base_name(file_name),
        tuple(table.places),
        table.ignored_columns,
        tuple((row.number, row.texts) for row in read),
        {row.number: tuple(RowProblem(*each) for each in row.faults) for row in read if row.faults},
        (*table.remarks, *_remarks_on_barcodes(tuple(table.places), [row.texts for row in read])),
    )


def _remarks_on_barcodes(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[Remark]:
    if "barcode" not in columns:
        return []
    place = columns.index("barcode")
    wrong = [texts[place] for texts in rows if has_wrong_check_digit(texts[place])]
    return [remark_naming("wrong_check_digits", wrong)] if wrong else []
