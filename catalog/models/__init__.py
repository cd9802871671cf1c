from catalog.models.category_change import CategoryChange, CategoryChangeKind
from catalog.models.ledger import MovementKind, Reason, StockMovement
from catalog.models.product import Category, Product
from catalog.models.product_change import ProductChange, ProductChangeKind
from catalog.models.product_import import ProductImport, ProductImportState
from catalog.models.stock_import import ImportMode, ImportState, StockImport, StockImportRow

__all__ = [
    "Category",
    "CategoryChange",
    "CategoryChangeKind",
    "ImportMode",
    "ImportState",
    "MovementKind",
    "Product",
    "ProductChange",
    "ProductChangeKind",
    "ProductImport",
    "ProductImportState",
    "Reason",
    "StockImport",
    "StockImportRow",
    "StockMovement",
]
