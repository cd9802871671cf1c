"""The catalogue's pages; importing them registers them."""

from catalog.admin import category, ledger, product, product_import, stock_import

__all__ = ["category", "ledger", "product", "product_import", "stock_import"]
