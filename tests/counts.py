"""Limits as on the first day."""

from django.core.cache import cache

from backoffice.requests import throttle_store
from orders.promotions.code_throttle import good_codes


def forget_counts() -> None:
    """Wherever they are kept: on the cache server, or in this process while the server was away."""
    cache.clear()
    throttle_store.counts_here.clear()
    good_codes.clear()
    throttle_store._cache_rests_until = 0.0
