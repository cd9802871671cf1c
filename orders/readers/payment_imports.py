"""What an import of payments and its rows look like as data, and the filters of a list of imports."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from catalog.readers.file_imports import HISTORY, ImportFields, narrowed
from orders.models import PaymentImport, PaymentImportRow
from orders.payments.imports import row_in_words

PAYMENT_IMPORTS = ImportFields(
    {
        "number": "pk",
        "state": "state",
        "format": "format",
        "file_name": "file_name",
        "rows": "rows_count",
        "changes": "changes",
        "differing": "differing",
        "unchanged": "unchanged",
        "unmatched": "unmatched",
        **HISTORY,
    }
)
PAYMENT_IMPORT_FIELDS = tuple(PAYMENT_IMPORTS.columns)
PAYMENT_ROW_COLUMNS = {
    "row": "row",
    "value_date": "value_date",
    "amount": "amount",
    "text": "text",
    "name": "name",
    "method": "method",
    "provider": "provider",
    "reference": "reference",
    "outcome": "outcome",
    "order": "order__number",
    "due": "due",
    "is_accepted": "is_accepted",
    "entry": "entry_id",
    "problem": "problem_code",
    "problem_code": "problem_code",
}
PAYMENT_ROW_FIELDS = tuple(PAYMENT_ROW_COLUMNS)
# The sentence is made of these as well.
OF_PROBLEMS = ("outcome", "facts")


def payment_import_data(
    number: int, fields: Sequence[str] = PAYMENT_IMPORT_FIELDS, *, to: User | None
) -> dict[str, Any]:
    """Return these fields of one import, as it is in the database now."""
    row = PaymentImport.objects.values(*PAYMENT_IMPORTS.needed(fields)).get(pk=number)
    return PAYMENT_IMPORTS.as_data(row, fields, to=to)


def payment_imports_as_data(imports: QuerySet[PaymentImport], *, to: User | None) -> Iterator[dict[str, Any]]:
    """Yield the imports in the order of the queryset, reading them as they are needed."""
    rows = imports.values(*PAYMENT_IMPORTS.needed(PAYMENT_IMPORT_FIELDS)).iterator(500)
    return (PAYMENT_IMPORTS.as_data(row, PAYMENT_IMPORT_FIELDS, to=to) for row in rows)


def payment_row_columns(fields: Iterable[str]) -> list[str]:
    """Return the columns of PaymentImportRow that these fields are read from."""
    fields = tuple(fields)
    more = OF_PROBLEMS if "problem" in fields else ()
    return list(dict.fromkeys((*(PAYMENT_ROW_COLUMNS[name] for name in fields), *more)))


def payment_row_as_data(row: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Return these fields of a line of the file: what it does, or why it does nothing."""
    content = {name: row[PAYMENT_ROW_COLUMNS[name]] for name in fields}
    if "problem" in content:
        content["problem"] = row_in_words(row["outcome"], row["problem_code"], row["facts"]) or None
    if "problem_code" in content:
        content["problem_code"] = row["problem_code"] or None
    return content


def payment_rows_as_data(rows: QuerySet[PaymentImportRow]) -> Iterator[dict[str, Any]]:
    """Yield the rows in the order of the queryset, reading them as they are needed."""
    read = rows.values(*payment_row_columns(PAYMENT_ROW_FIELDS)).iterator(2_000)
    return (payment_row_as_data(row, PAYMENT_ROW_FIELDS) for row in read)


@dataclass(frozen=True, slots=True)
class PaymentImportFilter:
    """The filters of a list of imports; None does not filter. The end of a time range is not in it."""

    state: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None

    def of(self, imports: QuerySet[PaymentImport]) -> QuerySet[PaymentImport]:
        ends = {"created_after": self.created_after, "created_before": self.created_before}
        return narrowed(imports, state=self.state, **ends)
