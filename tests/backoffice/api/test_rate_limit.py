"""How many requests the API takes of whom, and what the answer says of it."""

import time

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from accounts.models import User
from backoffice.api.rate_limit import RateLimitMiddleware, limit_request
from backoffice.errors import Throttled
from backoffice.requests import throttle_store, throttling
from backoffice.requests.throttling import Usage, hit


@pytest.fixture(autouse=True)
def _at_the_beginning_of_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """No window ends in the middle of a test, and no other test's dead cache server is remembered."""
    begun = time.time() // 3600 * 3600
    monkeypatch.setattr(throttling, "time", lambda: begun)
    monkeypatch.setattr(throttle_store, "_cache_rests_until", 0.0)


def asking(peer: str, *forwarded: str, user: object = None) -> HttpRequest:
    headers = {"X-Forwarded-For": ", ".join(forwarded)} if forwarded else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer)
    request.user = user or AnonymousUser()  # type: ignore[assignment]
    return request


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
