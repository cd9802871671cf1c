"""Django's caches, with an atomic count and, on Redis, without making a client for every call.

What Redis gives back is data and never code: whoever can write into it may make the shop forget or count
wrongly for a while, but runs nothing in it, and what is sealed they cannot write at all.
"""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
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
# Keys: of counters, then of slots. Values: how many counters, how long and up to what each counts; then what
# a slot holds, and for how long. Nothing more is counted once a counter is beyond what it counts up to.
TAKE = """
local counters = tonumber(ARGV[1])
local counts, held = {}, {}
for i = 1, counters do
    counts[i] = redis.call('INCR', KEYS[i])
    if counts[i] == 1 then redis.call('EXPIRE', KEYS[i], ARGV[2 * i]) end
    if counts[i] > tonumber(ARGV[2 * i + 1]) then return {counts, 0, held} end
end
if #KEYS == counters then return {counts, 0, held} end
held = redis.call('MGET', unpack(KEYS, counters + 1))
for i = 1, #held do
    if not held[i] and redis.call('SET', KEYS[counters + i], ARGV[#ARGV - 1], 'EX', ARGV[#ARGV], 'NX') then
        return {counts, i, held}
    end
end
return {counts, 0, held}
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


PLAIN = PlainSerializer()


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


class Counter(NamedTuple):
    """A key that counts, from its first use for so many seconds, and what it counts up to."""

    key: str
    expires_in: int
    most: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What counters show, up to the first that is used up; the slot that was taken, and what others hold."""

    counts: Sequence[int]
    slot: str | None = None
    held: Sequence[object] = ()


class Outdated(Exception):
    """The cache holds something else by now, or cannot be asked."""


class _KeptClients(redis.RedisCacheClient):
    """Keeps the clients, which threads may share: making one costs several times what asking it does."""

    def __init__(self, servers: Any, **options: Any) -> None:
        super().__init__(servers, serializer=PLAIN, **options)  # type: ignore[arg-type]
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

    def take(
        self, counters: Sequence[Counter], slots: Sequence[str], value: object, expires_in: int
    ) -> tuple[list[int], int, list[object]]:
        keys = [*(counter.key for counter in counters), *slots]
        spans = [number for counter in counters for number in (counter.expires_in, counter.most)]
        values = [len(counters), *spans, PLAIN.dumps(value), expires_in]
        counts, place, held = self._script(TAKE)(keys, values)
        return counts, place, [PLAIN.loads(each) for each in held if each is not None]

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

    def take(
        self, counters: Sequence[Counter], slots: Sequence[str] = (), *, value: float = 0, expires_in: int = 0
    ) -> Taken:
        """Count once with each counter, then take a slot that is free: atomic, and one round trip.

        It stops at the first counter that is used up. The slot holds the value for so many seconds.
        """
        made = [counter._replace(key=self.make_and_validate_key(counter.key)) for counter in counters]
        keys = [self.make_and_validate_key(slot) for slot in slots]
        counts, place, held = self._cache.take(made, keys, value, expires_in)  # type: ignore[attr-defined]
        return Taken(counts, slots[place - 1] if place else None, held)

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

    def take(
        self, counters: Sequence[Counter], slots: Sequence[str] = (), *, value: float = 0, expires_in: int = 0
    ) -> Taken:
        """Count once with each counter, then take a slot that is free, as `RedisCache.take` does."""
        counts: list[int] = []
        for key, lifetime, most in counters:
            counts.append(self.count(key, expires_in=lifetime))
            if counts[-1] > most:
                return Taken(counts)
        held = self.get_many(slots)
        for slot in slots:
            # Another thread may have taken a free one meanwhile: adding it decides.
            if slot not in held and self.add(slot, value, expires_in):
                return Taken(counts, slot, list(held.values()))
        return Taken(counts, None, list(held.values()))

    def set_given(self, key: str, value: int, *, expires_in: int, given: Held) -> bool:
        """Set the value if what is given is still held; return whether it was set."""
        if self.get(given.key) != given.value:
            return False
        self.set(key, value, expires_in)
        return True
