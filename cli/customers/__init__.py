"""shopctl customers: who orders; exporting, editing and merging them, and what is kept of one of them."""

from importlib import import_module

from cli.customers.customers import app

__all__ = ["app"]

import_module("cli.customers.privacy")
