"""Figures that may be some seconds old. A cache server that is down makes pages slower, never wrong."""

import logging
from collections.abc import Callable

from django.core.cache import cache

logger = logging.getLogger(__name__)


def remembered[T](key: str, seconds: int, compute: Callable[[], T]) -> T:
    """What `compute` gave at most `seconds` ago. It must not give None."""
    value: T | None = None
    try:
        value = cache.get(key)
    except Exception:
        logger.warning("The cache did not answer for %s.", key)
    if value is not None:
        return value
    value = compute()
    try:
        cache.set(key, value, seconds)
    except Exception:
        logger.warning("The cache did not keep %s.", key)
    return value
