"""Signs of life for load balancers and supervisors, given within a second whatever hangs.

`/healthz`: this process answers. `/readyz`: it can do its work, so send it requests. Without the database or
a disk to write on it cannot; without Redis it can, only less well: nothing is cached or throttled together
with other processes, and mails wait.
"""

import os
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache as remember
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic

from django.core.cache import cache
from django.db import connection, connections
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

# For all checks together, which run side by side.
DEADLINE_SECONDS = 0.8
# Whoever asks more often is told the same again.
GOOD_FOR_SECONDS = 1.0
LEAST_FREE_BYTES = 32 * 1_048_576
# Writing costs PostgreSQL more than answering.
WRITTEN_IS_GOOD_FOR_SECONDS = 10.0

_written_at = float("-inf")


class State(StrEnum):
    OK = "ok"
    FAILING = "failing"
    UNREACHABLE = "unreachable"
    SILENT = "no answer in time"


@dataclass(frozen=True, slots=True)
class Health:
    """The result of each check, and what they mean for this process."""

    checks: Mapping[str, State]

    @property
    def status(self) -> str:
        bad = {name for name, state in self.checks.items() if state is not State.OK}
        if bad & NEEDED.keys():
            return "unavailable"
        return "degraded" if bad else "ok"

    @property
    def is_ready(self) -> bool:
        return self.status != "unavailable"

    def told(self) -> dict[str, object]:
        return {"status": self.status, "checks": dict(self.checks)}


class Check:
    """Runs one check in a thread of its own; while that hangs, it is not started again."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        self._ask = ask
        self._wanted: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._has_answered = threading.Event()
        self._has_answered.set()
        self._thread: threading.Thread | None = None
        self._state = State.SILENT

    def start(self) -> None:
        if not self._has_answered.is_set():
            return
        self._has_answered.clear()
        self._state = State.SILENT
        if self._thread is None:
            # Started only now: there may be no thread yet when a process is forked.
            self._thread = threading.Thread(target=self._answer, name="health", daemon=True)
            self._thread.start()
        self._wanted.put(None)

    def state(self, until: float) -> State:
        """Return what it found, or SILENT if it has not by then, a moment of `time.monotonic`."""
        self._has_answered.wait(max(0.0, until - monotonic()))
        return self._state

    def _answer(self) -> None:
        while True:
            self._wanted.get()
            self._state = self._run()
            self._has_answered.set()

    def _run(self) -> State:
        try:
            return State.OK if self._ask() else State.FAILING
        except Exception:  # whatever it is, it is not there
            return State.UNREACHABLE
        finally:
            # Each check opens a new connection: that one can be opened is part of the answer.
            connections.close_all()


class Checks:
    """Runs all checks side by side, and keeps their result for a moment."""

    def __init__(self, checks: Mapping[str, Callable[[], bool]]) -> None:
        self._checks = {name: Check(ask) for name, ask in checks.items()}
        self._lock = threading.Lock()
        self._last: tuple[float, Health] | None = None

    def health(self) -> Health:
        with self._lock:
            if self._last is None or monotonic() > self._last[0]:
                health = self._run()
                self._last = monotonic() + GOOD_FOR_SECONDS, health
            return self._last[1]

    def _run(self) -> Health:
        until = monotonic() + DEADLINE_SECONDS
        for check in self._checks.values():
            check.start()
        return Health({name: check.state(until) for name, check in self._checks.items()})


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer that this process answers; nothing else is checked."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 when this process can work, if need be with less than all, else 503; say what is missing."""
    found = health()
    return JsonResponse(found.told(), status=200 if found.is_ready else 503)


def _database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


class _Unmigrated(Exception):
    pass


def _is_migrated() -> bool:
    try:
        _see_all_migrations()
    except _Unmigrated:
        return False
    return True


@remember
def _see_all_migrations() -> None:
    """Raise _Unmigrated unless all are applied; success is remembered, for applied ones stay applied."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise _Unmigrated


def _disk_takes_writes() -> bool:
    """Whether the disk with the data can be written: on PostgreSQL, whether the server can."""
    if connection.vendor != "sqlite":
        return _database_takes_writes()
    database = Path(connection.settings_dict["NAME"])
    disk = os.statvfs(database.parent)
    if disk.f_bavail * disk.f_frsize < LEAST_FREE_BYTES or not os.access(database, os.W_OK):
        return False
    with TemporaryFile(dir=database.parent) as probe:
        probe.write(bytes(4_096))
        probe.flush()
        os.fsync(probe.fileno())
    return True


def _database_takes_writes() -> bool:
    """Whether PostgreSQL can write: a full or read-only one still answers questions."""
    global _written_at
    if monotonic() < _written_at + WRITTEN_IS_GOOD_FOR_SECONDS:
        return True
    with connection.cursor() as cursor:
        if not postgresql_writes(cursor):
            return False
    _written_at = monotonic()
    return True


def postgresql_writes(cursor: CursorWrapper) -> bool:
    """Whether this PostgreSQL writes, or only reads. Raises DatabaseError: its disk is full."""
    cursor.execute("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean")
    if cursor.fetchone()[0]:
        return False
    # Only this connection sees the table, and it ends with it: nobody waits for a lock.
    cursor.execute("CREATE TEMPORARY TABLE readiness AS SELECT repeat('x', 8192) AS filler")
    cursor.execute("DROP TABLE readiness")
    return True


def _cache_answers() -> bool:
    cache.set("readyz", 1, timeout=10)
    return bool(cache.get("readyz") == 1)


def _queue_answers() -> bool:
    from huey.contrib.djhuey import HUEY

    return bool(HUEY.pending_count() >= 0)


NEEDED: dict[str, Callable[[], bool]] = {
    "database": _database_answers,
    "migrations": _is_migrated,
    "disk": _disk_takes_writes,
}
HELPFUL: dict[str, Callable[[], bool]] = {"cache": _cache_answers, "queue": _queue_answers}
checks = Checks({**NEEDED, **HELPFUL})


def health() -> Health:
    return checks.health()
