from catalog.models.category_change import CategoryChange, CategoryChangeKind
from catalog.models.file_import import ImportState
from catalog.models.ledger import MovementKind, Reason, StockMovement
from catalog.models.picture import PictureSize, ProductPicture
from catalog.models.product import Category, EarlierSku, Product, SeenProduct
from catalog.models.product_change import ProductChange, ProductChangeKind
from catalog.models.product_import import ProductImport, ProductImportRow
from catalog.models.stock_import import ImportMode, StockImport, StockImportRow

__all__ = [
    "Category",
    "CategoryChange",
    "CategoryChangeKind",
    "EarlierSku",
    "ImportMode",
    "ImportState",
    "MovementKind",
    "PictureSize",
    "Product",
    "ProductChange",
    "ProductChangeKind",
    "ProductImport",
    "ProductImportRow",
    "ProductPicture",
    "Reason",
    "SeenProduct",
    "StockImport",
    "StockImportRow",
    "StockMovement",
]
