"""What may return before it is on disk."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# SQLite's number of the level.
NORMAL = 1


@contextmanager
def without_waiting_for_disk() -> Iterator[None]:
    """Let this thread's commits within the block return before they are on disk, on SQLite.

    They outlive the process however it ends, but the last of them not a power failure of the machine. It is
    for what would then merely be done once more, and what others would wait for: SQLite has one writer.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        [usual] = cursor.execute("PRAGMA synchronous").fetchone()
    _synchronise(min(usual, NORMAL))
    try:
        yield
    finally:
        _synchronise(usual)


def _synchronise(level: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA synchronous = {level}")
