"""What each method gets below /api/, also where nothing is."""

import re
from typing import Any

import pytest
from django.test import Client

from backoffice.api.application import api
from tests.contract.client import Api, assert_problem
from tests.contract.shop import open_shop
from tests.factories import make_product, make_user

pytestmark = pytest.mark.django_db
METHODS = ("POST", "PUT", "PATCH", "DELETE", "PROPFIND")
# Each answer says when it was given, and notes that it was.
TELL_OF_THIS_MOMENT = ("/data.json",)
READS = [path for path, item in api.document["paths"].items() if "get" in item]
# Those of one answer alone.
OWN = ("X-Request-ID", "RateLimit", "Date")


def answered(method: str, url: str, **options: Any) -> Any:
    """As a browser is: Django's own test client would be let past the check of forms."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    return client.generic(method, url, **options)


def headers_of(response: Any) -> dict[str, str]:
    return {name: value for name, value in response.items() if not name.startswith(OWN)}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "url", ["/api/", "/api/nothing", "/api/v1/nothing", "/api/v2/orders", "/api/v1/orders/a/b/c"]
)
def test_an_unknown_url_is_404_by_any_method(url: str, method: str) -> None:
    for headers in ({}, {"Origin": "https://front.example"}):
        response = answered(method, url, data=b"{}", content_type="application/json", headers=headers)
        assert_problem(response, 404, "not_found")


@pytest.mark.parametrize("method", METHODS)
def test_a_method_that_is_not_there_is_405_also_for_a_browser(method: str) -> None:
    for url in ("/api/docs/swagger/", "/api/v1/openapi.json"):
        response = answered(method, url, headers={"Origin": "https://front.example"})
        assert_problem(response, 405, "method_not_allowed")
        assert response["Allow"] == "GET, HEAD, OPTIONS"


def test_a_403_is_never_called_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """However it came about, also without a rule of ours that knows why."""
    from django.core.exceptions import PermissionDenied

    def denied(*_: Any, **__: Any) -> None:
        raise PermissionDenied

    monkeypatch.setattr("backoffice.urls.api.docs.render_page", denied)
    content = assert_problem(answered("GET", "/api/docs/swagger/"), 403, "forbidden")
    assert content["detail"] == "This is not allowed."


def _without(names: set[str], headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in names}


@pytest.mark.parametrize("path", READS)
def test_head_is_answered_wherever_get_is_with_the_same_headers_alone(path: str) -> None:
    shop = open_shop()
    user = Api(make_user(is_superuser=True))
    url = f"/{path.lstrip('/').format_map(shop.parameters(path))}"
    got = user.get(url)
    asked = user.client.generic("HEAD", url, headers=user.headers)

    assert (got.status_code, asked.status_code) == (200, 200)
    length = {} if got.streaming else {"Content-Length": str(len(got.content))}
    changing = {"ETag", "Content-Length"} if path.endswith(TELL_OF_THIS_MOMENT) else set()
    wanted = {**headers_of(got), **length}
    assert _without(changing, headers_of(asked)) == _without(changing, wanted)
    assert asked.content == b""
    if "ETag" in got and not changing:
        known = user.headers | {"If-None-Match": got["ETag"]}
        assert user.client.generic("HEAD", url, headers=known).status_code == 304


def test_head_of_what_is_refused_has_the_refusals_status_and_no_body() -> None:
    for url, status in (("/api/v1/orders", 401), ("/api/v1/nothing", 404), ("/api/v1/products?x=1", 422)):
        response = Client().head(url)
        assert (response.status_code, response.content) == (status, b"")
        assert response["Content-Type"] == "application/problem+json"
    assert Client().head("/api/v1/auth/token")["Allow"] == "OPTIONS, POST"


def test_head_counts_against_the_limit_like_any_request(settings: Any) -> None:
    settings.API_RATE_PER_MINUTE = 600
    make_product("71053")
    before = int(Client().get("/api/v1/products")["RateLimit-Remaining"])
    after = int(Client().head("/api/v1/products")["RateLimit-Remaining"])
    assert before - after == 1


@pytest.mark.parametrize("path", api.document["paths"])
def test_options_tells_the_methods_of_what_is_there(path: str) -> None:
    url = re.sub(r"\{[a-z_]+\}", "1", path)
    response = answered("OPTIONS", url)
    assert (response.status_code, response.content) == (204, b"")
    named = {method.upper() for method in api.document["paths"][path]}
    assert named <= set(response["Allow"].split(", ")) - {"HEAD", "OPTIONS"}
    assert ("HEAD" in response["Allow"]) is ("GET" in named)


def test_options_of_what_is_not_there_is_404() -> None:
    assert_problem(answered("OPTIONS", "/api/v1/nothing"), 404, "not_found")
