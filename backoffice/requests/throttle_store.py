"""Counts the uses of limits: in the cache server, and while it is away in each process for itself."""

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any

from django.core.cache import DEFAULT_CACHE_ALIAS, cache, caches

from backoffice.runtime.caches import LocMemCache, RedisCache
from backoffice.runtime.outages import cache_errors

logger = logging.getLogger(__name__)

# While the cache server is down, it is asked again this often.
REST_SECONDS = 5
# Some 300 bytes each. The counts have a cache of their own: nothing that strangers cause can evict them.
MOST_COUNTS_HERE = 100_000

_cache_rests_until = 0.0
# This process's own counts, used where there is no cache server or while it is down.
counts_here = LocMemCache("counts", {"OPTIONS": {"MAX_ENTRIES": MOST_COUNTS_HERE}})


def ask_store[T](ask: Callable[[Any], T]) -> T:
    """Ask the cache server; without one, or while it is away, ask the counts of this process."""
    global _cache_rests_until
    if not has_server() or _is_resting():
        return ask(counts_here)
    try:
        answer = ask(cache)
    except cache_errors() as error:
        let_server_rest(error)
        return ask(counts_here)
    _cache_rests_until = 0.0
    return answer


def has_server() -> bool:
    """Whether the shop is set up to count in a cache server."""
    return isinstance(caches[DEFAULT_CACHE_ALIAS], RedisCache)


def _is_resting() -> bool:
    """Whether to ask the server nothing; after a rest it begins another and lets one caller alone ask."""
    global _cache_rests_until
    if monotonic() < _cache_rests_until:
        return True
    if _cache_rests_until:
        _cache_rests_until = monotonic() + REST_SECONDS
    return False


def let_server_rest(error: Exception) -> None:
    """Leave a dead cache server alone for a while: waiting for it would slow down every request."""
    global _cache_rests_until
    _cache_rests_until = monotonic() + REST_SECONDS
    logger.warning("The cache server does not answer; each process counts for itself for now: %s", error)
