"""Figures of the dashboard, kept for a minute or more; who may see them is asked anew on every page."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from backoffice.admin.short_cache import acted_at, remembered

KEPT_SECONDS = 60
# What sold best changes slowly, and reads every line that was sold.
RANKED_SECONDS = 600


class KeptFigures:
    """Counts for one page; `as_of` is when the oldest of its figures was counted."""

    def __init__(self, request: HttpRequest) -> None:
        self.since = acted_at(request)
        self.as_of = timezone.now()

    def get[T](self, name: str, count: Callable[[], T]) -> T:
        def count_now() -> tuple[datetime, T]:
            return timezone.now(), count()

        at, figure = remembered(f"dashboard:{name}", KEPT_SECONDS, count_now, since=self.since)
        self.as_of = min(self.as_of, at)
        return figure

    def ranking[T](self, name: str, count: Callable[[], T]) -> T:
        """Return what may be some minutes old, also after one's own act."""
        return remembered(f"dashboard:{name}", RANKED_SECONDS, count)
