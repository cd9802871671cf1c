"""Writes rows as lines of CSV, in the one way that all doors use."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from backoffice.sheets.formulas import neutralised

CSV_TYPE = "text/csv; charset=utf-8"
# Excel recognises UTF-8 by this mark at the beginning of a CSV file.
UTF8_MARK = "\ufeff"


def csv_lines(rows: Iterable[Sequence[object]]) -> str:
    """Write the rows; text that a spreadsheet would take for a formula is neutralised, numbers are not."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerows([neutralised(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return file.getvalue()
