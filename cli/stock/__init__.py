"""shopctl stock: how much there is, changed one by one and by files; and the proof that it adds up."""

from importlib import import_module

from cli.stock.stock import app

__all__ = ["app"]

# In the order of the help.
for module in ("counting", "imports", "files"):
    import_module(f"cli.stock.{module}")
