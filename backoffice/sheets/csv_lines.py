"""Rows as lines of CSV: the one way in which any door writes them."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from backoffice.sheets.formulas import neutralised

CSV_TYPE = "text/csv; charset=utf-8"
# By this mark at the beginning of a CSV file Excel knows UTF-8.
UTF8_MARK = "\ufeff"


def csv_lines(rows: Iterable[Sequence[object]]) -> str:
    """What a spreadsheet would take for a formula is neutralised, whoever wrote it; numbers are numbers."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerows([neutralised(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return file.getvalue()
