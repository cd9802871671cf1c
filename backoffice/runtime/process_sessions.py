"""Marks of running processes in PostgreSQL: a session of each that holds a shared lock, named after it."""

import copy
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

logger = logging.getLogger(__name__)

# Any number, the same for all processes of a shop, and not that of migrating.
ADVISORY_LOCK = 7_205_119
NAMED = "backoffice "
# What PostgreSQL keeps of a session's name.
LONGEST_NAME = 63
KEEP_SECONDS = 5
MARKED = """
    SELECT activity.application_name
    FROM pg_locks AS held
    JOIN pg_stat_activity AS activity ON activity.pid = held.pid
    WHERE held.locktype = 'advisory' AND held.classid = 0 AND held.objid = %s AND held.objsubid = 1
        AND held.granted AND held.mode = 'ShareLock'
        AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ORDER BY activity.backend_start
"""


class _Keeper:
    """Looks after a session from a thread, which stands aside while the process forks."""

    def __init__(self, session: BaseDatabaseWrapper) -> None:
        self.session = session
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._keep, args=(self._is_over,), name="running", daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._is_over.set()
        if self._thread is not None:
            # The thread may hang on a dead server, so it is not waited for.
            self._thread.join(timeout=1)

    def _keep(self, is_over: threading.Event) -> None:
        """Open the session again whenever it has ended, as it does when its server restarts."""
        while not is_over.wait(KEEP_SECONDS):
            try:
                with self.session.cursor() as cursor:
                    cursor.execute("SELECT 1")
            except DatabaseError:
                _begin_anew(self.session)


_keepers: set[_Keeper] = set()


def _stand_aside() -> None:
    for keeper in _keepers:
        keeper.end()


def _go_on() -> None:
    for keeper in _keepers:
        keeper.begin()


os.register_at_fork(before=_stand_aside, after_in_parent=_go_on, after_in_child=_keepers.clear)


@contextmanager
def marked(words: str) -> Iterator[bool]:
    """Mark this process within the block; yield False, unmarked, when somebody has the database alone."""
    with closing(_session(NAMED + words)) as session:
        if not _gets_lock(session, "SELECT pg_try_advisory_lock_shared(%s)"):
            yield False
            return
        keeper = _Keeper(session)
        keeper.begin()
        _keepers.add(keeper)
        try:
            yield True
        finally:
            _keepers.discard(keeper)
            keeper.end()


def marks() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(MARKED, [ADVISORY_LOCK])
        names = [name for [name] in cursor.fetchall()]
    return [name.removeprefix(NAMED) for name in names]


@contextmanager
def alone() -> Iterator[bool]:
    """Yield whether no process is marked; if so, none can mark itself within the block."""
    with closing(_session(f"{NAMED}replacing")) as session:
        yield _gets_lock(session, "SELECT pg_try_advisory_lock(%s)")


def _session(name: str) -> BaseDatabaseWrapper:
    """Return a new connection, which nothing else uses or closes; the session is named `name`."""
    session = connection.copy()
    options: dict[str, Any] = copy.deepcopy(session.settings_dict["OPTIONS"])
    session.settings_dict["OPTIONS"] = options | {"application_name": name[:LONGEST_NAME]}
    session.inc_thread_sharing()
    return session


def _gets_lock(session: BaseDatabaseWrapper, statement: str) -> bool:
    with session.cursor() as cursor:
        cursor.execute(statement, [ADVISORY_LOCK])
        return bool(cursor.fetchone()[0])


def _begin_anew(session: BaseDatabaseWrapper) -> None:
    try:
        session.close()
        if not _gets_lock(session, "SELECT pg_try_advisory_lock_shared(%s)"):
            logger.error("The database is being replaced while this process uses it: stop it.")
    except DatabaseError as error:
        logger.warning("The database does not answer: %s", error)
