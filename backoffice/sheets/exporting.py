"""Rows as CSV or XLSX files that a spreadsheet opens as they are: numbers stay numbers, text stays text."""

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from typing import Any

from import_export.fields import Field
from import_export.formats.base_formats import CSV, XLSX
from import_export.resources import Resource
from import_export.widgets import CharWidget, DateTimeWidget, Widget
from tablib import Dataset

from backoffice.sheets.csv_lines import csv_lines
from backoffice.sheets.formulas import safe_text
from backoffice.sheets.writing import write_workbook


class CSVFile(CSV):
    def _escape_formulae(self, dataset: Dataset) -> None:
        """Do nothing: `safe_text` has neutralised every cell, and the library would only drop a leading =."""

    def export_data(self, dataset: Dataset, **kwargs: Any) -> str:
        return csv_lines([dataset.headers, *dataset])


class XLSXFile(XLSX):
    def _escape_formulae(self, dataset: Dataset) -> None:
        """Do nothing: `safe_text` has neutralised every cell; the library would turn numbers into text."""

    def export_data(self, dataset: Dataset, **kwargs: Any) -> bytes:
        """Write the cells as they are: the library would take a text such as #N/A for an error."""
        file = BytesIO()
        write_workbook(file, [[dataset.headers], dataset])
        return file.getvalue()


class SafeRows(Resource):
    """Exports rows in which no text can be taken for a formula."""

    @classmethod
    def get_display_name(cls) -> str:
        return cls.__name__

    def export_resource(self, instance: Any, **kwargs: Any) -> list[Any]:
        return [_safe(cell) for cell in super().export_resource(instance, **kwargs)]

    def table(self, rows: Iterable[Any]) -> Dataset:
        """Return the rows with numbers as numbers, for files of any kind."""
        return self.export(rows, force_native_type=True)


def _safe(cell: Any) -> Any:
    if isinstance(cell, bool):
        return int(cell)
    return safe_text(cell) if isinstance(cell, str) else cell


class LocalMoment(DateTimeWidget):
    """Writes a moment in the shop's time zone, to the second."""

    def render(self, value: datetime | None, obj: Any = None, **kwargs: Any) -> Any:
        return super().render(value and value.replace(microsecond=0), obj, **kwargs)


def column(name: str, attribute: str = "", widget: Widget | None = None) -> Field:
    return Field(attribute or name, name, widget or CharWidget(coerce_to_string=False))
