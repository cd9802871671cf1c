"""Who is asking, and how often they may."""

import time
from typing import Any

import pytest
from django.test import Client

from backoffice.requests import throttling
from tests.accounts.api.clients import bearing
from tests.contract.client import Api, assert_problem
from tests.factories import make_user


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Bearer abc",
        "bearer a.b.c",
        "Token abc",
        "Bearer " + "x" * 100_000,
    ],
)
def test_without_a_good_token_the_answer_is_a_401_problem(header):
    response: Any = Client().get("/api/v1/users/me", headers={"Authorization": header} if header else {})
    assert_problem(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.django_db
def test_cookies_are_ignored():
    user = make_user(is_superuser=True)
    browser = Client()
    browser.force_login(user)
    response: Any = browser.get("/api/v1/users/me")
    assert_problem(response, 401, "not_authenticated")


@pytest.fixture
def one_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """No minute ends in the middle of the test."""
    begun = time.time() // 3600 * 3600
    monkeypatch.setattr(throttling, "time", lambda: begun)


@pytest.mark.django_db
def test_requests_are_limited_by_user_and_by_address(settings, one_window):
    settings.API_RATE_PER_MINUTE = 3
    client, another = Api(make_user()), Api(make_user())
    assert [client.get("users/me").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert another.get("users/me").status_code == 200
    statuses = [bearing("forged").get("users/me").status_code for _ in range(125)]
    assert statuses == [401] * 120 + [429] * 5


@pytest.mark.django_db
def test_the_answer_says_how_much_of_the_limit_is_left(settings, one_window):
    settings.API_RATE_PER_MINUTE = 2
    client = Api(make_user())
    responses = [client.get("users/me") for _ in range(3)]
    assert [response["RateLimit-Remaining"] for response in responses] == ["1", "0", "0"]
    assert {(response["RateLimit-Limit"], response["RateLimit-Reset"]) for response in responses} == {
        ("2", "60")
    }
    assert_problem(responses[2], 429, "throttled")
    assert responses[2]["Retry-After"] == "60"
