"""What a stock import and its rows look like as data, and the filters of a list of imports."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from catalog.models import StockImport, StockImportRow
from catalog.readers.file_imports import HISTORY, ImportFields, narrowed
from catalog.stock_import import problem_in_words

FIELDS = ImportFields(
    {
        "number": "pk",
        "state": "state",
        "mode": "mode",
        "file_name": "file_name",
        "rows": "rows_count",
        "changes": "changes",
        "unchanged": "unchanged",
        **HISTORY,
    }
)
IMPORT_FIELDS = tuple(FIELDS.columns)
ROW_COLUMNS = {
    "row": ("row",),
    "sku": ("sku",),
    "name": ("product__name", "name"),
    "quantity": ("quantity",),
    "now": ("now",),
    "after": ("after",),
    "change": ("change",),
    "problem": ("problem_code", "remark_code", "facts"),
    "problem_code": ("problem_code",),
}
ROW_FIELDS = tuple(ROW_COLUMNS)


def import_data(number: int, fields: Sequence[str] = IMPORT_FIELDS, *, to: User | None) -> dict[str, Any]:
    """Return these fields of one import, as it is in the database now."""
    row = StockImport.objects.values(*FIELDS.needed(fields)).get(pk=number)
    return FIELDS.as_data(row, fields, to=to)


def imports_as_data(imports: QuerySet[StockImport], *, to: User | None) -> Iterator[dict[str, Any]]:
    """Yield the imports in the order of the queryset, reading them as they are needed."""
    rows = imports.values(*FIELDS.needed(IMPORT_FIELDS)).iterator(500)
    return (FIELDS.as_data(row, IMPORT_FIELDS, to=to) for row in rows)


def row_columns(fields: Iterable[str]) -> list[str]:
    """Return the columns of StockImportRow that these fields are read from."""
    return list(dict.fromkeys(column for name in fields for column in ROW_COLUMNS[name]))


def row_as_data(row: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Return these fields of a line of the file: what it changes, or what is wrong with it."""
    content = {name: _first(row, ROW_COLUMNS[name]) for name in fields}
    if "problem" in content:
        content["problem"] = problem_in_words(row["problem_code"] or row["remark_code"], row["facts"]) or None
    if "problem_code" in content:
        content["problem_code"] = row["problem_code"] or None
    return content


def rows_as_data(rows: QuerySet[StockImportRow]) -> Iterator[dict[str, Any]]:
    """Yield the rows in the order of the queryset, reading them as they are needed."""
    read = rows.values(*row_columns(ROW_FIELDS)).iterator(2_000)
    return (row_as_data(row, ROW_FIELDS) for row in read)


@dataclass(frozen=True, slots=True)
class ImportFilter:
    """The filters of a list of imports; None does not filter. The end of a time range is not in it."""

    state: str | None = None
    mode: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None

    def of(self, imports: QuerySet[StockImport]) -> QuerySet[StockImport]:
        ends = {"created_after": self.created_after, "created_before": self.created_before}
        return narrowed(imports, state=self.state, mode=self.mode, **ends)


def _first(row: Mapping[str, Any], columns: Sequence[str]) -> Any:
    """Return the value of the first column that has one."""
    return next((row[column] for column in columns if row[column] is not None), None)
