"""Files handed out: the rows that were rejected, and an empty one to fill in."""

import csv
import io

from catalog.formulas import neutralised
from catalog.models import StockImport
from catalog.stock_file import COLUMNS


def rejects_csv(stock_import: StockImport) -> str:
    """The rejected rows as they were written, each with its reason: mend them and import the file again."""
    rows = stock_import.rows.exclude(problem_code="").order_by("row")
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow((*COLUMNS, "row", "problem"))
    for values in rows.values_list(*COLUMNS, "row", "problem").iterator(chunk_size=5_000):
        writer.writerow([neutralised(str(value)) for value in values])
    return file.getvalue()


def template_csv() -> str:
    """A file with the header alone."""
    return ",".join(COLUMNS) + "\r\n"
