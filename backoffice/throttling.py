"""How often somebody may do something: counters in the cache, right across threads and processes.

The API's own limit is taken by the auth callables of `accounts/auth.py` (`bearer`, `optional_bearer`,
`anyone`), which call `limit_request` once they know who is asking. `RateLimitMiddleware`, right after the
RequestIdMiddleware, tells the client on the answer about the tightest limit that its request has met.
"""

import ipaddress
import logging
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from time import monotonic, time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from redis.exceptions import RedisError

from backoffice.caches import Held, Outdated
from backoffice.errors import Throttled

logger = logging.getLogger(__name__)

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address
type Network = ipaddress.IPv4Network | ipaddress.IPv6Network

ANONYMOUS_PER_MINUTE = 120
# A subscriber of IPv6 has at least a /64 to choose addresses from.
IPV6_PREFIX = 64
# While the cache server is down, it is asked again this often.
REST_SECONDS = 5

_tightest: ContextVar["Usage | None"] = ContextVar("tightest_usage", default=None)
_cache_rests_until = 0.0


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


def hit(key: str, *, limit: int, window_seconds: int, given: Held | None = None) -> Usage:
    """Count one more use of `key` in the present window: atomically, so that a burst cannot slip through.

    While the cache server is down nothing is counted and everything is allowed: the shop stays open.

    Raises:
        Outdated: the cache does not hold what is given, or cannot be asked; nothing was counted.
        Throttled: the window's limit is used up; it says when the next window begins.
    """
    window, elapsed = divmod(time(), window_seconds)
    reset_seconds = max(1, round(window_seconds - elapsed))
    count = _count(_cache_key(key, window), expires_in=2 * window_seconds, given=given)
    usage = Usage(limit, max(0, limit - count), reset_seconds, window_seconds)
    _remember(usage)
    if count > limit:
        raise Throttled(
            f"Too many requests. Try again in {_spoken(reset_seconds)}.", retry_after_seconds=reset_seconds
        )
    return usage


def hit_in_any(key: str, *, limit: int, window_seconds: int) -> Usage:
    """As `hit`, but the limit holds in any span of this length, also across the end of one window.

    Each use holds one of `limit` slots for as long as the span lasts; two cannot have the same one.

    Raises:
        Throttled: all slots are held; it says when the first of them is free again.
    """
    if monotonic() < _cache_rests_until:
        return Usage(limit, limit, window_seconds, window_seconds)
    now = time()
    try:
        is_taken, held = _take_slot([_cache_key(key, slot) for slot in range(limit)], now, window_seconds)
    except (RedisError, OSError) as error:
        _rest(error)
        return Usage(limit, limit, window_seconds, window_seconds)
    reset_seconds = max(1, round(min(held, default=now + window_seconds) - now))
    if not is_taken:
        _remember(Usage(limit, 0, reset_seconds, window_seconds))
        raise Throttled(
            f"Too many requests. Try again in {_spoken(reset_seconds)}.", retry_after_seconds=reset_seconds
        )
    usage = Usage(limit, max(0, limit - len(held) - 1), reset_seconds, window_seconds)
    _remember(usage)
    return usage


def forget(key: str, *, window_seconds: int) -> None:
    """Begin the present window of `key` anew."""
    window = time() // window_seconds
    if monotonic() < _cache_rests_until:
        return
    try:
        cache.delete(_cache_key(key, window))
    except (RedisError, OSError) as error:
        _rest(error)


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
    block = address_block(address_of(environ))
    return hit(f"api:address:{block}", limit=ANONYMOUS_PER_MINUTE, window_seconds=60, given=given)


class RateLimitMiddleware:
    """Puts the RateLimit headers of the tightest limit on the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _tightest.set(None)
        try:
            response = self.get_response(request)
            usage = _tightest.get()
        finally:
            _tightest.reset(token)
        if usage is not None:
            for name, value in usage.headers().items():
                response[name] = value
        return response


def client_address(request: HttpRequest) -> str:
    """The address that the request came from, seen past the proxies of TRUSTED_PROXIES and no others.

    Each proxy appends the peer it saw to X-Forwarded-For, so the right-most hop that is no trusted proxy is
    the client; whatever stands left of it the client may have written itself.
    """
    return address_of(request.META)


def address_of(environ: Mapping[str, Any]) -> str:
    proxies = trusted_networks(tuple(settings.TRUSTED_PROXIES))
    peer = _address(environ.get("REMOTE_ADDR", ""))
    hops = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while peer is not None and hops and any(peer in network for network in proxies):
        hop = _address(hops.pop())
        if hop is None:
            break
        peer = hop
    return str(peer) if peer is not None else ""


def address_block(address: str) -> str:
    """What counts as one place: an IPv4 address, or the /64 of an IPv6 address."""
    parsed = _address(address)
    if parsed is None or parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False))


@lru_cache(maxsize=8)
def trusted_networks(proxies: tuple[str, ...]) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(proxy, strict=False) for proxy in proxies)
    except ValueError as error:
        raise ImproperlyConfigured(f"TRUSTED_PROXIES must hold addresses or networks: {error}.") from None


@lru_cache(maxsize=1_024)
def _address(text: str) -> Address | None:
    """An address as proxies write it: also with a port, or in brackets."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _insist_on(given: Held) -> None:
    try:
        held = cache.get(given.key)
    except (RedisError, OSError) as error:
        raise Outdated from error
    if held != given.value:
        raise Outdated


def _count(key: str, *, expires_in: int, given: Held | None) -> int:
    global _cache_rests_until
    if monotonic() < _cache_rests_until:
        return _uncounted(given)
    if _cache_rests_until:
        # After a rest one request finds out whether the server is back; the others do not wait for it.
        _cache_rests_until = monotonic() + REST_SECONDS
    try:
        count = _increment(key, expires_in, given)
    except (RedisError, OSError) as error:
        _rest(error)
        return _uncounted(given)
    _cache_rests_until = 0.0
    return count


def _increment(key: str, expires_in: int, given: Held | None) -> int:
    count: int = cache.count(key, expires_in=expires_in, given=given)  # type: ignore[attr-defined]
    return count


def _uncounted(given: Held | None) -> int:
    if given:
        raise Outdated
    return 0


def _take_slot(slots: Sequence[str], now: float, seconds: int) -> tuple[bool, list[float]]:
    """Whether a free slot became ours, and when the others are free again."""
    held = cache.get_many(slots)
    # Somebody else may have taken a free one meanwhile: adding it decides.
    is_taken = any(cache.add(slot, now + seconds, seconds) for slot in slots if slot not in held)
    return is_taken, [
        until for until in held.values() if isinstance(until, float) and until < now + 2 * seconds
    ]


def _rest(error: Exception) -> None:
    """Leave a dead cache server alone for a while: waiting for it would slow down every request."""
    global _cache_rests_until
    _cache_rests_until = monotonic() + REST_SECONDS
    logger.warning("The cache server does not answer; nothing is throttled for now: %s", error)


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
