"""How often somebody may do something: counters in the cache, right across threads and processes.

The API's own limit is taken by the auth callables of `accounts/api/auth.py` (`bearer`, `optional_bearer`,
`anyone`), which call `limit_request` once they know who is asking. `RateLimitMiddleware`, right after the
RequestIdMiddleware, tells the client on the answer about the tightest limit that its request has met.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256
from math import isfinite
from time import monotonic, time
from typing import Any

from django.conf import settings
from django.core.cache import DEFAULT_CACHE_ALIAS, cache, caches
from django.http import HttpRequest, HttpResponse
from redis.exceptions import RedisError

from backoffice.api.addresses import address_block, address_of, client_address, current_address, site_of
from backoffice.errors import Throttled
from backoffice.runtime.caches import Held, LocMemCache, Outdated, RedisCache

logger = logging.getLogger(__name__)

ANONYMOUS_PER_MINUTE = 120
# Of a network of IPv6, as many times as of one place.
PLACES_OF_A_SITE = 5
# While the cache server is down, it is asked again this often.
REST_SECONDS = 5
# Some 300 bytes each. A cache that strangers can fill with other things would push the counts out.
MOST_COUNTS_HERE = 100_000

_tightest: ContextVar["Usage | None"] = ContextVar("tightest_usage", default=None)
_cache_rests_until = 0.0
# What is counted where no cache server is, or while it is down: in each process for itself.
counts_here = LocMemCache("counts", {"OPTIONS": {"MAX_ENTRIES": MOST_COUNTS_HERE}})


@dataclass(frozen=True, slots=True)
class Limit:
    """So many uses in any span of so many seconds."""

    key: str
    most: int
    window_seconds: int

    @property
    def slots(self) -> list[str]:
        return [_cache_key(self.key, slot) for slot in range(self.most)]


@dataclass(frozen=True, slots=True)
class Use:
    """One of the uses that a limit allows: taken, and perhaps given back."""

    store: Any
    slot: str

    def give_back(self) -> None:
        """As though it had never been; kept where the cache server went away meanwhile."""
        try:
            self.store.delete(self.slot)
        except (RedisError, OSError) as error:
            _rest(error)


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a limit is used up, and when it begins anew."""

    limit: int
    remaining: int
    reset_seconds: int
    window_seconds: int

    def headers(self) -> dict[str, str]:
        """As the IETF's draft writes it today, and as most clients know it from its earlier versions."""
        return {
            "RateLimit": f'"default";r={self.remaining};t={self.reset_seconds}',
            "RateLimit-Policy": f'"default";q={self.limit};w={self.window_seconds}',
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_seconds),
        }


@dataclass(frozen=True, slots=True)
class Window:
    """The present span of a limit: under which key its uses are counted, and when the next one begins."""

    key: str
    limit: int
    reset_seconds: int
    window_seconds: int

    @property
    def expires_in(self) -> int:
        return 2 * self.window_seconds

    def usage(self, count: int) -> Usage:
        """After so many uses. Raises Throttled when that is one too many."""
        usage = Usage(self.limit, max(0, self.limit - count), self.reset_seconds, self.window_seconds)
        _remember(usage)
        if count > self.limit:
            raise Throttled(
                f"Too many requests. Try again in {_spoken(self.reset_seconds)}.",
                retry_after_seconds=self.reset_seconds,
            )
        return usage


def window_of(key: str, *, limit: int, window_seconds: int) -> Window:
    number, elapsed = divmod(time(), window_seconds)
    reset_seconds = max(1, round(window_seconds - elapsed))
    return Window(_cache_key(key, number), limit, reset_seconds, window_seconds)


def hit(key: str, *, limit: int, window_seconds: int, given: Held | None = None) -> Usage:
    """Count one more use of `key` in the present window: atomically, so that a burst cannot slip through.

    While the cache server is down each process counts for itself: the limit is then wider, never gone.

    Raises:
        Outdated: the cache does not hold what is given, or cannot be asked; nothing was counted.
        Throttled: the window's limit is used up; it says when the next window begins.
    """
    window = window_of(key, limit=limit, window_seconds=window_seconds)
    return window.usage(_count(window.key, expires_in=window.expires_in, given=given))


