"""What holds for every operation of the API."""

import json
import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from backoffice.api.application import api
from backoffice.urls import urlpatterns as own_urls
from catalog.models import Product
from tests.contract.client import Api, assert_problem
from tests.contract.shop import open_shop
from tests.factories import make_product, make_user

PUBLIC = {
    "sign_in",
    "sign_in_second",
    "refresh_tokens",
    "request_password_reset",
    "reset_password",
    "register",
    "confirm_email",
    "confirm_email_change",
    "stop_email_change",
    "list_products",
    "get_product",
    "list_categories",
    "list_families",
    "get_shop",
    "get_family",
}


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method.upper(), operation)
        for path, item in api.document["paths"].items()
        for method, operation in item.items()
    ]


def broken(request: Any) -> HttpResponse:
    raise RuntimeError("the secret is hunter2")


urlpatterns = [path("api/v1/broken", broken), *own_urls]


@pytest.mark.django_db
def test_the_document_is_served_and_complete():
    document = Api().get("/api/v1/openapi.json").json()

    assert document["openapi"].startswith("3.1")
    assert document == json.loads(json.dumps(api.titled("Backoffice API")))
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(ids) == len(set(ids)) > 25
    assert all(re.fullmatch("[a-z_]+", each) for each in ids)
    assert not references(document) - set(pointers(document))


@pytest.mark.parametrize(("path", "method", "operation"), operations())
def test_the_document_says_of_every_operation_whether_it_needs_a_token(path, method, operation):
    if operation["operationId"] not in PUBLIC:
        assert operation["security"] == [{"Bearer": []}]
    elif method == "GET":
        assert operation["security"] == [{}, {"Bearer": []}]
    else:
        assert operation["security"] == []


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(references(value) for value in node.values()))
    return set().union(*(references(value) for value in node)) if isinstance(node, list) else set()


def pointers(document: dict[str, Any]) -> list[str]:
    return [
        f"#/components/{kind}/{name}"
        for kind in ("schemas", "responses")
        for name in document["components"][kind]
    ]


@pytest.mark.parametrize(("path", "method", "operation"), operations())
def test_every_operation_says_what_can_go_wrong(path, method, operation):
    responses = operation["responses"]

    assert operation["tags"]
    assert operation["summary"]
    assert {"422", "429", "500", "503"} <= responses.keys()
    if operation.get("security"):
        assert {"401", "403"} <= responses.keys()
    if "{" in path:
        assert "404" in responses
    for status, response in responses.items():
        if int(status) >= 400:
            assert response == {"$ref": response["$ref"]}
            told = api.document["components"]["responses"][response["$ref"].rpartition("/")[2]]
            assert told["content"]["application/problem+json"]["schema"] == {
                "$ref": "#/components/schemas/Problem"
            }


READS = [
    (path, each)
    for path, method, each in operations()
    if method == "GET" and not path.endswith((".csv", ".xlsx", ".json"))
]


@pytest.mark.parametrize(("path", "operation"), READS)
@pytest.mark.django_db
def test_every_read_has_fields_to_choose_and_an_etag_that_saves_it(path, operation):
    shop = open_shop()
    api = Api(make_user(is_superuser=True))
    parameters = {each["name"]: each for each in operation["parameters"]}
    fields = parameters["fields"]["example"]

    chosen = api.get(f"{path.format_map(shop.parameters(path))}?fields={fields}")
    known = api.get(f"{path.format_map(shop.parameters(path))}?fields={fields}", If_None_Match=chosen["ETag"])

    content = chosen.json()
    items = content.get("items", [content])
    assert items
    assert all(list(item) == fields.split(",") for item in items)
    assert (known.status_code, known.content, known["ETag"]) == (304, b"", chosen["ETag"])
    assert {"If-None-Match"} <= parameters.keys()
    assert "304" in operation["responses"]
    assert ("limit" in parameters) == ("cursor" in parameters)
    if "ordering" in parameters:
        assert "pattern" in parameters["ordering"]["schema"]


def test_every_post_with_an_effect_takes_an_idempotency_key():
    without = {
        operation["operationId"]
        for path, method, operation in operations()
        if method == "POST"
        and not path.startswith(("/api/v1/auth/", "/api/v1/users"))
        and "Idempotency-Key" not in [each["name"] for each in operation.get("parameters", [])]
    }

    assert without == {
        *("quote_order", "backtest_promo_code", "plan_merge", "plan_combinations", "plan_erasure")
    }


