"""shopctl products: what can be ordered, one by one and by files."""

from importlib import import_module

from cli.products.products import app

__all__ = ["app"]

# In the order of the help.
for module in ("files", "imports"):
    import_module(f"cli.products.{module}")
