"""Rendered bytes of products, never older than the database.

On SQLite the database itself tells each connection whether anything was committed since: what a thread has
rendered is good for as long as nothing was, whichever process wrote. On PostgreSQL bytes are kept, in Redis
and in each process, under a generation that was read *before* their query, so that bytes computed during a
change are never taken for newer ones. Each change begins a new generation in Redis once it is committed.

A process may die between its commit and that, or Redis may not hear it. So a generation ends by itself after
`TRUSTED_SECONDS`, and whoever finds none asks the database: its snapshot tells whether any transaction has
ended since the generation began. If none has, it goes on; else a new one begins. What is owed to the cache is
thus known from the database alone, in every process, for about one short query a second in all. Redis may
also forget everything. Without Redis, or while it is down, nothing is kept.
"""

import json
import logging
import secrets
import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from backoffice.runtime.after_commit import Trip, tell_redis
from backoffice.runtime.caches import Held, opened, sealed
from backoffice.runtime.outages import cache_errors

if TYPE_CHECKING:
    from backoffice.requests.json_reply import Reply

logger = logging.getLogger(__name__)

GENERATION = "products:generation"
# BEGAN holds the snapshot a generation began with; TOLD changes whenever a change is reported.
BEGAN = "products:began"
TOLD = "products:told"
# A change that Redis did not hear of stays unseen for at most this long.
TRUSTED_SECONDS = 1
LONGEST_SECONDS = 60
MOST_KEPT = 256
LONGEST_KEY = 1_024


@dataclass(frozen=True, slots=True)
class KeptReply:
    """A reply that is valid while the cache holds `given`; with `given` None it needs no such check."""

    reply: "Reply"
    given: Held | None = None


# This process has changed something that Redis has not heard of yet.
_is_owed = threading.Event()
# This process's copies of what Redis holds, each with the moment when it is too old, whatever Redis says.
_kept_here: dict[str, tuple[KeptReply, float]] = {}


def forget_products() -> None:
    """Forget all replies once the present transaction has committed: something about a product changed."""
    if settings.REDIS_URL:
        tell_redis(_products_changed)


def public_key(environ: Mapping[str, Any]) -> str:
    """Return the key of the answer that an anonymous request with this WSGI environment gets."""
    # Quoted: a SKU may contain a question mark.
    return f"public {quote(environ['PATH_INFO'])}?{environ.get('QUERY_STRING', '')}"


def recalled(key: str) -> KeptReply | None:
    """Return what this process keeps under this key, with what proves that no product has changed since."""
    if connection.in_atomic_block:
        return None
    if connection.vendor == "sqlite":
        reply = _kept_by_thread.recalled(key)
        return KeptReply(reply) if reply else None
    kept, good_until = _kept_here.get(key, (None, 0.0))
    return kept if monotonic() < good_until and not _is_owed.is_set() else None


def remembered(key: str, render: Callable[[], "Reply"]) -> "Reply":
    """Return what `render` gave for this key; it is called again if any product may have changed since."""
    if connection.in_atomic_block or len(key) > LONGEST_KEY:
        # Uncommitted data may never be committed, and nobody else sends so long a request: keep neither.
        return render()
    if connection.vendor == "sqlite":
        return _kept_by_thread.get(key, render)
    return _kept_in_redis(key, render) if settings.REDIS_URL else render()


class _ThreadMemory(threading.local):
    """Replies rendered over this thread's connection since the database last changed."""

    def __init__(self) -> None:
        self.version: Hashable = None
        self.connection: Any = None
        self.replies: dict[str, Reply] = {}

    def get(self, key: str, render: Callable[[], "Reply"]) -> "Reply":
        self._forget_what_is_old()
        reply = self.replies.get(key)
        if reply is None:
            reply = render()
            if len(self.replies) >= MOST_KEPT:
                self.replies.clear()
            self.replies[key] = reply
        return reply

    def recalled(self, key: str) -> "Reply | None":
        self._forget_what_is_old()
        return self.replies.get(key)

    def _forget_what_is_old(self) -> None:
        connection.ensure_connection()
        raw = connection.connection
        with connection.cursor() as cursor:
            # data_version changes when another connection commits; total_changes counts what this one wrote.
            cursor.execute("PRAGMA data_version")
            version = (*cursor.fetchone(), raw.total_changes)
        if raw is not self.connection or version != self.version:
            self.connection, self.version = raw, version
            self.replies.clear()


