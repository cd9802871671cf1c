"""shopctl payments: what came in, what is owed; record, pay back, correct, and prove every cent."""

from importlib import import_module

from cli.payments.ledger import app

__all__ = ["app"]

# In the order of the help.
for module in ("ledger", "recording", "corrections", "files", "dunning"):
    import_module(f"cli.payments.{module}")
