"""A shop of https behind a proxy: redirected once, and told when that would go on for ever."""

import logging
from typing import Any

import pytest
from django.core.checks import Warning as CheckWarning
from django.core.checks import run_checks
from django.test import Client

from backoffice.admin import behind_proxy
from backoffice.server.checks import https_without_a_known_proxy

HOST = {"Host": "shop.example"}
BROWSER = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(behind_proxy, "_noted_at", float("-inf"))
    settings.SHOP_URL = "https://shop.example"
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["shop.example", "localhost"]
    settings.TRUSTED_PROXIES = []
    return settings


def test_who_asks_by_http_is_redirected_once(shop: Any) -> None:
    response = Client().get("/admin/?p=1", headers=HOST)
    assert (response.status_code, response["Location"]) == (301, "https://shop.example/admin/?p=1")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Proto": "https"},
        {"X-Forwarded-Proto": "HTTPS, http"},
        {"X-Forwarded-Ssl": "on"},
        {"X-Forwarded-Scheme": "https"},
        {"Front-End-Https": "On"},
        {"Forwarded": "for=192.0.2.1;proto=https;by=10.0.0.1"},
        {"Cf-Visitor": '{"scheme":"https"}'},
        BROWSER,
    ],
)
def test_who_has_asked_by_https_is_told_instead_of_redirected_for_ever(
    shop: Any, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    client = Client()
    with caplog.at_level(logging.ERROR, "backoffice.proxy"):
        page = client.get("/admin/", headers=HOST | headers)
        problem = client.get("/api/v1/products", headers=HOST | headers)

    assert page.status_code == problem.status_code == 503
    assert "TRUSTED_PROXIES" in page.content.decode()
    assert (problem.json()["code"], "TRUSTED_PROXIES" in problem.json()["detail"]) == ("unknown_proxy", True)
    told = [record for record in caplog.records if record.name == "backoffice.proxy"]
    assert [record.getMessage().endswith("(Asked by 127.0.0.1.)") for record in told] == [True]


def test_a_known_proxy_is_believed(shop: Any) -> None:
    shop.TRUSTED_PROXIES = ["127.0.0.1"]
    shop.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    response = Client().get("/admin/login/", headers=HOST | {"X-Forwarded-Proto": "https"})
    assert response.status_code == 200


def test_a_browser_on_this_machine_is_redirected(shop: Any) -> None:
    response = Client().get("/admin/", headers={"Host": "localhost:8000", **BROWSER})
    assert (response.status_code, response["Location"]) == (301, "https://localhost:8000/admin/")


def test_a_shop_of_http_looks_at_none_of_this(settings: Any) -> None:
    assert Client().get("/admin/login/", headers={"X-Forwarded-Proto": "https"}).status_code == 200


@pytest.mark.parametrize(
    ("url", "proxies", "is_warned"),
    [
        ("https://shop.example", [], True),
        ("https://shop.example", ["10.0.0.1"], False),
        ("http://127.0.0.1:8000", [], False),
    ],
)
def test_the_check_warns_of_https_without_a_proxy(
    settings: Any, url: str, proxies: list[str], is_warned: bool
) -> None:
    settings.SHOP_URL, settings.TRUSTED_PROXIES = url, proxies
    found = run_checks(tags=["security"], include_deployment_checks=True)
    assert ("backoffice.W001" in {each.id for each in found}) is is_warned
    assert all(isinstance(each, CheckWarning) for each in https_without_a_known_proxy())
