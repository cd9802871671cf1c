"""Figures that may be some seconds old, kept by this process: Redis is not trusted with objects."""

from collections.abc import Callable

from django.core.cache import caches


def remembered[T](key: str, seconds: int, compute: Callable[[], T]) -> T:
    """Return what `compute` gave at most `seconds` ago, or gives now. It must not give None."""
    figures = caches["process"]
    value: T | None = figures.get(key)
    if value is None:
        value = compute()
        figures.set(key, value, seconds)
    return value
