"""The one way to write: durable, one writer at a time on SQLite, retried on PostgreSQL."""

import fcntl
import functools
import itertools
import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils.translation import gettext as _

from backoffice.db import sending, sequences
from backoffice.db.statement import OUTDATED
from backoffice.errors import Busy

logger = logging.getLogger(__name__)

ATTEMPTS = 6
DEADLOCK_DETECTED = "40P01"
SERIALIZATION_FAILURE = "40001"
LOCK_NOT_AVAILABLE = "55P03"
UNIQUE_VIOLATION = "23505"
CHECK_VIOLATION = "23514"
DIVISION_BY_ZERO = "22012"
# How the database refuses what waited for it, when something has changed since it was read.
OVERTAKEN = frozenset({UNIQUE_VIOLATION, CHECK_VIOLATION, DIVISION_BY_ZERO})

_writer = threading.Lock()
_state = threading.local()
_runs = itertools.count(1)


class Collision(Exception):
    """Somebody else took the same unique slot at the same moment: try the whole use case again."""


def write_transaction[**P, R](use_case: Callable[P, R]) -> Callable[P, R]:
    """Run the use case in one durable transaction; inside another one, as a part of it.

    When it returns, its effects are on disk. Deadlocks, serialisation failures, collisions, and numbers that
    a sequence gave out a second time run the whole use case again, so it must not act on anything but the
    database before it returns.

    On PostgreSQL the first run is hopeful: statements may wait and travel together (`sending`), and what it
    reads it need not lock. If the database then refuses anything, the next runs are careful (`is_careful`).

    Raises:
        Busy: a lock could not be had in time; nothing was written.
    """

    @functools.wraps(use_case)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if is_writing():
            return use_case(*args, **kwargs)
        for attempt in range(1, ATTEMPTS + 1):
            is_careful = attempt > 1 or connection.vendor != "postgresql"
            is_outermost = not connection.in_atomic_block
            try:
                with _writing(is_careful=is_careful), _single_writer(), transaction.atomic(durable=True):
                    returned = use_case(*args, **kwargs)
                    sending.finish(is_to_commit=is_outermost)
                    return returned
            except (DatabaseError, Collision) as error:
                is_overtaken = not is_careful and sqlstate_of(error) in OVERTAKEN | OUTDATED and is_outermost
                if attempt == ATTEMPTS or not (
                    _is_worth_retrying(error) or _catch_up_after(error) or is_overtaken
                ):
                    _raise_busy_if_locked(error)
                    raise
            time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311
        raise AssertionError("unreachable")

    return run


def is_writing() -> bool:
    """Whether this thread is within a use case that writes."""
    return getattr(_state, "is_writing", False)


def current_run() -> int | None:
    """Return the number, given once, of the run of a use case that writes in this thread; None outside."""
    return getattr(_state, "run", None)


def is_careful() -> bool:
    """Whether what may change is to be locked when it is read: anywhere but in a hopeful first run."""
    return getattr(_state, "is_careful", True)


@contextmanager
def _writing(*, is_careful: bool) -> Iterator[None]:
    _state.is_writing, _state.is_careful, _state.run = True, is_careful, next(_runs)
    try:
        with nullcontext() if is_careful else sending.collecting():
            yield
    finally:
        _state.is_writing, _state.is_careful, _state.run = False, True, None


@contextmanager
def _single_writer() -> Iterator[None]:
    """Queue up for SQLite's one writer: its own busy wait is unfair and starves some of them."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with _writer:
        if connection.is_in_memory_db():  # type: ignore[attr-defined]
            yield
            return
        with _lock_file(str(connection.settings_dict["NAME"])).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _lock_file(database: str) -> Path:
    return Path(f"{database}.lock")


def _is_worth_retrying(error: Exception) -> bool:
    if connection.in_atomic_block:
        return False
    return isinstance(error, Collision) or sqlstate_of(error) in (DEADLOCK_DETECTED, SERIALIZATION_FAILURE)


def _catch_up_after(error: Exception) -> bool:
    """Catch up the sequences, if the error comes from one that was behind; return whether it does."""
    if connection.in_atomic_block or sqlstate_of(error) != UNIQUE_VIOLATION:
        return False
    named = error.__cause__.diag  # type: ignore[union-attr]
    if not sequences.gives_the_values_of(
        connection, table=named.table_name or "", constraint=named.constraint_name or ""
    ):
        return False
    for each in sequences.catch_up(connection):
        logger.warning("The sequence %s was behind; it goes on after %s.", each.sequence, each.highest)
    # True also when there was none left: another process may just have caught it up.
    return True


def _raise_busy_if_locked(error: Exception) -> None:
    is_sqlite_lock = isinstance(error, OperationalError) and "database is locked" in str(error)
    is_contention = isinstance(error, Collision) or sqlstate_of(error) in (
        DEADLOCK_DETECTED,
        SERIALIZATION_FAILURE,
        LOCK_NOT_AVAILABLE,
    )
    if is_sqlite_lock or is_contention:
        raise Busy(
            _("The shop is very busy; nothing was written. Try again."), retry_after_seconds=2
        ) from error


def sqlstate_of(error: Exception) -> str | None:
    """Return PostgreSQL's own code of what went wrong; None on SQLite, which has none."""
    return getattr(error.__cause__, "sqlstate", None)