def hit_in_any(key: str, *, limit: int, window_seconds: int) -> Usage:
    """As `hit`, but the limit holds in any span of this length, also across the end of one window.

    Each use holds one of `limit` slots for as long as the span lasts; two cannot have the same one.

    Raises:
        Throttled: all slots are held; it says when the first of them is free again.
    """
    wanted = Limit(key, limit, window_seconds)
    now = time()
    use, held = _take_slot(wanted, now)
    if use is None:
        raise _used_up(wanted, held, now)
    usage = Usage(limit, max(0, limit - len(held) - 1), _seconds_until(held, wanted, now), window_seconds)
    _remember(usage)
    return usage


def take(limits: Sequence[Limit]) -> list[Use]:
    """One use of each limit, or none of any.

    Raises:
        Throttled: one of them is used up; it says when that allows the next use.
    """
    taken: list[Use] = []
    now = time()
    for limit in limits:
        use, held = _take_slot(limit, now)
        if use is None:
            for earlier in taken:
                earlier.give_back()
            raise _used_up(limit, held, now)
        taken.append(use)
    return taken


def refuse_when_used_up(limits: Sequence[Limit]) -> None:
    """Look, without counting: for what is about to wait in a line. Only `take` decides.

    Raises:
        Throttled: as `take` would at this moment.
    """
    now = time()
    for limit in limits:
        held = _slots_held(limit)
        if len(held) >= limit.most:
            raise _used_up(limit, held, now)


def is_first(key: str, *, window_seconds: int) -> bool:
    """Whether nobody else has asked for this in a while: for what is said once and not each time."""

    def ask(store: Any) -> bool:
        return bool(store.add(_cache_key(key, 0), 1, window_seconds))

    return _asked(ask)


def limit_request(request: HttpRequest) -> Usage | None:
    """Count the request against its user's limit a minute, or without a user its address's; None when off.

    Raises:
        Throttled: the limit is used up.
    """
    if settings.API_RATE_PER_MINUTE <= 0:
        return None
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return hit(f"api:user:{user.pk}", limit=settings.API_RATE_PER_MINUTE, window_seconds=60)
    return limit_nobody(request.META)


def limit_nobody(environ: Mapping[str, Any], *, given: Held | None = None) -> Usage | None:
    """Count a request of nobody in particular against the limit of its address; None when off.

    Raises:
        Outdated: the cache does not hold what is given, or cannot be asked; nothing was counted.
        Throttled: the limit is used up.
    """
    if settings.API_RATE_PER_MINUTE <= 0:
        if given:
            _insist_on(given)
        return None
    return hit(_of_nobody(environ), limit=ANONYMOUS_PER_MINUTE, window_seconds=60, given=given)


def window_of_nobody(environ: Mapping[str, Any]) -> Window | None:
    """Where `limit_nobody` counts, for whoever counts there by other means; None when off."""
    if settings.API_RATE_PER_MINUTE <= 0:
        return None
    return window_of(_of_nobody(environ), limit=ANONYMOUS_PER_MINUTE, window_seconds=60)


def _of_nobody(environ: Mapping[str, Any]) -> str:
    return f"api:address:{address_block(address_of(environ))}"


