"""All payments, as a list."""
