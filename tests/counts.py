"""Limits as on the first day."""

from django.core.cache import cache

from backoffice.api import throttling


def forget_counts() -> None:
    """Wherever they are kept: on the cache server, or in this process while the server was away."""
    cache.clear()
    throttling.counts_here.clear()
    throttling._cache_rests_until = 0.0
