"""shopctl families: products that differ by colour, size or the like."""

from importlib import import_module

from cli.families.families import app

__all__ = ["app"]

# In the order of the help.
import_module("cli.families.members")
