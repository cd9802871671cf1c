"""Files handed out: the rows that were rejected, and an empty one to fill in."""

from itertools import chain

from backoffice.sheets.csv_lines import csv_lines
from catalog.models import StockImport
from catalog.stock_import.problems import problem_in_words
from catalog.stock_import.stock_file import COLUMNS


def rejects_csv(stock_import: StockImport) -> str:
    """Return the rejected rows as they were written, each with its reason, to correct and import again."""
    rows = stock_import.rows.exclude(problem_code="").order_by("row")
    written = rows.values_list(*COLUMNS, "row", "problem_code", "facts").iterator(chunk_size=5_000)
    rejected = ((*cells, problem_in_words(code, facts)) for *cells, code, facts in written)
    return csv_lines(chain([(*COLUMNS, "row", "problem")], rejected))


def template_csv() -> str:
    """Return a file with nothing but the header."""
    return ",".join(COLUMNS) + "\r\n"
