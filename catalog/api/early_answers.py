"""What the public reads again and again, answered by the front itself before a thread is asked.

On SQLite an answer is good for as long as nobody has committed anything, which the database tells at once. On
PostgreSQL its bytes come from the cache of products, which Redis is asked about in the same step that counts
the request against its limit. Whatever is unusual about a request or its answer is left to Django.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from redis.exceptions import RedisError

from backoffice.api.rate_limit import limit_nobody, window_of_nobody
from backoffice.errors import Throttled
from backoffice.requests.request_id import request_id_of
from backoffice.requests.throttling import Usage
from backoffice.runtime.caches import COUNT, Held, Outdated
from backoffice.server.gateway import Answer, Headers
from backoffice.server.redis_line import RedisAway, RedisLine, Script
from catalog.product_cache import public_key, recalled

BELOW = "/api/v1/products"
MOST_KEPT = 256
# Ordinary requests are shorter. A longer one is answered by Django each time and never kept.
MOST_CHARACTERS = 1_024
# A request with one of these headers, even an empty one, may need another answer in the same words.
PECULIAR = ("HTTP_AUTHORIZATION", "HTTP_ORIGIN", "HTTP_IF_NONE_MATCH")
WORDS = ("wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING")
# Headers that every answer gets anew and that are therefore not kept.
OWN = ("x-request-id", "ratelimit")
COUNTING = Script(COUNT)

type Environ = Mapping[str, Any]
type Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as Django gave it; `state` is SQLite's number of the database it was made from."""

    state: int | None
    key: str
    headers: Headers
    body: bytes

    @property
    def etag(self) -> str:
        return dict(self.headers)["etag"]


class EarlyAnswers:
    """The memory of one loop, for requests in the same words: scheme, host, path and query."""

    def __init__(self) -> None:
        self._answers: dict[Words, Kept] = {}
        self._database: sqlite3.Connection | None = None
        self._redis = RedisLine(settings.REDIS_URL) if settings.REDIS_URL else None

    async def again(self, environ: Environ) -> Answer | None:
        """Return the kept answer to a request in these words and count it; None when Django has to answer."""
        words = words_of(environ)
        kept = self._answers.get(words) if words else None
        if kept is None:
            return None
        try:
            usage = await self._count_request(environ, self._what_shows_it_is_good(kept))
        except (Outdated, Throttled, RedisAway, RedisError):
            # Django answers instead: it renders the answer again, or refuses the request.
            return None
        limits = usage.headers() if usage else {}
        own = [("x-request-id", request_id_of(environ)), *((name.lower(), limits[name]) for name in limits)]
        return Answer(200, [*kept.headers, *own], kept.body)

    def keep(self, environ: Environ, answer: Answer, *, state: int | None) -> None:
        """Keep Django's answer, unless the database has changed since it was in this state."""
        words = words_of(environ)
        if words is None or not _is_lasting(answer) or state != self.state():
            return
        if len(self._answers) >= MOST_KEPT:
            self._answers.clear()
        assert isinstance(answer.body, bytes)
        self._answers[words] = Kept(state, public_key(environ), _lasting_headers(answer.headers), answer.body)

    def state(self) -> int | None:
        """Return a number that changes with every commit to SQLite, without waiting for a lock; else None."""
        if connection.vendor != "sqlite":
            return None
        try:
            if self._database is None:
                path = Path(connection.settings_dict["NAME"]).absolute()
                self._database = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=0)
            [state] = self._database.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:
            return None
        return int(state)

    async def close(self) -> None:
        if self._redis is not None:
            await self._redis.close()
        if self._database is not None:
            self._database.close()

    def _what_shows_it_is_good(self, kept: Kept) -> Held | None:
        """Return what Redis must still hold; None on SQLite. Raises Outdated when the answer is too old."""
        if connection.vendor == "sqlite":
            if kept.state is None or kept.state != self.state():
                raise Outdated
            return None
        found = recalled(kept.key)
        if found is None or found.given is None or found.reply.headers["ETag"] != kept.etag:
            raise Outdated
        return found.given

    async def _count_request(self, environ: Environ, given: Held | None) -> Usage | None:
        if self._redis is None:
            return limit_nobody(environ)
        window = window_of_nobody(environ)
        held = [cache.make_key(given.key)] if given else []
        if window is None:
            if given and await self._redis.ask("GET", *held) != str(given.value).encode():
                raise Outdated
            return None
        count = await self._redis.run(
            COUNTING,
            [cache.make_key(window.key), *held],
            [window.expires_in, *([given.value] if given else [])],
        )
        if count < 0:
            raise Outdated
        return window.usage(count)


def words_of(environ: Environ) -> Words | None:
    """Return what identifies an anonymous request for products; None for any other or a very long one."""
    path = environ["PATH_INFO"]
    if not path.startswith(BELOW) or environ["REQUEST_METHOD"] != "GET":
        return None
    # Some servers write an empty length where there is none.
    if environ.get("CONTENT_LENGTH") or any(name in environ for name in PECULIAR):
        return None
    words = tuple([environ.get(name, "") for name in WORDS])
    return words if sum(map(len, words)) <= MOST_CHARACTERS else None


def _is_lasting(answer: Answer) -> bool:
    names = {name for name, _ in answer.headers}
    is_whole = answer.status == 200 and isinstance(answer.body, bytes)
    return is_whole and "etag" in names and "set-cookie" not in names


def _lasting_headers(headers: Headers) -> Headers:
    return [(name, value) for name, value in headers if not name.startswith(OWN)]