class RateLimitMiddleware:
    """Knows the address for all that follows, and puts the headers of the tightest limit on the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token, address = _tightest.set(None), current_address.set(client_address(request))
        try:
            response = self.get_response(request)
            usage = _tightest.get()
        finally:
            _tightest.reset(token)
            current_address.reset(address)
        if usage is not None:
            for name, value in usage.headers().items():
                response[name] = value
        return response


def limits_of_place(what: str, address: str, *, most: int, window_seconds: int) -> list[Limit]:
    """So much from one place, and some times that from the whole network that an IPv6 address belongs to."""
    limits = [Limit(f"{what}:{address_block(address)}", most, window_seconds)]
    site = site_of(address)
    if site is not None:
        limits.append(Limit(f"{what}:{site}", most * PLACES_OF_A_SITE, window_seconds))
    return limits


def _insist_on(given: Held) -> None:
    try:
        held = cache.get(given.key)
    except (RedisError, OSError) as error:
        raise Outdated from error
    if held != given.value:
        raise Outdated


def _count(key: str, *, expires_in: int, given: Held | None) -> int:
    if given and not _has_server():
        _insist_on(given)
        given = None

    def ask(store: Any) -> int:
        if given and store is counts_here:
            raise Outdated
        return _increment(store, key, expires_in, given)

    return _asked(ask)


def _increment(store: Any, key: str, expires_in: int, given: Held | None) -> int:
    count: int = store.count(key, expires_in=expires_in, given=given)
    return count


def _take_slot(limit: Limit, now: float) -> tuple[Use | None, list[float]]:
    """A slot that became ours, if one was free, and when the others are free again."""

    def ask(store: Any) -> tuple[Use | None, list[float]]:
        slots = limit.slots
        held = store.get_many(slots)
        for slot in slots:
            # Somebody else may have taken a free one meanwhile: adding it decides.
            if slot not in held and store.add(slot, now + limit.window_seconds, limit.window_seconds):
                return Use(store, slot), _moments(held)
        return None, _moments(held)

    return _asked(ask)


def _moments(held: Mapping[str, object]) -> list[float]:
    """When slots are free again, of those that Redis tells as the shop has written them."""
    return [until for until in held.values() if isinstance(until, float) and isfinite(until)]


def _slots_held(limit: Limit) -> list[float]:
    slots = limit.slots

    def ask(store: Any) -> list[float]:
        return _moments(store.get_many(slots))

    return _asked(ask)


def _used_up(limit: Limit, held: Sequence[float], now: float) -> Throttled:
    seconds = _seconds_until(held, limit, now)
    _remember(Usage(limit.most, 0, seconds, limit.window_seconds))
    return Throttled(f"Too many requests. Try again in {_spoken(seconds)}.", retry_after_seconds=seconds)


def _seconds_until(held: Sequence[float], limit: Limit, now: float) -> int:
    """When the first of the slots that are held is free again.

    Whoever can write into the cache server may hold a slot for ever, and no more than that.
    """
    latest = now + limit.window_seconds
    moments = [until for until in held if isinstance(until, float) and now < until <= latest]
    return max(1, round(min(moments, default=latest) - now))


def _asked[T](ask: Callable[[Any], T]) -> T:
    """What the cache server answers; without one, or while it is away, the counts of this process."""
    global _cache_rests_until
    if not _has_server() or _is_resting():
        return ask(counts_here)
    try:
        answer = ask(cache)
    except (RedisError, OSError) as error:
        _rest(error)
        return ask(counts_here)
    _cache_rests_until = 0.0
    return answer


def _has_server() -> bool:
    return isinstance(caches[DEFAULT_CACHE_ALIAS], RedisCache)


def _is_resting() -> bool:
    """After a rest one request finds out whether the server is back; the others do not wait for it."""
    global _cache_rests_until
    if monotonic() < _cache_rests_until:
        return True
    if _cache_rests_until:
        _cache_rests_until = monotonic() + REST_SECONDS
    return False


def _rest(error: Exception) -> None:
    """Leave a dead cache server alone for a while: waiting for it would slow down every request."""
    global _cache_rests_until
    _cache_rests_until = monotonic() + REST_SECONDS
    logger.warning("The cache server does not answer; each process counts for itself for now: %s", error)


def _cache_key(key: str, window: float) -> str:
    # Digested: keys hold what people typed, and memcached-safe ones are short and printable.
    return f"throttle:{sha256(f'{key}:{window:.0f}'.encode(errors='replace')).hexdigest()}"


def _remember(usage: Usage) -> None:
    tightest = _tightest.get()
    if tightest is None or usage.remaining <= tightest.remaining:
        _tightest.set(usage)


def _spoken(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    return f"{-(-seconds // 60)} minutes"
