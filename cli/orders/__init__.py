"""shopctl orders: look at orders; place, ship, deliver, cancel, return and edit them."""

from importlib import import_module

from cli.orders.shown import app

__all__ = ["app"]

# In the order of the help.
for module in (
    *("lists", "placing", "shipping", "shipments", "reversals", "allowances"),
    *("editing", "emails", "files"),
):
    import_module(f"cli.orders.{module}")
