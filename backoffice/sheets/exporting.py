"""Rows as CSV or XLSX files that a spreadsheet opens as they are: numbers stay numbers, text stays text."""

from datetime import datetime
from typing import Any

from import_export.fields import Field
from import_export.formats.base_formats import CSV, XLSX
from import_export.resources import Resource
from import_export.widgets import CharWidget, DateTimeWidget, Widget
from tablib import Dataset

from backoffice.sheets.csv_lines import csv_lines
from backoffice.sheets.formulas import safe_text


class CSVFile(CSV):
    def _escape_formulae(self, dataset: Dataset) -> None:
        """Do nothing: `safe_text` has neutralised every cell, and the library would only drop a leading =."""

    def export_data(self, dataset: Dataset, **kwargs: Any) -> str:
        return csv_lines([dataset.headers, *dataset])


class XLSXFile(XLSX):
    def _escape_formulae(self, dataset: Dataset) -> None:
        """Do nothing: `safe_text` has neutralised every cell; the library would turn numbers into text."""


class SafeRows(Resource):
    """Exports rows in which no text can be taken for a formula."""

    @classmethod
    def get_display_name(cls) -> str:
        return cls.__name__

    def export_resource(self, instance: Any, **kwargs: Any) -> list[Any]:
        return [
            safe_text(cell) if isinstance(cell, str) else cell
            for cell in super().export_resource(instance, **kwargs)
        ]


class LocalMoment(DateTimeWidget):
    """Writes a moment in the shop's time zone, to the second."""

    def render(self, value: datetime | None, obj: Any = None, **kwargs: Any) -> Any:
        return super().render(value and value.replace(microsecond=0), obj, **kwargs)


def column(name: str, attribute: str = "", widget: Widget | None = None) -> Field:
    return Field(attribute or name, name, widget or CharWidget(coerce_to_string=False))
