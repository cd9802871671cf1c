"""The catalogue's pages; importing them registers them."""

from catalog.admin import category, ledger, product, product_import, stock_import
from catalog.admin.families import family

__all__ = ["category", "family", "ledger", "product", "product_import", "stock_import"]
