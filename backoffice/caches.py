"""Django's caches, with an atomic count and, on Redis, without making a client for every call."""

from typing import Any, NamedTuple

from django.core.cache.backends import locmem, redis

COUNT = """
if KEYS[2] and redis.call('GET', KEYS[2]) ~= ARGV[2] then return -1 end
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return count
"""


class Held(NamedTuple):
    """What the cache was seen to hold under a key: whatever hangs on it is good for as long as it does."""

    key: str
    value: int


class Outdated(Exception):
    """The cache holds something else by now, or cannot be asked."""


class _KeptClients(redis.RedisCacheClient):
    """Making a client costs several times what asking it does; it may be shared between threads."""

    def __init__(self, servers: Any, **options: Any) -> None:
        super().__init__(servers, **options)
        self._kept: dict[int, Any] = {}
        self._counting: Any = None

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        server = self._get_connection_pool_index(write)  # type: ignore[attr-defined]
        if server not in self._kept:
            self._kept[server] = super().get_client(key, write=write)
        return self._kept[server]

    def count(self, key: str, expires_in: int, given: Held | None) -> int:
        script = self._counting = self._counting or self.get_client(write=True).register_script(COUNT)
        keys, values = zip((key, expires_in), *([given] if given else []), strict=True)
        count: int = script(keys, values)
        return count


class RedisCache(redis.RedisCache):
    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _KeptClients

    def count(self, key: str, *, expires_in: int, given: Held | None = None) -> int:
        """One more than before, from 1 when it is new; at once, on one way to the server and back.

        Raises:
            Outdated: what is given is held no more, and nothing was counted.
        """
        if given:
            given = Held(self.make_key(given.key), given.value)
        count: int = self._cache.count(self.make_and_validate_key(key), expires_in, given)  # type: ignore[attr-defined]
        if count < 0:
            raise Outdated
        return count


class LocMemCache(locmem.LocMemCache):
    def count(self, key: str, *, expires_in: int, given: Held | None = None) -> int:
        """One more than before, from 1 when it is new.

        Raises:
            Outdated: what is given is held no more, and nothing was counted.
        """
        if given and self.get(given.key) != given.value:
            raise Outdated
        try:
            return self.incr(key)
        except ValueError:
            return 1 if self.add(key, 1, expires_in) else self.incr(key)
