"""The catalogue's pages; importing them registers them."""

from catalog.admin import category

__all__ = ["category"]
