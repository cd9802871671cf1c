import logging
import socket
import threading
import time
from functools import partial

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache, caches
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from accounts.models import User
from backoffice.api import throttling
from backoffice.api.addresses import address_block, client_address
from backoffice.api.throttling import (
    Limit,
    RateLimitMiddleware,
    Usage,
    Use,
    hit,
    hit_in_any,
    limit_request,
    refuse_when_used_up,
    take,
)
from backoffice.errors import Throttled
from backoffice.runtime.caches import Held, Outdated
from tests.races.harness import race


@pytest.fixture(autouse=True)
def _at_the_beginning_of_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """No window ends in the middle of a test, and no other test's dead cache server is remembered."""
    begun = time.time() // 3600 * 3600
    monkeypatch.setattr(throttling, "time", lambda: begun)
    monkeypatch.setattr(throttling, "_cache_rests_until", 0.0)


def asking(peer: str, *forwarded: str, user: object = None) -> HttpRequest:
    headers = {"X-Forwarded-For": ", ".join(forwarded)} if forwarded else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer)
    request.user = user or AnonymousUser()  # type: ignore[assignment]
    return request


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
    with caplog.at_level(logging.WARNING, "backoffice.api.throttling"):
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
        Use(caches["default"], "slot").give_back()
    assert throttling._cache_rests_until > time.monotonic()


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
            monkeypatch.setattr(throttling, "_cache_rests_until", time.monotonic() - 1)
        hit("a", limit=9, window_seconds=60)
        assert len(caplog.records) == asked


def test_without_trusted_proxies_x_forwarded_for_changes_nothing():
    assert client_address(asking("192.0.2.1", "203.0.113.9")) == "192.0.2.1"
    assert client_address(asking("192.0.2.1")) == "192.0.2.1"


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.5", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.5", ["1.2.3.4", "203.0.113.9"], "203.0.113.9"),
        ("10.0.0.5", ["1.2.3.4", "203.0.113.9", "10.9.9.9", "192.0.2.80"], "203.0.113.9"),
        ("10.0.0.5", ["10.1.1.1", "10.2.2.2"], "10.1.1.1"),
        ("10.0.0.5", [], "10.0.0.5"),
        ("10.0.0.5", ["", ""], "10.0.0.5"),
        ("10.0.0.5", ["203.0.113.9", "<script>"], "10.0.0.5"),
        ("10.0.0.5", ["<script>", "203.0.113.9"], "203.0.113.9"),
        ("198.51.100.7", ["203.0.113.9"], "198.51.100.7"),
        ("::ffff:10.0.0.5", ["203.0.113.9:4711"], "203.0.113.9"),
        ("10.0.0.5", ["[2001:db8::7]:443"], "2001:db8::7"),
        ("2001:db8:ffff::1", ["2001:DB8::0007"], "2001:db8::7"),
        ("", ["203.0.113.9"], ""),
        ("unix:", ["203.0.113.9"], ""),
    ],
)
def test_the_client_is_the_right_most_hop_that_is_no_trusted_proxy(peer, forwarded, client, settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "192.0.2.80", "2001:db8:ffff::/48"]
    assert client_address(asking(peer, *forwarded)) == client


def test_a_proxy_that_is_no_address_stops_the_start(settings):
    settings.TRUSTED_PROXIES = ["nginx"]
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES"):
        client_address(asking("10.0.0.5"))


def test_an_ipv6_network_counts_as_one_place():
    assert address_block("2001:db8:1:2:3:4:5:6") == address_block("2001:db8:1:2::") == "2001:db8:1:2::/64"
    assert address_block("192.0.2.1") == "192.0.2.1"
    assert address_block("") == ""


def test_a_client_without_a_token_has_120_requests_a_minute(settings):
    settings.API_RATE_PER_MINUTE = 600
    for _ in range(120):
        limit_request(asking("192.0.2.1"))
    with pytest.raises(Throttled):
        limit_request(asking("192.0.2.1"))
    assert limit_request(asking("192.0.2.2")) == Usage(
        limit=120, remaining=119, reset_seconds=60, window_seconds=60
    )


def test_spoofed_addresses_do_not_help(settings):
    settings.API_RATE_PER_MINUTE = 600
    allowed = 0
    for number in range(200):
        try:
            limit_request(asking("192.0.2.1", f"203.0.113.{number}"))
            allowed += 1
        except Throttled:
            continue
    assert allowed == 120


def test_a_user_has_a_limit_of_their_own_wherever_they_are(settings):
    settings.API_RATE_PER_MINUTE = 3
    ada, bob = User(pk=1), User(pk=2)
    for number in range(3):
        limit_request(asking(f"192.0.2.{number}", user=ada))
    with pytest.raises(Throttled):
        limit_request(asking("192.0.2.9", user=ada))
    assert limit_request(asking("192.0.2.1", user=bob)) == Usage(
        limit=3, remaining=2, reset_seconds=60, window_seconds=60
    )


def test_a_rate_of_zero_turns_the_limit_off(settings):
    settings.API_RATE_PER_MINUTE = 0
    assert {limit_request(asking("192.0.2.1")) for _ in range(200)} == {None}


def test_the_answer_tells_of_the_tightest_limit():
    def view(request: HttpRequest) -> HttpResponse:
        hit("wide", limit=100, window_seconds=60)
        hit("tight", limit=5, window_seconds=900)
        hit("wide too", limit=100, window_seconds=60)
        return HttpResponse()

    response = RateLimitMiddleware(view)(asking("192.0.2.1"))
    assert {name: value for name, value in response.items() if name.startswith("RateLimit")} == {
        "RateLimit": '"default";r=4;t=900',
        "RateLimit-Policy": '"default";q=5;w=900',
        "RateLimit-Limit": "5",
        "RateLimit-Remaining": "4",
        "RateLimit-Reset": "900",
    }


def test_an_answer_without_limits_tells_of_none():
    RateLimitMiddleware(lambda request: HttpResponse(str(hit("a", limit=5, window_seconds=60))))(
        asking("::1")
    )
    response = RateLimitMiddleware(lambda request: HttpResponse())(asking("::1"))
    assert not [name for name, _ in response.items() if name.startswith("RateLimit")]
