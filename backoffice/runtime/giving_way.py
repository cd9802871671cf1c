"""Lets work that can wait give way to requests, where one process does both.

Whoever computes in a thread beside them takes from each request its turns, and on SQLite its place at the
one writer's lock.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Requests:
    """Counts the requests that are being answered in this process."""

    def __init__(self) -> None:
        self._running = 0
        self._changed = threading.Condition()

    @contextmanager
    def one(self) -> Iterator[None]:
        with self._changed:
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                if not self._running:
                    self._changed.notify_all()

    def give_way(self, *, at_most_seconds: float) -> None:
        """Wait until none is being answered, but never longer than this."""
        with self._changed:
            self._changed.wait_for(lambda: not self._running, timeout=at_most_seconds)


requests = Requests()
