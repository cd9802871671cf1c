"""The API's own way through middleware: everything that protects, nothing that only pages need."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from backoffice.api import gate
from backoffice.api.gate import ApiGate
from tests.factories import make_user

PROTECTION = (
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
)


@pytest.mark.django_db
def test_the_api_looks_at_no_cookie_and_sets_none(client, django_assert_num_queries):
    client.force_login(make_user(role="Manager"))
    client.cookies["csrftoken"] = "not-one-of-ours"
    with django_assert_num_queries(0):
        response = client.get("/api/v1/users/me")
    assert response.status_code == 401
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


@pytest.mark.django_db
def test_a_page_still_knows_its_session_and_guards_its_forms():
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_user(role="Manager"))
    assert browser.get(reverse("admin:index")).status_code == 200
    assert browser.post(reverse("admin:logout")).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/products", "/api/docs/swagger/", "/api/none"])
def test_an_answer_of_the_api_is_protected_as_a_page_is(client, path):
    page, answer = client.get(reverse("admin:login")), client.get(path)
    assert {name: answer[name] for name in PROTECTION} == {name: page[name] for name in PROTECTION}


def test_a_foreign_host_gets_a_problem_with_the_id_of_its_request(client):
    response = client.get("/api/v1/products", headers={"Host": "evil.example", "X-Request-ID": "mine"})
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert (response["X-Request-ID"], response.json()["request_id"]) == ("mine", "mine")


def test_the_gate_leads_pages_on_and_the_api_past_what_pages_need():
    led_on: list[str] = []

    def page(request: HttpRequest) -> HttpResponse:
        led_on.append(request.path)
        return HttpResponse()

    gate = ApiGate(page)
    for path in ("/api/none", "/admin/", "/apis", "/api"):
        gate(RequestFactory().get(path))
    assert led_on == ["/admin/", "/apis", "/api"]


@pytest.mark.django_db
def test_the_view_of_a_route_is_looked_for_once_and_of_what_strangers_make_up_nothing_is_kept(
    client: Client,
) -> None:
    kept = gate._found
    kept.clear()

    for path in ("/api/v1/products", "/api/v1/products/NO-SUCH", "/api/v1/made-up", "/api/v1/products"):
        client.get(path)

    assert {path for _resolver, path in kept} == {"/api/v1/products"}
    assert client.get("/api/v1/products").resolver_match.route == "api/v1/products"
