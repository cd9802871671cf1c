"""Uses are counted also while the cache server is away."""

import logging
import socket
import time

import pytest
from django.core.cache import caches

from backoffice.errors import Throttled
from backoffice.requests import throttle_store, throttling
from backoffice.requests.throttling import LimitUse, hit, hit_in_any


@pytest.fixture(autouse=True)
def _at_the_beginning_of_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """No window ends in the middle of a test, and no other test's dead cache server is remembered."""
    begun = time.time() // 3600 * 3600
    monkeypatch.setattr(throttling, "time", lambda: begun)
    monkeypatch.setattr(throttle_store, "_cache_rests_until", 0.0)


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def dead_cache(settings, port: int, **options: object) -> None:
    settings.CACHES = {
        **settings.CACHES,
        "default": {
            "BACKEND": "backoffice.runtime.caches.RedisCache",
            "LOCATION": f"redis://127.0.0.1:{port}/0",
            "OPTIONS": options,
        },
    }


def test_with_the_cache_server_down_each_process_counts_for_itself_and_says_so(settings, caplog):
    dead_cache(settings, closed_port())
    begun = time.monotonic()
    outcomes = []
    with caplog.at_level(logging.WARNING, "backoffice.requests.throttle_store"):
        for count in (hit_in_any, hit):
            for _ in range(50):
                try:
                    outcomes.append(count(f"{count}", limit=3, window_seconds=60).remaining)
                except Throttled:
                    outcomes.append(None)
    assert outcomes == [2, 1, 0, *[None] * 47] * 2
    assert time.monotonic() - begun < 2
    assert len(caplog.records) == 1
    assert "each process counts for itself" in caplog.text


def test_what_was_taken_from_a_server_that_went_away_may_be_given_back(settings):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        dead_cache(settings, silent.getsockname()[1])
        LimitUse(caches["default"], "slot").give_back()
    assert throttle_store._cache_rests_until > time.monotonic()


def test_a_cache_server_that_does_not_answer_is_waited_for_once(settings):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        dead_cache(settings, silent.getsockname()[1], socket_timeout=0.2, socket_connect_timeout=0.2)
        begun = time.monotonic()
        for _ in range(50):
            hit("a", limit=50, window_seconds=60)
        assert time.monotonic() - begun < 5


def test_the_cache_server_is_asked_again_after_a_rest(settings, monkeypatch, caplog):
    dead_cache(settings, closed_port())
    for asked in (1, 1, 2, 2):
        if len(caplog.records) < asked and caplog.records:
            monkeypatch.setattr(throttle_store, "_cache_rests_until", time.monotonic() - 1)
        hit("a", limit=9, window_seconds=60)
        assert len(caplog.records) == asked