_kept_by_thread = _ThreadMemory()


def _kept_in_redis(key: str, render: Callable[[], "Reply"]) -> "Reply":
    redis_key = f"products:{sha256(key.encode()).hexdigest()}"
    try:
        generation, found = _look_up(redis_key)
    except cache_errors() as error:
        logger.warning("The cache server does not answer; products are rendered anew: %s", error)
        return render()
    if generation is None:
        return render()
    reply = _unpacked(redis_key, generation, found)
    if reply is None:
        reply = render()
        _keep_in_redis(redis_key, generation, reply)
    _keep_here(key, KeptReply(reply, Held(GENERATION, generation)))
    return reply


def _keep_in_redis(redis_key: str, generation: int, reply: "Reply") -> None:
    try:
        cache.set(redis_key, _packed(redis_key, generation, reply), LONGEST_SECONDS)
    except cache_errors() as error:
        logger.warning("The cache server does not answer; nothing is kept: %s", error)


def _packed(redis_key: str, generation: int, reply: "Reply") -> bytes:
    """Pack a line of JSON about the reply and its body; sealed, for it will be sent as it is."""
    about = json.dumps([generation, reply.status, dict(reply.headers)])
    return sealed(redis_key, about.encode() + b"\n" + reply.body)


def _unpacked(redis_key: str, generation: int, found: object) -> "Reply | None":
    content = opened(redis_key, found)
    if content is None:
        return None
    about, _, body = content.partition(b"\n")
    kept_in, status, headers = json.loads(about)
    # Loaded with what renders replies: whoever only makes the cache forget needs none.
    from backoffice.requests.json_reply import Reply

    return Reply(status, body, headers) if kept_in == generation else None


def _keep_here(key: str, kept: KeptReply) -> None:
    if len(_kept_here) >= MOST_KEPT:
        _kept_here.clear()
    _kept_here[key] = kept, monotonic() + LONGEST_SECONDS


def _look_up(key: str) -> tuple[int | None, object]:
    """Return the present generation, or None if there can be none now, and what is kept under the key."""
    if _is_owed.is_set():
        Trip(_products_changed)()
    found = cache.get_many([GENERATION, key])
    generation = found.get(GENERATION)
    return (generation if type(generation) is int else _begun_generation()), found.get(key)


def _begun_generation() -> int | None:
    """Go on with the last generation if the database says that nothing was committed since; else a new one.

    Returns None when a change was reported meanwhile: the snapshot may be from before it.
    """
    cache.add(TOLD, _never_used(), LONGEST_SECONDS)
    found = cache.get_many([TOLD, BEGAN])
    told, began = found.get(TOLD), found.get(BEGAN)
    if type(told) is not int:
        cache.set(TOLD, _never_used(), LONGEST_SECONDS)
        return None
    snapshot = _snapshot()
    generation = _goes_on(began, snapshot) or _never_used()
    cache.set(BEGAN, [snapshot, generation], None)
    is_held: bool = cache.set_given(  # type: ignore[attr-defined]
        GENERATION, generation, expires_in=TRUSTED_SECONDS, given=Held(TOLD, told)
    )
    return generation if is_held else None


def _goes_on(began: object, snapshot: str) -> int | None:
    match began:
        case [str(seen), int(generation)] if seen == snapshot:
            return generation
    return None


def _snapshot() -> str:
    """Return a text that differs after every writing transaction that has ended."""
    if connection.vendor != "postgresql":
        return str(_never_used())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        return str(cursor.fetchone()[0])


def _never_used() -> int:
    """Return a random number that no generation had; Redis may forget a counter, so none is used."""
    return secrets.randbits(62)


class _ProductsChanged:
    """A change of products is reported, and a new generation begins."""

    def add_to(self, pipeline: Any) -> None:
        # In this order: whoever finds the old generation afterwards cannot prolong it.
        for key in (TOLD, GENERATION):
            pipeline.set(cache.make_key(key), _never_used(), ex=TRUSTED_SECONDS)

    def sent(self) -> None:
        _is_owed.clear()

    def failed(self, error: Exception) -> None:
        _is_owed.set()
        logger.warning("The cache server does not answer; it is told later what has changed: %s", error)


_products_changed = _ProductsChanged()
