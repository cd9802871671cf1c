"""shopctl users: staff accounts, roles and passwords."""

from importlib import import_module

from cli.users.shown import app

__all__ = ["app"]

# In the order of the help.
for module in ("accounts", "rights", "sessions", "history", "second_factor"):
    import_module(f"cli.users.{module}")
