"""Rendered bytes of products, never older than the database."""


def forget_products() -> None:
    """Called after a commit that changed what products show. Raises nothing, also when the cache server is down."""
