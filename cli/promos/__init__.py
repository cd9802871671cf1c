"""shopctl promos: promo codes, one by one, in batches and by files; and what they would have cost."""

from importlib import import_module

from cli.promos.shown import app

__all__ = ["app"]

# In the order of the help.
for module in ("codes", "changes", "batches", "files", "backtest"):
    import_module(f"cli.promos.{module}")