@pytest.mark.django_db
def test_every_answer_tells_the_limit_it_counted_against(settings):
    settings.API_RATE_PER_MINUTE = 2
    api = Api(make_user())

    answers = [api.get(path) for path in ("users/me", "orders/none", "users/me")]

    assert [answer.status_code for answer in answers] == [200, 404, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert {answer["RateLimit-Limit"] for answer in answers} == {"2"}
    assert 1 <= int(answers[2]["Retry-After"]) == int(answers[2]["RateLimit-Reset"]) <= 60


def test_a_field_of_a_body_that_may_be_left_out_tells_its_default_in_words():
    """Generated TypeScript takes a field with a `default` for one that must be sent."""
    schemas = api.document["components"]["schemas"]
    bodies = [
        schema["properties"] for schema in schemas.values() if schema.get("additionalProperties") is False
    ]

    assert len(bodies) > 20
    assert not [name for fields in bodies for name, field in fields.items() if "default" in field]
    assert (
        schemas["ReturnLineIn"]["properties"]["restock"]["description"]
        == "false: written off. Without it: true."
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "method", "operation"), operations())
def test_without_a_token_only_public_operations_answer(path, method, operation):
    api = Api()
    concrete = re.sub(r"\{[a-z_]+\}", "1", path)

    response = api.send(method, concrete, {} if method != "GET" else None)

    if operation["operationId"] in PUBLIC:
        assert response.status_code != 401
    else:
        assert_problem(response, 401, "not_authenticated")
        assert response["WWW-Authenticate"].startswith("Bearer")
        forged = api.send(method, concrete, headers={"Authorization": "Bearer x.y.z"})
        assert_problem(forged, 401, "not_authenticated")


@pytest.mark.django_db
def test_a_bad_token_is_refused_where_none_is_needed():
    assert_problem(Api().get("products", Authorization="Bearer forged"), 401, "not_authenticated")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url", ["/api/", "/api/v1/nothing", "/api/v2/products", "/api/v1/products/a/b", "/api/%00"]
)
def test_an_unknown_url_is_a_problem(url):
    assert_problem(Api().get(url), 404, "not_found")


@pytest.mark.django_db
def test_a_method_that_is_not_there_is_a_problem_that_names_those_that_are():
    response = Api().send("PUT", "products")

    assert_problem(response, 405, "method_not_allowed")
    assert {method.strip() for method in response["Allow"].split(",")} == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_a_problem():
    assert_problem(Api().get("products", Host="evil.example"), 400, "bad_request")


@pytest.mark.django_db
def test_a_body_of_more_than_a_megabyte_is_not_read():
    body = b'{"sku": "' + b"x" * 1_100_000 + b'"}'

    assert_problem(Api(make_user(role="Manager")).post("products", body), 413, "too_large")
    assert_problem(Api().post("auth/token", body), 413, "too_large")
    assert not Product.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "multipart/form-data; boundary=\xe9", "text/plain"]
)
def test_a_form_that_cannot_be_read_is_a_problem(content_type):
    api = Api(make_user(role="Warehouse"))

    response = api.client.generic(
        "POST", "/api/v1/stock/imports", b"--x", content_type=content_type, headers=api.headers
    )

    assert_problem(response, *((422, "validation") if content_type == "text/plain" else (400, "bad_request")))


@pytest.mark.django_db
def test_a_fault_of_ours_is_logged_and_not_told(monkeypatch, caplog):
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the secret is hunter2")

    monkeypatch.setattr("catalog.api.products.remembered", fail)
    response = Api().get("products")

    content = assert_problem(response, 500, "internal_error")
    assert "hunter2" not in json.dumps(content)
    assert "hunter2" in caplog.text


@pytest.mark.django_db
@pytest.mark.urls("tests.contract.test_conventions")
def test_a_fault_outside_of_every_operation_is_a_problem_too():
    assert_problem(Api().get("/api/v1/broken"), 500, "internal_error")


@pytest.mark.django_db
def test_the_request_id_is_taken_and_given():
    response = Api().get("products?colour=red", X_Request_ID="mine-1")

    assert (response["X-Request-ID"], response.json()["request_id"]) == ("mine-1", "mine-1")


@pytest.mark.django_db
def test_other_origins_are_let_in_by_configuration_alone(settings):
    make_product("71053")
    assert "Access-Control-Allow-Origin" not in Api().get("products", Origin="https://front.example")

    settings.CORS_ALLOWED_ORIGINS = ["https://front.example"]
    allowed = Api().get("products", Origin="https://front.example")
    other = Api().get("products", Origin="https://evil.example")
    preflight = Api().send(
        "OPTIONS",
        "orders",
        headers={"Origin": "https://front.example", "Access-Control-Request-Method": "POST"},
    )

    assert allowed["Access-Control-Allow-Origin"] == "https://front.example"
    assert "Access-Control-Allow-Credentials" not in allowed
    assert "Access-Control-Allow-Origin" not in other
    assert "Origin" in other["Vary"]
    assert (preflight.status_code, preflight["Access-Control-Allow-Origin"]) == (204, "https://front.example")
    assert "Idempotency-Key" in preflight["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Origin" not in Client().get(
        "/healthz", headers={"Origin": "https://front.example"}
    )


@pytest.mark.django_db
def test_a_session_cookie_means_nothing_to_the_api():
    client = Client()
    client.force_login(make_user(role="Manager"))

    assert client.get("/api/v1/orders").status_code == 401


@pytest.mark.django_db
def test_the_documentation_is_served_from_our_own_files():
    page = Client().get("/api/docs/swagger/").content.decode()

    assert "/api/v1/openapi.json" in page
    assert re.findall(r'(?:src|href)="((?:https?:)?//[^"]+)"', page) == []


@pytest.mark.django_db
def test_signs_of_life():
    assert Client().get("/healthz").json() == {"status": "ok"}
    ready = Client().get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")
    assert ready.json()["checks"].keys() == {"database", "migrations", "disk", "cache", "queue"}


@pytest.mark.django_db
def test_the_front_page_is_the_admin():
    assert Client().get("/")["Location"] == "/admin/"
