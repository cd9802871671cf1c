"""Files handed out: the lines that were not booked, each with its reason, and an empty file to fill in."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from backoffice.sheets.csv_lines import csv_lines
from backoffice.sheets.formulas import safe_text
from orders.models import PaymentImport, PaymentImportRow, PaymentOutcome
from orders.payments.imports.words import row_in_words

COLUMNS = ("date", "amount", "text", "name", "id", "method", "provider")
TEMPLATE = ("date", "amount", "text", "name", "id", "method")
OPEN = (PaymentOutcome.NONE, PaymentOutcome.SEVERAL, PaymentOutcome.DIFFERS, PaymentOutcome.PROBLEM)


def open_rows(found: PaymentImport) -> QuerySet[PaymentImportRow]:
    """Find the lines that somebody has to look after."""
    return found.rows.filter(Q(outcome__in=OPEN) & Q(is_accepted=False)).order_by("row")


def rejected_payments_csv(found: PaymentImport) -> str:
    """Return the lines that were not booked, in the order of the file, to correct and import again."""
    return csv_lines([(*COLUMNS, "row", "problem"), *_rows(open_rows(found))])


def payments_template_csv() -> str:
    """Return a file with nothing but the header."""
    return ",".join(TEMPLATE) + "\r\n"


def _rows(rows: QuerySet[PaymentImportRow]) -> Iterator[tuple[object, ...]]:
    for row in rows.iterator(chunk_size=5_000):
        said = (row.written_date, row.written_amount, row.text, row.name, row.reference)
        why = row_in_words(row.outcome, row.problem_code, row.facts)
        yield (
            *map(safe_text, said),
            row.method,
            row.provider,
            row.row,
            why or _("It differs from what is due."),
        )
