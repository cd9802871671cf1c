"""Figures that may be some seconds old, kept by this process: Redis is not trusted with objects.

Whoever has just changed something sees figures of afterwards: a cookie tells since when, to any process.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from django.http.response import HttpResponseBase

ACTED = "acted"
# As long as any figure is kept.
ACTED_SECONDS = 60


def remembered[T](key: str, seconds: int, compute: Callable[[], T], *, since: float = 0) -> T:
    """Return what `compute` gave at most `seconds` ago and not before `since`, or gives now."""
    figures = caches["process"]
    computed_at, value = figures.get(key, (0.0, None))
    if not computed_at or computed_at < since:
        # Before it is computed: what changes meanwhile may not be in it.
        computed_at, value = time.time(), compute()
        figures.set(key, (computed_at, value), seconds)
    found: T = value
    return found


def acted_at(request: HttpRequest) -> float:
    """Return when this browser last changed something, in seconds since 1970; 0 when it is long ago."""
    try:
        at = float(request.COOKIES.get(ACTED, ""))
    except ValueError:
        return 0
    return at if at <= time.time() else 0


def note_act(response: HttpResponseBase) -> None:
    """Have the browser's next pages count anew."""
    response.set_cookie(
        ACTED,
        f"{time.time():.3f}",
        max_age=ACTED_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )
