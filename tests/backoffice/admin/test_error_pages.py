"""Where something went wrong, people find what to do, a way back, and the request's id."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from backoffice.admin import error_pages
from backoffice.admin.base import show_refusal
from backoffice.errors import Busy, Conflict, Fault, Forbidden, NotFound, Throttled
from backoffice.requests.request_id import RequestIdFilter
from backoffice.urls import handler400, handler403, handler404, handler500
from backoffice.urls import urlpatterns as own_urls
from orders.models import Order
from tests.factories import PASSWORD, make_product, make_user

pytestmark = pytest.mark.django_db
__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

RAISED: dict[str, Exception] = {
    "throttled": Throttled("Too many requests. Try again in 12 seconds.", retry_after_seconds=12),
    "busy": Busy("The shop is very busy; nothing was written. Try again.", retry_after_seconds=2),
    "conflict": Conflict(
        "Two lines fail.", faults=[Fault("/a", "x", "Line <1> fails."), Fault("/b", "y", "Line 2 fails.")]
    ),
    "forbidden": Forbidden("Only managers do this."),
    "missing": NotFound("There is no order B-1."),
    "denied": PermissionDenied(),
    "bad": BadRequest("the secret is hunter2"),
    "broken": RuntimeError("the secret is hunter2"),
    "away": OperationalError("connection to server failed\nIs it running on host db1?"),
}


def raising(request: HttpRequest, name: str) -> HttpResponse:
    raise RAISED[name.split()[0]]


urlpatterns = [
    path("admin/raise/<name>/", raising),
    path("api/v1/raise/<name>", raising),
    path("raise/<name>/", raising),
    *own_urls,
]
odd_urls = pytest.mark.urls("tests.backoffice.admin.test_error_pages")


@pytest.fixture
def manager() -> Client:
    return signed_in("Manager")


def signed_in(role: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(make_user(role=role))
    return client


def nobody() -> Client:
    return Client(raise_request_exception=False)


def words(response: Any) -> str:
    """What a reader reads of it."""
    body = re.sub(r"<(style|script|title)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def assert_page(response: Any, status: int, title: str) -> str:
    """An error page of ours, with an id that is the request's; gives its words."""
    assert response.status_code == status
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Type"] == "text/html; charset=utf-8"
    told = words(response)
    assert title in told
    assert f"Error {status}, request {response['X-Request-ID']}" in told
    assert "hunter2" not in told
    assert re.findall(r"<script(?![^>]*\bsrc=)|\bon[a-z]+=\"", response.content.decode()) == []
    assert "default-src 'self'" in response["Content-Security-Policy"]
    return told


def is_framed(response: Any) -> bool:
    return b"nav-sidebar" in response.content


@contextmanager
def no_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever asks the database fails as when its server is away."""

    def away(*_: object, **__: object) -> None:
        raise OperationalError("connection to server failed")

    with monkeypatch.context() as patch:
        patch.setattr(BaseDatabaseWrapper, "_cursor", away)
        patch.setattr(BaseDatabaseWrapper, "ensure_connection", away)
        yield


@odd_urls
@pytest.mark.parametrize(
    ("name", "status", "title", "retry_after"),
    [
        ("throttled", 429, "Too many requests. Try again in 12 seconds.", "12"),
        ("busy", 503, "nothing was written. Try again.", "2"),
        ("conflict", 409, "Two lines fail. Line <1> fails. Line 2 fails.", None),
        ("forbidden", 403, "Only managers do this.", None),
        ("missing", 404, "There is no order B-1.", None),
        ("denied", 403, "Ask a manager if it should.", None),
        ("bad", 400, "load the page again and try once more", None),
        ("broken", 500, "tell whoever runs the shop the number below", None),
        ("away", 503, "Wait a few seconds, then try again.", "5"),
    ],
)
def test_whatever_a_page_lets_through_is_told_on_a_page(
    name: str, status: int, title: str, retry_after: str | None, manager: Client
) -> None:
    for address in (f"/admin/raise/{name}/", f"/raise/{name}/"):
        for client in (manager, nobody()):
            response = client.get(address)
            assert_page(response, status, title)
            assert response.get("Retry-After") == retry_after
            assert is_framed(response) is (client is manager and status < 500)


@odd_urls
@pytest.mark.parametrize("name", ["broken", "busy", "away"])
def test_a_page_about_a_fault_asks_nothing_that_may_be_broken(
    name: str, manager: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    # The shop's language, the session and whose it is were looked up before the view was asked.
    with django_assert_num_queries(3) as queries:
        assert manager.get(f"/admin/raise/{name}/").status_code in (500, 503)
    asked = [query["sql"] for query in queries.captured_queries]
    tables = ("backoffice_shopsettings", "accounts_browsersession", "accounts_user")
    assert [f'FROM "{table}"' in sql for table, sql in zip(tables, asked, strict=True)] == [True] * 3


@odd_urls
@pytest.mark.parametrize(
    ("name", "is_kept"), [("busy", True), ("throttled", True), ("away", True), ("broken", False)]
)
def test_what_was_typed_is_kept_where_sending_it_again_may_help(
    name: str, is_kept: bool, manager: Client
) -> None:
    typed = {"note": "Ring <twice>"}
    response = manager.post(f"/admin/raise/{name}/", typed, headers={"Origin": "http://testserver"})
    assert ('name="note" value="Ring &lt;twice&gt;"' in response.content.decode()) is is_kept
    assert ("Send it again" in words(response)) is is_kept
    for other in ({}, {"Origin": "http://evil.example"}):
        assert "Ring" not in manager.post(f"/admin/raise/{name}/", typed, headers=other).content.decode()


def test_without_a_database_every_page_is_503_with_a_time_to_come_back(
    manager: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with no_database(monkeypatch), caplog.at_level(logging.WARNING):
        answers = [manager.get("/admin/"), nobody().get("/admin/orders/order/"), nobody().get("/account/x/")]
        api = nobody().get("/api/v1/categories")
    assert_page(answers[0], 503, "The shop cannot be reached for the moment")
    assert answers[0]["Retry-After"] == "5"
    assert (answers[1].status_code, answers[2].status_code) == (302, 404)
    assert (api.status_code, api["Retry-After"], api.json()["code"]) == (503, "5", "unavailable")
    lines = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.exc_info for record in lines] == [None, None]
    assert manager.get("/admin/").status_code == 200


def test_without_its_static_files_the_page_is_plain(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> str:
        raise ValueError("Missing staticfiles manifest entry")

    assert is_framed(manager.get("/no-such-page"))
    monkeypatch.setattr("django.templatetags.static.StaticNode.handle_simple", missing)
    response = manager.get("/no-such-page")
    assert_page(response, 404, "There is nothing at this address")
    assert not is_framed(response)


@pytest.mark.parametrize(
    "address", ["/no-such-page", "/account/no/such/", "/admin/no/such/", "/%00", "/a%0ab/"]
)
def test_an_unknown_address_is_a_page_with_a_way_on(address: str, manager: Client) -> None:
    assert_page(manager.get(address), 404, "There is nothing at this address")
    if not address.startswith("/admin/"):
        told = assert_page(nobody().get(address), 404, "There is nothing at this address")
        assert "Go to the start page" in told


def test_the_sidebar_of_an_error_page_shows_what_the_role_may_see(manager: Client) -> None:
    marketing = signed_in("Marketing")
    assert ">Customers" in manager.get("/no-such-page").content.decode().replace("\n", "").replace(" ", "")
    assert 'href="/admin/accounts/user/"' not in marketing.get("/no-such-page").content.decode()
    assert 'href="/admin/accounts/user/"' in manager.get("/no-such-page").content.decode()


def test_the_way_back_leads_to_the_page_before_and_never_to_another_host(manager: Client) -> None:
    def page(referer: str) -> str:
        return manager.get("/no-such-page", headers={"Referer": referer}).content.decode()

    assert 'href="/admin/orders/order/?q=&quot;&gt;">Go back<' in page(
        'http://testserver/admin/orders/order/?q=">'
    )
    for foreign in ("http://evil.example/admin/", "http://testserver//evil.example/", "javascript:alert(1)"):
        assert ">Go back<" not in page(foreign)
        assert "evil" not in page(foreign)


def test_a_role_that_may_not_is_told_whom_to_ask() -> None:
    told = assert_page(signed_in("Marketing").get("/admin/accounts/user/"), 403, "You may not do this")
    assert "Ask a manager" in told


def test_a_page_opened_by_another_method_says_so(manager: Client) -> None:
    response = manager.get("/admin/orders/order/new/quote/")
    assert_page(response, 405, "Go back and use the buttons of the page.")
    assert response["Allow"] == "POST"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "PROPFIND"])
def test_a_method_that_no_form_sends_is_not_called_an_old_form(method: str) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.generic(method, "/admin/")
    assert_page(response, 405, "This address is not opened like this")
    assert response["Allow"] == "GET, HEAD, POST"


def test_a_method_that_is_not_allowed_is_logged_once(
    manager: Client, caplog: pytest.LogCaptureFixture
) -> None:
    manager.post("/problems/")
    assert [record.getMessage() for record in caplog.records] == ["Method Not Allowed (POST): /problems/"]


@odd_urls
def test_no_line_of_the_log_can_be_forged_by_an_address(caplog: pytest.LogCaptureFixture) -> None:
    nobody().get("/raise/away%0d%0aforged/")
    nobody().get("/raise/bad%0d%0aforged/")
    nobody().get("/raise/conflict%0d%0aforged/")
    lines = [record.getMessage() for record in caplog.records]
    assert lines[0].startswith("GET /raise/away\\r\\nforged/: OperationalError: ")
    assert [line for line in lines if "forged" not in line or "\n" in line] == []
    assert len(lines) == 3


def test_nor_by_an_address_of_the_api(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with no_database(monkeypatch):
        nobody().get("/api/v1/products/a%0aforged")
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 1
    assert lines[0].startswith("GET /api/v1/products/a\\nforged: OperationalError: ")


def test_a_form_that_is_too_large_is_413_and_not_400() -> None:
    form = "username=" + "x" * 1_100_000
    response = nobody().post("/admin/login/", form, content_type="application/x-www-form-urlencoded")
    assert_page(response, 413, "A form may have 1 MB, a file 20 MB")


def test_a_form_of_too_many_fields_is_told_so(manager: Client) -> None:
    response = manager.post("/admin/orders/order/new/", {f"f{number}": "1" for number in range(5_001)})
    assert_page(response, 400, "The form has too many fields")


def test_a_host_that_is_not_ours_is_a_plain_page_and_one_line_a_minute(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(error_pages, "_other_host_noted_at", float("-inf"))
    for host in ("evil.example", "evil.example", "other.example", "bad host\x7f"):
        response = nobody().get("/admin/", headers={"Host": host})
        told = assert_page(response, 400, "The shop does not answer at this address")
        assert "example" not in told
    assert [record.getMessage() for record in caplog.records] == [
        "Asked for as 'evil.example', which is not in DJANGO_ALLOWED_HOSTS"
    ]


@odd_urls
def test_what_strangers_cause_is_one_line_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    nobody().get("/raise/denied/")
    nobody().get("/raise/bad/")
    nobody().post("/admin/login/", {"username": "x" * 1_100_000})
    nobody().get("/raise/away/")
    assert [record.exc_info for record in caplog.records] == [None] * 4
    assert "db1" not in caplog.text


@odd_urls
def test_a_fault_of_ours_keeps_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    nobody().get("/raise/broken/")
    assert "hunter2" in caplog.text
    assert caplog.records[-1].exc_info


@odd_urls
def test_every_refusal_is_logged_with_the_requests_id(caplog: pytest.LogCaptureFixture) -> None:
    """Most are logged after the middleware that knows the id has ended."""
    caplog.handler.addFilter(RequestIdFilter())
    for number, (address, status) in enumerate(
        [
            ("/no-such-page", 404),
            ("/raise/denied/", 403),
            ("/raise/conflict/", 409),
            ("/raise/broken/", 500),
            ("/raise/away/", 503),
            ("/api/v1/orders", 401),
            ("/api/v1/no-such-page", 404),
            ("/api/v1/products?colour=red", 422),
        ]
    ):
        caplog.clear()
        assert nobody().get(address, headers={"X-Request-ID": f"mine-{number}"}).status_code == status
        assert {getattr(record, "request_id", None) for record in caplog.records} == {f"mine-{number}"}, (
            address
        )


@odd_urls
@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"Sec-Fetch-Dest": "empty"}])
def test_within_a_page_a_sentence_is_told_and_no_page(headers: dict[str, str], manager: Client) -> None:
    response = manager.get("/admin/raise/throttled/", headers=headers)
    assert (response.status_code, response["Retry-After"]) == (429, "12")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.text == (
        f"Too many requests. Try again in 12 seconds. (Request {response['X-Request-ID']})"
    )


def refusing_clients() -> tuple[Client, Client]:
    """Of somebody who signed in again since the form was loaded: the token in it is not the browser's."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(role="Manager"))
    return client, Client(enforce_csrf_checks=True)


