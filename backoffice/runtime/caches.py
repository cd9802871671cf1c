"""Django's caches, with an atomic count and, on Redis, without making a client for every call.

What Redis gives back is data and never code: whoever can write into it may make the shop forget or count
wrongly for a while, but runs nothing in it, and what is sealed they cannot write at all.
"""

import hmac
import json
from functools import cache as once
from hashlib import sha256
from typing import Any, NamedTuple, NoReturn

from django.conf import settings
from django.core.cache.backends import locmem, redis

COUNT = """
if KEYS[2] and redis.call('GET', KEYS[2]) ~= ARGV[2] then return -1 end
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return count
"""
SET_GIVEN = """
if redis.call('GET', KEYS[2]) ~= ARGV[3] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
"""
BYTES = b"\x00"


class PlainSerializer:
    """Writes JSON, bytes as they are, and whole numbers as Redis counts them; anything else reads as None."""

    def dumps(self, value: object) -> int | bytes:
        if type(value) is int:
            return value
        if isinstance(value, bytes):
            return BYTES + value
        return json.dumps(value, allow_nan=False).encode()

    def loads(self, data: bytes) -> Any:
        if data[:1] == BYTES:
            return data[1:]
        try:
            return json.loads(data, parse_constant=_no_number)
        except (ValueError, RecursionError):
            return None


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def sealed(key: str, content: bytes) -> bytes:
    """Return the content with a seal that only the shop can make, good under this key of the cache alone."""
    return _seal(key, content) + content


def opened(key: str, found: object) -> bytes | None:
    """Return the content that is found under the key; None when the shop has not sealed it so."""
    if not isinstance(found, bytes):
        return None
    seal, content = found[: sha256().digest_size], found[sha256().digest_size :]
    return content if hmac.compare_digest(seal, _seal(key, content)) else None


def _seal(key: str, content: bytes) -> bytes:
    # The key's own digest first: of fixed length, so that nothing can be moved between key and content.
    message = sha256(key.encode()).digest() + content
    return hmac.digest(_sealing_key(settings.SECRET_KEY), message, "sha256")


@once
def _sealing_key(secret: str) -> bytes:
    return sha256(b"backoffice.runtime.caches" + secret.encode()).digest()


class Held(NamedTuple):
    """What the cache held under a key when it was read: what was derived from it is good while that stays."""

    key: str
    value: int


class Outdated(Exception):
    """The cache holds something else by now, or cannot be asked."""


class _KeptClients(redis.RedisCacheClient):
    """Keeps the clients, which threads may share: making one costs several times what asking it does."""

    def __init__(self, servers: Any, **options: Any) -> None:
        super().__init__(servers, serializer=PlainSerializer, **options)  # type: ignore[arg-type]
        self._kept: dict[int, Any] = {}
        self._scripts: dict[str, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        server = self._get_connection_pool_index(write)  # type: ignore[attr-defined]
        if server not in self._kept:
            self._kept[server] = super().get_client(key, write=write)
        return self._kept[server]

    def count(self, key: str, expires_in: int, given: Held | None) -> int:
        keys, values = zip((key, expires_in), *([given] if given else []), strict=True)
        count: int = self._script(COUNT)(keys, values)
        return count

    def set_given(self, key: str, value: int, expires_in: int, given: Held) -> bool:
        return bool(self._script(SET_GIVEN)([key, given.key], [value, expires_in, given.value]))

    def _script(self, source: str) -> Any:
        if source not in self._scripts:
            self._scripts[source] = self.get_client(write=True).register_script(source)
        return self._scripts[source]


class RedisCache(redis.RedisCache):
    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _KeptClients

    def pipeline(self) -> Any:
        """Return a pipeline of the server's client, whose commands are sent together; not a transaction."""
        return self._cache.get_client(write=True).pipeline(transaction=False)

    def count(self, key: str, *, expires_in: int, given: Held | None = None) -> int:
        """Add one, beginning with 1, and return the count; atomic, and one round trip to the server.

        Raises:
            Outdated: what is given is held no more, and nothing was counted.
        """
        if given:
            given = Held(self.make_key(given.key), given.value)
        count: int = self._cache.count(self.make_and_validate_key(key), expires_in, given)  # type: ignore[attr-defined]
        if count < 0:
            raise Outdated
        return count

    def set_given(self, key: str, value: int, *, expires_in: int, given: Held) -> bool:
        """Set the value if what is given is still held, atomically; return whether it was set."""
        given = Held(self.make_key(given.key), given.value)
        is_set: bool = self._cache.set_given(self.make_and_validate_key(key), value, expires_in, given)  # type: ignore[attr-defined]
        return is_set


class LocMemCache(locmem.LocMemCache):
    def count(self, key: str, *, expires_in: int, given: Held | None = None) -> int:
        """Add one, beginning with 1, and return the count.

        Raises:
            Outdated: what is given is held no more, and nothing was counted.
        """
        if given and self.get(given.key) != given.value:
            raise Outdated
        try:
            return self.incr(key)
        except ValueError:
            return 1 if self.add(key, 1, expires_in) else self.incr(key)

    def set_given(self, key: str, value: int, *, expires_in: int, given: Held) -> bool:
        """Set the value if what is given is still held; return whether it was set."""
        if self.get(given.key) != given.value:
            return False
        self.set(key, value, expires_in)
        return True
