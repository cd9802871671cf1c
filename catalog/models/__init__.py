from catalog.models.category_change import CategoryChange, CategoryChangeKind
from catalog.models.family import ProductFamily
from catalog.models.family_change import FamilyChange, FamilyChangeKind
from catalog.models.file_import import ImportState
from catalog.models.ledger import MovementKind, Reason, StockMovement
from catalog.models.picture import ProductPicture
from catalog.models.product import Category, EarlierSku, Product, SeenProduct
from catalog.models.product_change import ProductChange, ProductChangeKind
from catalog.models.product_import import ProductImport, ProductImportRow
from catalog.models.stock_import import ImportMode, StockImport, StockImportRow

__all__ = [
    "Category",
    "CategoryChange",
    "CategoryChangeKind",
    "EarlierSku",
    "FamilyChange",
    "FamilyChangeKind",
    "ImportMode",
    "ImportState",
    "MovementKind",
    "Product",
    "ProductChange",
    "ProductChangeKind",
    "ProductFamily",
    "ProductImport",
    "ProductImportRow",
    "ProductPicture",
    "Reason",
    "SeenProduct",
    "StockImport",
    "StockImportRow",
    "StockMovement",
]
