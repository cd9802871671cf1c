"""Knows a request at any door: where it comes from, and how much of it and how often one is taken."""
