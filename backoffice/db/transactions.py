"""The one way to write: durable, one writer at a time on SQLite, retried on PostgreSQL."""

import fcntl
import functools
import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils.translation import gettext as _

from backoffice.db import sequences
from backoffice.errors import Busy

logger = logging.getLogger(__name__)

ATTEMPTS = 6
DEADLOCK_DETECTED = "40P01"
SERIALIZATION_FAILURE = "40001"
LOCK_NOT_AVAILABLE = "55P03"
UNIQUE_VIOLATION = "23505"

_writer = threading.Lock()
_state = threading.local()


class Collision(Exception):
    """Somebody else took the same unique slot at the same moment: try the whole use case again."""


def write_transaction[**P, R](use_case: Callable[P, R]) -> Callable[P, R]:
    """Run the use case in one durable transaction; inside another one, as a part of it.

    When it returns, its effects are on disk. Deadlocks, serialisation failures, collisions, and numbers that
    a sequence gave out a second time run the whole use case again, so it must not act on anything but the
    database before it returns.

    Raises:
        Busy: a lock could not be had in time; nothing was written.
    """

    @functools.wraps(use_case)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if getattr(_state, "is_writing", False):
            return use_case(*args, **kwargs)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with _writing(), _single_writer(), transaction.atomic(durable=True):
                    return use_case(*args, **kwargs)
            except (DatabaseError, Collision) as error:
                if attempt == ATTEMPTS or not (_is_worth_retrying(error) or _catch_up_after(error)):
                    _raise_busy_if_locked(error)
                    raise
            time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311
        raise AssertionError("unreachable")

    return run


@contextmanager
def _writing() -> Iterator[None]:
    _state.is_writing = True
    try:
        yield
    finally:
        _state.is_writing = False


@contextmanager
def _single_writer() -> Iterator[None]:
    """Queue up for SQLite's one writer: its own busy wait is unfair and starves some of them."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with _writer, _lock_file(str(connection.settings_dict["NAME"])).open("w") as lock:
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