def test_an_old_form_is_sent_again_as_it_was_typed() -> None:
    make_product("A", on_hand=5)
    client, _ = refusing_clients()
    typed = {
        "email": 'guest@"example".com',
        "sku": ["A", "A"],
        "quantity": ["1", "2"],
        "csrfmiddlewaretoken": "old",
    }
    headers = {"Origin": "http://testserver", "Referer": "http://testserver/admin/orders/order/new/"}

    refused = client.post("/admin/orders/order/new/", typed, headers=headers)
    told = assert_page(refused, 403, "This form is too old to be sent")

    assert "What you typed is kept" in told
    page = refused.content.decode()
    _, _, form = page.partition('<form id="again" method="post" action="/admin/orders/order/new/"')
    form = form[: form.index("</form>")]
    fields = [
        (unescape(name), unescape(value))
        for name, value in re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form)
    ]
    assert [field for field in fields if field[0] != "csrfmiddlewaretoken"] == [
        ("email", 'guest@"example".com'),
        ("sku", "A"),
        ("sku", "A"),
        ("quantity", "1"),
        ("quantity", "2"),
    ]
    token = dict(fields)["csrfmiddlewaretoken"]
    again = client.post("/admin/orders/order/new/", typed | {"csrfmiddlewaretoken": token}, headers=headers)
    assert again.status_code == 200
    assert not Order.objects.exists()


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://testserver.evil.example"])
def test_what_another_sites_page_has_typed_is_never_offered(origin: str | None) -> None:
    client, _ = refusing_clients()
    headers = {"Origin": origin} if origin else {}
    response = client.post("/admin/orders/order/new/", {"email": "planted@example.com"}, headers=headers)
    assert_page(response, 403, "This form is too old to be sent")
    assert "planted" not in response.content.decode()
    assert "Send it again" not in response.content.decode()


def test_a_password_is_never_written_into_a_page() -> None:
    client, stranger = refusing_clients()
    headers = {"Origin": "http://testserver"}
    for sender, address, typed in (
        (stranger, "/admin/login/", {"username": "nele@example.com", "password": "hunter2 and more"}),
        (client, "/admin/password_change/", {"old_password": "hunter2 and more", "new_password": "hunter2"}),
    ):
        response = sender.post(address, typed, headers=headers)
        assert_page(response, 403, "This form is too old to be sent")
        assert "Send it again" not in response.content.decode()


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example/",
        "///evil.example/",
        "////evil.example/",
        "https://evil.example/",
        "http:evil.example",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example/",
        "javascript:alert(1)",
        "http://testserver@evil.example/",
        "http://testserver.evil.example/",
    ],
)
def test_signing_in_leads_to_no_other_host(elsewhere: str) -> None:
    user = make_user(role="Manager")
    credentials = {"username": user.email, "password": PASSWORD, "next": elsewhere}
    response = Client().post("/admin/login/", credentials)
    assert (response.status_code, response["Location"]) == (302, "/admin/")

    signed_out = Client().get("/admin/login/", headers={"HX-Request": "true", "HX-Current-URL": elsewhere})
    assert signed_out["HX-Redirect"] in (
        "/admin/login/?next=%2Fadmin%2F",
        "/admin/login/?next=%2F",
        "/admin/login/?next=%2Fevil.example%2F",
    )


def test_a_page_that_is_refused_again_and_again_does_not_lead_to_itself() -> None:
    asked = RequestFactory().get("/admin/catalog/stockimport/999/")
    with pytest.raises(NotFound, match="999"):
        show_refusal(asked, NotFound("There is no stock import 999."))


def test_below_the_api_no_page_is_drawn(manager: Client) -> None:
    request = RequestFactory().get("/api/v1/nothing")
    assert error_pages.not_found(request).content == b""
