"""Limits how often somebody may do something, across all threads and processes."""

from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256
from math import isfinite
from time import time
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.errors import Throttled
from backoffice.requests.addresses import address_block, site_of
from backoffice.requests.throttle_store import ask_store, counts_here, has_server, let_server_rest
from backoffice.runtime.caches import Counter, Held, Outdated, Taken
from backoffice.runtime.outages import cache_errors

# A whole network of IPv6 may do this many times what one place may.
PLACES_OF_A_SITE = 5

# Of the limits that the present request has met, the one with the least left.
tightest_usage: ContextVar["Usage | None"] = ContextVar("tightest_usage", default=None)  # not translated


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
class LimitUse:
    """One of the uses that a limit allows: taken, and perhaps given back."""

    store: Any
    slot: str

    def give_back(self) -> None:
        """Undo the use; it stays counted if the cache server went away meanwhile."""
        try:
            self.store.delete(self.slot)
        except cache_errors() as error:
            let_server_rest(error)


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a limit is used up, and when its next window begins."""

    limit: int
    remaining: int
    reset_seconds: int
    window_seconds: int

    def headers(self) -> dict[str, str]:
        """Return the headers of the IETF's draft as it is today, and as earlier versions had them."""
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
        """Return the usage after `count` uses. Raises Throttled when that is one too many."""
        usage = Usage(self.limit, max(0, self.limit - count), self.reset_seconds, self.window_seconds)
        _remember(usage)
        if count > self.limit:
            raise _throttled(self.reset_seconds)
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
    """Count one more use of `key`, which may have `limit` of them in any span of this length.

    Each use holds one of `limit` slots for as long as the span lasts; two cannot have the same one.

    Raises:
        Throttled: all slots are held; it says when the first of them is free again.
    """
    wanted = Limit(key, limit, window_seconds)
    now = time()
    use, held = _take_slot(wanted, now)
    return _usage_of(wanted, held, now, is_taken=use is not None)


def hit_all(windows: Sequence[Window], limit: Limit | None = None) -> None:
    """Count one more use in each window, and of the limit: one question to the cache server for all.

    Raises:
        Throttled: one of them is used up; those that follow it were not counted.
    """
    if not windows and limit is None:
        return
    now = time()
    taken = ask_store(lambda store: _taken(store, windows, limit, now))
    for window, count in zip(windows, taken.counts, strict=False):
        window.usage(count)
    if limit is not None:
        _usage_of(limit, _moments(taken.held), now, is_taken=taken.slot is not None)


def take(limits: Sequence[Limit]) -> list[LimitUse]:
    """Count one use of each limit, or none at all.

    Raises:
        Throttled: one of them is used up; it says when that allows the next use.
    """
    taken: list[LimitUse] = []
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
    """Refuse early, without counting, what would wait in a line in vain. Only `take` decides.

    Raises:
        Throttled: `take` would refuse at this moment.
    """
    now = time()
    for limit in limits:
        held = _slots_held(limit)
        if len(held) >= limit.most:
            raise _used_up(limit, held, now)


def claim_turn(key: str, *, window_seconds: int) -> bool:
    """Take the key for so many seconds: True for the first caller, False for all others until then."""

    def ask(store: Any) -> bool:
        return bool(store.add(_cache_key(key, 0), 1, window_seconds))

    return ask_store(ask)


def limits_of_place(what: str, address: str, *, most: int, window_seconds: int) -> list[Limit]:
    """Return the limit of one place and the wider one of the network that an IPv6 address is in."""
    limits = [Limit(f"{what}:{address_block(address)}", most, window_seconds)]
    site = site_of(address)
    if site is not None:
        limits.append(Limit(f"{what}:{site}", most * PLACES_OF_A_SITE, window_seconds))
    return limits


def insist_on(given: Held) -> None:
    """Raise Outdated if the cache holds something else by now, or cannot be asked."""
    try:
        held = cache.get(given.key)
    except cache_errors() as error:
        raise Outdated from error
    if held != given.value:
        raise Outdated


def _count(key: str, *, expires_in: int, given: Held | None) -> int:
    if given and not has_server():
        insist_on(given)
        given = None

    def ask(store: Any) -> int:
        if given and store is counts_here:
            raise Outdated
        return _increment(store, key, expires_in, given)

    return ask_store(ask)


def _increment(store: Any, key: str, expires_in: int, given: Held | None) -> int:
    count: int = store.count(key, expires_in=expires_in, given=given)
    return count


def _take_slot(limit: Limit, now: float) -> tuple[LimitUse | None, list[float]]:
    """Take a free slot, if there is one; return it, and when the others are free again."""

    def ask(store: Any) -> tuple[LimitUse | None, list[float]]:
        taken = _taken(store, (), limit, now)
        use = LimitUse(store, taken.slot) if taken.slot is not None else None
        return use, _moments(taken.held)

    return ask_store(ask)


def _taken(store: Any, windows: Sequence[Window], limit: Limit | None, now: float) -> Taken:
    counters = [Counter(window.key, window.expires_in, window.limit) for window in windows]
    if limit is None:
        taken: Taken = store.take(counters)
    else:
        until, seconds = now + limit.window_seconds, limit.window_seconds
        taken = store.take(counters, limit.slots, value=until, expires_in=seconds)
    return taken


def _moments(held: Iterable[object]) -> list[float]:
    """Return when slots are free again; values that the shop cannot have written are left out."""
    return [until for until in held if isinstance(until, float) and isfinite(until)]


def _slots_held(limit: Limit) -> list[float]:
    slots = limit.slots

    def ask(store: Any) -> list[float]:
        return _moments(store.get_many(slots).values())

    return ask_store(ask)


def _usage_of(limit: Limit, held: Sequence[float], now: float, *, is_taken: bool) -> Usage:
    """Return the usage after a use beside those that are held. Raises Throttled when it was not taken."""
    if not is_taken:
        raise _used_up(limit, held, now)
    seconds = _seconds_until(held, limit, now)
    usage = Usage(limit.most, max(0, limit.most - len(held) - 1), seconds, limit.window_seconds)
    _remember(usage)
    return usage


def _used_up(limit: Limit, held: Sequence[float], now: float) -> Throttled:
    seconds = _seconds_until(held, limit, now)
    _remember(Usage(limit.most, 0, seconds, limit.window_seconds))
    return _throttled(seconds)


def _seconds_until(held: Sequence[float], limit: Limit, now: float) -> int:
    """Return the seconds until the first of the slots that are held is free again.

    Whoever can write into the cache server may hold a slot for ever, and no more than that.
    """
    latest = now + limit.window_seconds
    moments = [until for until in held if isinstance(until, float) and now < until <= latest]
    return max(1, round(min(moments, default=latest) - now))


def _cache_key(key: str, window: float) -> str:
    # Digested: keys hold what people typed, and memcached-safe ones are short and printable.
    return f"throttle:{sha256(f'{key}:{window:.0f}'.encode(errors='replace')).hexdigest()}"


def _remember(usage: Usage) -> None:
    tightest = tightest_usage.get()
    if tightest is None or usage.remaining <= tightest.remaining:
        tightest_usage.set(usage)


def _throttled(seconds: int) -> Throttled:
    if seconds < 120:
        words = ngettext(
            "Too many requests. Try again in %(seconds)s second.",
            "Too many requests. Try again in %(seconds)s seconds.",
            seconds,
        )
    else:
        words = _("Too many requests. Try again in %(minutes)s minutes.")
    values = {"seconds": seconds, "minutes": -(-seconds // 60)}
    return Throttled(words % values, retry_after_seconds=seconds)
