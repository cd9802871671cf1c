"""A sheet to count shelves by: what is on hand, as an import in mode `count` takes it back."""

from collections.abc import Iterable

from tablib import Dataset

from backoffice.sheets.formulas import safe_text
from catalog.models import Product
from catalog.stock_import.stock_file import COLUMNS


def count_sheet(products: Iterable[Product]) -> Dataset:
    """Make the sheet. Imported unchanged it does nothing; a row whose product moved meanwhile is refused."""
    sheet = Dataset(headers=COLUMNS)
    for product in products:
        sheet.append((safe_text(product.sku), product.on_hand, product.on_hand, "", safe_text(product.name)))
    return sheet
