"""Tells outages from faults: a database or Redis that does not answer, a disk that is full.

While Redis is away the shop goes on without it, and each of these modules does its own part:

* requests/throttle_store.py counts the uses of limits in each process, and asks Redis again after a rest;
* catalog/product_cache.py keeps nothing, so that products are rendered from the database;
* runtime/after_commit.py tells what it could not send to those who wanted it said;
* outbox/queueing.py (`WakeUp`) asks no worker for a while: when Redis is back, the sweeper sends the mails;
* server/redis_line.py refuses at once until a rest is over, and the front then asks Django;
* runtime/queue.py ends a wait after two seconds, the cache's timeouts in settings.py after half a second;
* runtime/health.py says `degraded`, with which the process stays ready."""

import errno
import sqlite3
import sys

from django.db import InterfaceError, OperationalError
from django.db import InternalError as DatabaseInternalError

RETRY_AFTER_SECONDS = 5
# Classes of PostgreSQL's codes: no connection, no resources, shut down, broken below; then those of a server
# that only reads, and of a lock that could not be had.
POSTGRESQL_CLASSES = ("08", "53", "57", "58", "25006", "55P03")
SQLITE_CODES = frozenset(
    (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    )
)

FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS))


def cache_errors() -> tuple[type[Exception], ...]:
    """Return what to catch around a question to Redis, whose client is large: only its users load it."""
    from redis.exceptions import RedisError

    return RedisError, OSError


def is_of_redis(error: BaseException | None) -> bool:
    # What has not been loaded has raised nothing.
    client = sys.modules.get("redis.exceptions")
    return client is not None and isinstance(error, client.RedisError)


def is_outage(error: BaseException | None) -> bool:
    """Whether asking again later may help, because the database, Redis or the disk is away."""
    if isinstance(error, InterfaceError) or is_of_redis(error):
        return True
    if isinstance(error, OSError):
        return error.errno in FULL
    # The queue's own, which Django has not wrapped.
    is_bare = isinstance(error, sqlite3.Error)
    if not (is_bare or isinstance(error, (OperationalError, DatabaseInternalError))):
        return False
    cause = error if is_bare else error and error.__cause__
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        # The lowest byte is the kind; a connection that could not be made has no code at all.
        return code is not None and code & 0xFF in SQLITE_CODES
    state = getattr(cause, "sqlstate", None)
    # psycopg gives no code when there was no server to give one.
    return state.startswith(POSTGRESQL_CLASSES) if state else isinstance(error, OperationalError)
