"""Many threads at the same thing at the same moment."""

import itertools
import threading
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection, connections


def race(threads: int, work: Iterable[Callable[[], object]]) -> list[Any]:
    """Deal the calls out to threads that a barrier releases together.

    Gives what each call returned or raised, in the order of `work`. Needs a database that threads can see:
    `@pytest.mark.django_db(transaction=True)`.
    """
    calls = list(work)
    outcomes: list[object] = [AssertionError("This call never ran.")] * len(calls)
    threads = min(threads, len(calls))
    if threads == 0:
        return outcomes
    start = threading.Barrier(threads)

    def run(share: range) -> None:
        try:
            # Connected before the start, so that no thread is late for making its connection.
            connections["default"].ensure_connection()
            start.wait(timeout=30)
            for index in share:
                outcomes[index] = _outcome(calls[index])
        finally:
            connections.close_all()

    runners = [
        threading.Thread(target=run, args=(range(first, len(calls), threads),)) for first in range(threads)
    ]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    return outcomes


def first_together(parties: int) -> Callable[[], None]:
    """A point of a race that the first so many pass together, and all who come later at once.

    A control waits at it between its look and its write: then it shows the fault each time, not by chance.
    """
    meeting = threading.Barrier(parties)
    arrivals = itertools.count()

    def arrive() -> None:
        if next(arrivals) < parties:
            meeting.wait(timeout=30)

    return arrive


def deadlocks_so_far() -> int:
    """How many this database has resolved, also those that a retry hid; SQLite, with one writer, has none."""
    if connection.vendor == "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def _outcome(call: Callable[[], object]) -> object:
    try:
        return call()
    except Exception as error:
        return error
