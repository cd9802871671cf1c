"""Rows as CSV or XLSX files that a spreadsheet opens as they are: numbers stay numbers, text stays text."""

from datetime import datetime
from typing import Any

from import_export.fields import Field
from import_export.formats.base_formats import CSV, XLSX
from import_export.resources import Resource
from import_export.widgets import CharWidget, DateTimeWidget, Widget
from tablib import Dataset

from accounts.models import User
from backoffice.sheets.csv_lines import csv_lines
from backoffice.sheets.formulas import safe_text
from catalog.models import StockImportRow, StockMovement


class CSVFile(CSV):
    def _escape_formulae(self, dataset: Dataset) -> None:
        """The library's way takes a leading = away, and nothing else."""

    def export_data(self, dataset: Dataset, **kwargs: Any) -> str:
        return csv_lines([dataset.headers, *dataset])


class XLSXFile(XLSX):
    def _escape_formulae(self, dataset: Dataset) -> None:
        """As above; it would make text of every number as well."""


class SafeRows(Resource):
    """Rows of which no text can be taken for a formula."""

    @classmethod
    def get_display_name(cls) -> str:
        return cls.__name__

    def export_resource(self, instance: Any, **kwargs: Any) -> list[Any]:
        return [
            safe_text(cell) if isinstance(cell, str) else cell
            for cell in super().export_resource(instance, **kwargs)
        ]


class LocalMoment(DateTimeWidget):
    """In the shop's time zone, to the second."""

    def render(self, value: datetime | None, obj: Any = None, **kwargs: Any) -> Any:
        return super().render(value and value.replace(microsecond=0), obj, **kwargs)


def _column(name: str, attribute: str = "", widget: Widget | None = None) -> Field:
    return Field(attribute or name, name, widget or CharWidget(coerce_to_string=False))


class MovementExport(SafeRows):
    """The ledger as the list shows it to one reader: not everybody may know the customers."""

    when = _column("when", "at", LocalMoment())
    sku = _column("sku", "product__sku")
    product = _column("product", "product__name")
    kind = _column("kind")
    on_hand_change = _column("on_hand_change", "on_hand_delta")
    on_hand_after = _column("on_hand_after")
    reserved_change = _column("reserved_change", "reserved_delta")
    reserved_after = _column("reserved_after")
    reference = _column("reference")
    by = Field(column_name="by")
    door = _column("door", "source")
    reason = _column("reason")
    note = _column("note")

    def __init__(self, reader: User | None = None) -> None:
        super().__init__()
        self.reader = reader

    def dehydrate_by(self, movement: StockMovement) -> str:
        return movement.mover_told_to(self.reader)


class ImportRowExport(SafeRows):
    """Rows of stock imports: what was in the file, what became of it, and why not."""

    number = _column("import", "stock_import_id")
    file = _column("file", "stock_import__file_name")
    row = _column("row")
    sku = _column("sku")
    product = Field(column_name="product")
    quantity = _column("quantity")
    expected = _column("expected")
    now = _column("now")
    after = _column("after")
    change = _column("change")
    problem = _column("problem")
    note = _column("note")

    def dehydrate_product(self, row: StockImportRow) -> str:
        return row.product.name if row.product else row.name
