"""What a product import and its rows look like as data, and the filters of a list of imports."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from backoffice.sheets.plans import RowProblem
from catalog.models import ProductImport, ProductImportRow
from catalog.product_files import problems_in_words
from catalog.product_history import told_to
from catalog.readers.file_imports import HISTORY, ImportFields, narrowed

FIELDS = ImportFields(
    {
        "number": "pk",
        "state": "state",
        "file_name": "file_name",
        "rows": "rows_count",
        "new": "new",
        "changed": "changed",
        "unchanged": "unchanged",
        **HISTORY,
    }
)
PRODUCT_IMPORT_FIELDS = tuple(FIELDS.columns)
ROW_COLUMNS = {
    "row": "row",
    "sku": "sku",
    "outcome": "outcome",
    "changes": "changes",
    "problem": "problems",
    "problem_code": "problem_code",
}
ROW_FIELDS = tuple(ROW_COLUMNS)


def product_import_data(
    number: int, fields: Sequence[str] = PRODUCT_IMPORT_FIELDS, *, to: User | None
) -> dict[str, Any]:
    """Return these fields of one import, as it is in the database now; `to` None sees everything."""
    row = ProductImport.objects.values(*FIELDS.needed(fields)).get(pk=number)
    return FIELDS.as_data(row, fields, to=to)


def product_imports_as_data(imports: QuerySet[ProductImport], *, to: User | None) -> Iterator[dict[str, Any]]:
    """Yield the imports in the order of the queryset, reading them as they are needed."""
    rows = imports.values(*FIELDS.needed(PRODUCT_IMPORT_FIELDS)).iterator(500)
    return (FIELDS.as_data(row, PRODUCT_IMPORT_FIELDS, to=to) for row in rows)


def row_columns(fields: Iterable[str]) -> list[str]:
    """Return the columns of ProductImportRow that these fields are read from."""
    return [ROW_COLUMNS[name] for name in fields]


def row_as_data(row: Mapping[str, Any], fields: Iterable[str], *, to: User | None) -> dict[str, Any]:
    """Return these fields of a row of the file: what it changes, or what is wrong with it.

    `to` None sees everything.
    """
    content = {name: row[ROW_COLUMNS[name]] for name in fields}
    if "changes" in content:
        pairs = told_to(content["changes"], to).items()
        content["changes"] = {name: {"from": before, "to": after} for name, (before, after) in pairs}
    if "problem" in content:
        problems = [RowProblem(*each) for each in content["problem"]]
        content["problem"] = problems_in_words(problems, to=to) or None
    if "problem_code" in content:
        content["problem_code"] = content["problem_code"] or None
    return content


def rows_as_data(rows: QuerySet[ProductImportRow]) -> Iterator[dict[str, Any]]:
    """Yield all of the rows in the order of the queryset, reading them as they are needed."""
    read = rows.values(*row_columns(ROW_FIELDS)).iterator(2_000)
    return (row_as_data(row, ROW_FIELDS, to=None) for row in read)


@dataclass(frozen=True, slots=True)
class ProductImportFilter:
    """The filters of a list of imports; None does not filter. The end of a time range is not in it."""

    state: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None

    def of(self, imports: QuerySet[ProductImport]) -> QuerySet[ProductImport]:
        ends = {"created_after": self.created_after, "created_before": self.created_before}
        return narrowed(imports, state=self.state, **ends)
