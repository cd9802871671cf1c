"""The columns and cells of a product file: how they are named and read, and what to say if they cannot be."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models
from import_export import widgets

from backoffice.fields import folded
from catalog.file_columns import named_columns
from catalog.formulas import restored
from catalog.models import Category

IMPORTED = ("sku", "name", "price", "category", "barcode", "low_stock_threshold", "is_active")
WHOLE = re.compile(r"[0-9]{1,10}(?:\.0+)?\Z")
TRUE, FALSE = ("1", "true", "yes"), ("0", "false", "no")
ROWS_NAMED = 5


class CategoryWidget(widgets.ForeignKeyWidget):
    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> models.Model | None:
        try:
            found: models.Model | None = super().clean(value, row, **kwargs)
        except Category.DoesNotExist:
            raise ValueError(f"There is no category “{value}”: add it first.") from None
        return found


class PriceWidget(widgets.DecimalWidget):
    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> Decimal | None:
        if self.is_empty(value):
            return None
        try:
            return Decimal(str(value).strip())
        except InvalidOperation:
            raise ValueError(
                f"“{value}” is no price: write digits with a point before the cents, like 3.39."
            ) from None


class UnitsWidget(widgets.IntegerWidget):
    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> int | None:
        if self.is_empty(value):
            return None
        if not WHOLE.match(str(value).strip()):
            raise ValueError(
                f"“{value}” is not a whole number: write digits alone, like 12, or leave it empty."
            )
        return int(str(value).partition(".")[0])


class TruthWidget(widgets.BooleanWidget):
    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> bool:
        word = folded(str(value))
        # What is not understood must not archive a product.
        if word not in (*TRUE, *FALSE):
            raise ValueError("Write 1 for a product that can be ordered, 0 for an archived one.")
        return word in TRUE


def product_columns(header: Sequence[object]) -> list[str]:
    """The header, those of products by their proper names. Raises UnreadableFile."""
    needed = "sku, and for new products name and price"
    return named_columns(header, IMPORTED, needed=["sku"], needed_in_words=needed)


def matched(sku: object) -> str:
    """What SKUs of a file are compared by."""
    return folded(restored(str(sku).strip()))


def listed(rows: Sequence[int]) -> str:
    """`3 and 4`, of many the first few."""
    *first, last = [f"{row}" for row in rows[:ROWS_NAMED]]
    if len(rows) > ROWS_NAMED:
        return f"{', '.join([*first, last])} and {len(rows) - ROWS_NAMED} more"
    return f"{', '.join(first)} and {last}"
