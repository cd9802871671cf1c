"""Marks of running processes in PostgreSQL: a session of each that holds a shared lock, named after it."""

import copy
import logging
import threading
from collections.abc import Callable, Iterator
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


@contextmanager
def marked(words: str) -> Iterator[Callable[[], None] | None]:
    """Gives None when somebody has the database to themselves, else what keeps the mark from now on."""
    ended = threading.Event()
    with closing(_session(NAMED + words)) as session:
        if not _asked(session, "SELECT pg_try_advisory_lock_shared(%s)"):
            yield None
            return
        keeper = threading.Thread(target=_keep, args=(session, ended), name="running", daemon=True)
        try:
            yield keeper.start
        finally:
            ended.set()
            if keeper.ident is not None:
                keeper.join(timeout=KEEP_SECONDS)


def marks() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(MARKED, [ADVISORY_LOCK])
        names = [name for [name] in cursor.fetchall()]
    return [name.removeprefix(NAMED) for name in names]


@contextmanager
def alone() -> Iterator[bool]:
    """Whether no process is marked; if so, none can be within."""
    with closing(_session(f"{NAMED}replacing")) as session:
        yield _asked(session, "SELECT pg_try_advisory_lock(%s)")


def _session(name: str) -> BaseDatabaseWrapper:
    """One of its own, which nothing else uses or closes."""
    session = connection.copy()
    options: dict[str, Any] = copy.deepcopy(session.settings_dict["OPTIONS"])
    session.settings_dict["OPTIONS"] = options | {"application_name": name[:LONGEST_NAME]}
    session.inc_thread_sharing()
    return session


def _asked(session: BaseDatabaseWrapper, question: str) -> bool:
    with session.cursor() as cursor:
        cursor.execute(question, [ADVISORY_LOCK])
        return bool(cursor.fetchone()[0])


def _keep(session: BaseDatabaseWrapper, ended: threading.Event) -> None:
    """A session that ended with its server begins anew."""
    while not ended.wait(KEEP_SECONDS):
        try:
            with session.cursor() as cursor:
                cursor.execute("SELECT 1")
        except DatabaseError:
            _begin_anew(session)


def _begin_anew(session: BaseDatabaseWrapper) -> None:
    try:
        session.close()
        if not _asked(session, "SELECT pg_try_advisory_lock_shared(%s)"):
            logger.error("The database is being replaced while this process uses it: stop it.")
    except DatabaseError as error:
        logger.warning("The database does not answer: %s", error)
