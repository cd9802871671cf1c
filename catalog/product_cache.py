"""Rendered bytes of products, never older than the database.

On SQLite the database itself tells each connection whether anything was committed since: what a thread has
rendered is good for as long as nothing was, whichever process wrote. On PostgreSQL a number in Redis is
raised after each commit that changed what products show; bytes are kept, there and in each process, with
the number that was read *before* their query, so that bytes computed during a change are never taken for
newer ones. Without Redis, or while it is down, nothing is kept.
"""

import logging
import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic, time_ns
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from redis.exceptions import RedisError

from backoffice.caches import Held
from backoffice.replies import Reply

logger = logging.getLogger(__name__)

GENERATION = "products:generation"
# The last resort should a process die between its commit and raising the generation.
LONGEST_SECONDS = 60
MOST_KEPT = 256
LONGEST_KEY = 1_024


@dataclass(frozen=True, slots=True)
class Kept:
    """A reply that is good if the cache still holds what is given, and for good without that."""

    reply: Reply
    given: Held | None = None


_raise_is_owed = threading.Event()
# Of this process, beside those in Redis: each with the moment when it is too old, whatever Redis says.
_kept_here: dict[str, tuple[Kept, float]] = {}


def forget_products() -> None:
    """What products show has changed: forget it once the present transaction has committed."""
    if settings.REDIS_URL:
        transaction.on_commit(_raise_generation, robust=True)


def public_key(environ: Mapping[str, Any]) -> str:
    """Of the answer to a request with this environment of WSGI when nobody in particular asks."""
    # Quoted: a SKU may contain a question mark.
    return f"public {quote(environ['PATH_INFO'])}?{environ.get('QUERY_STRING', '')}"


def recalled(key: str) -> Kept | None:
    """What this process keeps under this key, with what shows that no product has changed since."""
    if connection.in_atomic_block:
        return None
    if connection.vendor == "sqlite":
        reply = _kept_by_thread.recalled(key)
        return Kept(reply) if reply else None
    kept, good_until = _kept_here.get(key, (None, 0.0))
    return kept if monotonic() < good_until and not _raise_is_owed.is_set() else None


def remembered(key: str, render: Callable[[], Reply]) -> Reply:
    """What `render` gave for this key, or gives now if any product may have changed since."""
    if connection.in_atomic_block or len(key) > LONGEST_KEY:
        # What is seen here is not committed yet, and may never be; what is asked is nobody else's question.
        return render()
    if connection.vendor == "sqlite":
        return _kept_by_thread.get(key, render)
    return _kept_in_redis(key, render) if settings.REDIS_URL else render()


class _ThreadMemory(threading.local):
    """Replies of this thread's connection, since the last change of the database."""

    def __init__(self) -> None:
        self.version: Hashable = None
        self.connection: Any = None
        self.replies: dict[str, Reply] = {}

    def get(self, key: str, render: Callable[[], Reply]) -> Reply:
        self._forget_what_is_old()
        reply = self.replies.get(key)
        if reply is None:
            reply = render()
            if len(self.replies) >= MOST_KEPT:
                self.replies.clear()
            self.replies[key] = reply
        return reply

    def recalled(self, key: str) -> Reply | None:
        self._forget_what_is_old()
        return self.replies.get(key)

    def _forget_what_is_old(self) -> None:
        connection.ensure_connection()
        raw = connection.connection
        with connection.cursor() as cursor:
            # Changes whenever another connection commits; total_changes counts what this one wrote.
            cursor.execute("PRAGMA data_version")
            version = (*cursor.fetchone(), raw.total_changes)
        if raw is not self.connection or version != self.version:
            self.connection, self.version = raw, version
            self.replies.clear()


_kept_by_thread = _ThreadMemory()


def _kept_in_redis(key: str, render: Callable[[], Reply]) -> Reply:
    redis_key = f"products:{sha256(key.encode()).hexdigest()}"
    try:
        generation, kept = _look_up(redis_key)
    except (RedisError, OSError) as error:
        logger.warning("The cache server does not answer; products are rendered anew: %s", error)
        return render()
    if kept is not None and kept[0] == generation:
        reply: Reply = kept[1]
    else:
        reply = render()
        _keep_in_redis(redis_key, generation, reply)
    _keep_here(key, Kept(reply, Held(GENERATION, generation)))
    return reply


def _keep_in_redis(redis_key: str, generation: int, reply: Reply) -> None:
    try:
        cache.set(redis_key, (generation, reply), LONGEST_SECONDS)
    except (RedisError, OSError) as error:
        logger.warning("The cache server does not answer; nothing is kept: %s", error)


def _keep_here(key: str, kept: Kept) -> None:
    if len(_kept_here) >= MOST_KEPT:
        _kept_here.clear()
    _kept_here[key] = kept, monotonic() + LONGEST_SECONDS


def _look_up(key: str) -> tuple[int, tuple[int, Reply] | None]:
    if _raise_is_owed.is_set():
        _raise_generation()
    found = cache.get_many([GENERATION, key])
    generation = found.get(GENERATION)
    return (_new_generation() if generation is None else generation), found.get(key)


def _new_generation() -> int:
    """Later than every earlier one, also after Redis has lost its memory."""
    cache.add(GENERATION, time_ns(), None)
    generation: int = cache.get(GENERATION)
    return generation


def _raise_generation() -> None:
    try:
        try:
            cache.incr(GENERATION)
        except ValueError:
            _new_generation()
        _raise_is_owed.clear()
    except (RedisError, OSError) as error:
        _raise_is_owed.set()
        logger.warning("The cache server does not answer; its products are forgotten later: %s", error)
