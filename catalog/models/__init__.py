from catalog.models.ledger import MovementKind, Reason, StockMovement
from catalog.models.product import Category, Product
from catalog.models.stock_import import ImportMode, ImportState, StockImport, StockImportRow

__all__ = [
    "Category",
    "ImportMode",
    "ImportState",
    "MovementKind",
    "Product",
    "Reason",
    "StockImport",
    "StockImportRow",
    "StockMovement",
]
