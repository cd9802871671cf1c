"""Payments from a file: choose a statement, look at what it settles, resolve the odd lines, book."""
