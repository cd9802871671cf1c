"""Limits: so many uses in a while, and not one more."""

import threading
import time
from functools import partial

import pytest
from django.core.cache import cache

from backoffice.errors import Throttled
from backoffice.requests import throttle_store, throttling
from backoffice.requests.throttling import (
    Limit,
    Usage,
    hit,
    hit_all,
    hit_in_any,
    refuse_when_used_up,
    take,
    tightest_usage,
    window_of,
)
from backoffice.runtime.caches import Held, Outdated
from tests.races.harness import race


@pytest.fixture(autouse=True)
def _at_the_beginning_of_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """No window ends in the middle of a test, and no other test's dead cache server is remembered."""
    begun = time.time() // 3600 * 3600
    monkeypatch.setattr(throttling, "time", lambda: begun)
    monkeypatch.setattr(throttle_store, "_cache_rests_until", 0.0)


def test_the_limit_is_allowed_and_nothing_beyond():
    left = [hit("a", limit=3, window_seconds=60).remaining for _ in range(3)]
    assert left == [2, 1, 0]
    with pytest.raises(Throttled) as refused:
        hit("a", limit=3, window_seconds=60)
    assert refused.value.retry_after_seconds == 60
    assert refused.value.code == "throttled"


def test_keys_are_counted_apart():
    hit("a", limit=1, window_seconds=60)
    hit("b", limit=1, window_seconds=60)
    with pytest.raises(Throttled):
        hit("a", limit=1, window_seconds=60)


def test_a_use_counts_only_while_the_cache_holds_what_is_given():
    cache.set("generation", 7)
    given = Held("generation", 7)

    assert hit("a", limit=3, window_seconds=60, given=given).remaining == 2
    for changed in (8, None):
        cache.set("generation", changed)
        with pytest.raises(Outdated):
            hit("a", limit=3, window_seconds=60, given=given)
    assert hit("a", limit=3, window_seconds=60).remaining == 1


def test_the_next_window_begins_anew(monkeypatch):
    begun = time.time() // 3600 * 3600
    hit("a", limit=1, window_seconds=60)
    monkeypatch.setattr(throttling, "time", lambda: begun + 59)
    with pytest.raises(Throttled) as refused:
        hit("a", limit=1, window_seconds=60)
    assert refused.value.retry_after_seconds == 1
    monkeypatch.setattr(throttling, "time", lambda: begun + 60)
    assert hit("a", limit=1, window_seconds=60) == Usage(
        limit=1, remaining=0, reset_seconds=60, window_seconds=60
    )


def test_a_use_that_is_given_back_was_none_and_others_stay():
    limit = Limit("a", 2, 60)
    first, second = take([limit]), take([limit])
    with pytest.raises(Throttled):
        take([limit])
    first[0].give_back()
    first[0].give_back()
    third = take([limit])
    assert third == first != second
    with pytest.raises(Throttled) as refused:
        take([limit])
    assert refused.value.retry_after_seconds == 60


def test_of_several_limits_all_are_taken_or_none():
    wide, tight = Limit("wide", 2, 60), Limit("tight", 1, 900)
    take([tight])
    for _ in range(3):
        with pytest.raises(Throttled) as refused:
            take([wide, tight])
        assert refused.value.retry_after_seconds == 900
    assert len(take([wide, wide])) == 2


def test_looking_whether_a_limit_is_used_up_uses_nothing():
    limit = Limit("a", 1, 60)
    for _ in range(3):
        refuse_when_used_up([limit])
    take([limit])
    with pytest.raises(Throttled) as refused:
        refuse_when_used_up([limit])
    assert refused.value.retry_after_seconds == 60


@pytest.mark.parametrize("key", ["with blanks", "ünïcödé", "x" * 1000, "\x00\n", "\ud800"])
def test_any_text_may_be_a_key(key):
    assert hit(key, limit=2, window_seconds=60).remaining == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_burst_of_threads_cannot_slip_through():
    for round_number in range(5):
        key = f"burst {round_number}"
        outcomes = race(8, [partial(hit, key, limit=10, window_seconds=60)] * 100)
        assert sum(isinstance(outcome, Usage) for outcome in outcomes) == 10
        assert sum(isinstance(outcome, Throttled) for outcome in outcomes) == 90


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_read_then_write_counter_would_let_more_through(monkeypatch):
    """The control of the burst above: eight at a time read before one of them writes."""
    all_have_read = threading.Barrier(8)

    def read_then_write(_store: object, key: str, expires_in: int, _given: object) -> int:
        count = cache.get(key, 0) + 1
        all_have_read.wait(timeout=30)
        cache.set(key, count, expires_in)
        return count

    monkeypatch.setattr(throttling, "_increment", read_then_write)
    outcomes = race(8, [partial(hit, "burst", limit=10, window_seconds=60)] * 96)
    assert sum(isinstance(outcome, Usage) for outcome in outcomes) > 10


def test_the_end_of_a_window_does_not_free_what_any_span_of_its_length_allows():
    def is_allowed() -> bool:
        try:
            hit_in_any("a", limit=2, window_seconds=2)
        except Throttled:
            return False
        return True

    time.sleep((1.5 - time.time()) % 2)
    first = [is_allowed() for _ in range(3)]
    time.sleep(0.6)
    across = is_allowed()
    time.sleep(1.5)
    assert (first, across, is_allowed()) == ([True, True, False], False, True)
    assert hit_in_any("b", limit=2, window_seconds=60) == Usage(2, 1, 60, 60)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_burst_of_threads_takes_each_slot_once():
    outcomes = race(8, [partial(hit_in_any, "burst", limit=10, window_seconds=600)] * 200)
    assert sum(isinstance(outcome, Usage) for outcome in outcomes) == 10


def test_several_limits_are_counted_together_and_the_tightest_is_told():
    wide, narrow = (window_of(name, limit=most, window_seconds=60) for name, most in (("a", 9), ("b", 5)))
    token = tightest_usage.set(None)
    hit_all([wide, narrow], Limit("c", 3, 60))
    assert tightest_usage.get() == Usage(3, 2, 60, 60)
    tightest_usage.reset(token)
    assert hit("a", limit=9, window_seconds=60).remaining == 7
    assert hit("b", limit=5, window_seconds=60).remaining == 3
    assert hit_in_any("c", limit=3, window_seconds=60).remaining == 1


@pytest.mark.parametrize("used_up", ["a", "b", "c"])
def test_what_follows_a_limit_that_is_used_up_is_not_counted(used_up):
    most = {name: 1 if name == used_up else 5 for name in "abc"}

    def count() -> None:
        hit_all(
            [window_of(name, limit=most[name], window_seconds=60) for name in "ab"], Limit("c", most["c"], 60)
        )

    count()
    with pytest.raises(Throttled):
        count()
    left = [hit(name, limit=5, window_seconds=60).remaining for name in "ab"]
    left.append(hit_in_any("c", limit=5, window_seconds=60).remaining)
    assert left == {"a": [2, 3, 3], "b": [2, 2, 3], "c": [2, 2, 3]}[used_up]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_burst_of_threads_passes_several_limits_no_oftener_than_the_tightest_allows():
    def count() -> bool:
        hit_all([window_of("a", limit=50, window_seconds=600)], Limit("c", 10, 600))
        return True

    assert race(8, [count] * 96).count(True) == 10
