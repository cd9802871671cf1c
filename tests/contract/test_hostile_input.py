"""What nobody should send, to every operation that could take it: a clear problem, and nothing moves."""

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import User
from backoffice.api.application import api as shop_api
from catalog.models import Product, StockMovement
from orders.models import Order, PromoCode
from tests.contract.client import Api, assert_problem
from tests.contract.document import operation_id, operations
from tests.contract.shop import SKU, Shop
from tests.contract.test_matrix import MATRIX
from tests.counts import forget_counts
from tests.factories import make_user

pytestmark = pytest.mark.django_db
JSON = "application/json"
INJECTED = ("status", "total", "owner", "is_staff", "is_superuser", "id", "version", "__proto__")
STRANGE: tuple[Any, ...] = ({}, [[]], 10**400, -(10**400), 1e308, "\x00", "x" * 100_000, "\ud800")
MALFORMED = {
    b"{": "line 1, column 2",
    b'{"a": NaN}': "NaN is none of its values",
    b'{"a": -Infinity}': "-Infinity is none of its values",
    b'{"a": "\xff"}': "UTF-8",
    b'{"a":' + b"[" * 200_000: "nested too deeply",
    b"[" * 200_000 + b"]" * 200_000: "nested too deeply",
}
NO_OBJECT = (b"[]", b"7", b'"text"')
# Also moments at the ends of the calendar, which are answered or refused, and texts that steer a terminal.
ODD = (
    *("", "%20", "%E2%80%8B", "%1B[2J", "%E2%80%AE", "%00", "-1", "0", "1e400", "NaN", "Infinity", "%D9%A1"),
    *("9" * 19, "9" * 40, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00%2B14:00"),
    *("9999-12-28T00:00:00Z", "2026-02-30T00:00:00Z", ",", "true", "null", "[]", "x" * 3_000),
)
CONTROL = ("a\x1b[2J", "a\x9b", "a\u202eb", "a\u2066b", "a\x7fb", "a\x85b")
FORGED = ("x", "W10:AAAA", "bnVsbA:x", "%F0%9F%92%A5", "a" * 2_000)
PATHS = ("%00", "%FF", "..%2f..", "9" * 400, "-1", "x" * 3_000, "%F0%9F%92%A5", "%ED%A0%80", "'%20OR%201=1--")


def with_json() -> list[Any]:
    return [each for each in operations() if _schema(each.values[0])]


def with_parameter(name: str) -> list[Any]:
    return [
        each
        for each in operations()
        if name in [part["name"] for part in each.values[0].definition.raw.get("parameters", [])]
    ]


def without_a_form(operations: list[Any]) -> list[Any]:
    """A form that is missing would be refused first."""
    return [each for each in operations if _schema(each.values[0]) or not each.values[0].body]


def _schema(operation: Any) -> dict[str, Any]:
    """The schema of its JSON body, {} without one."""
    content = operation.definition.raw.get("requestBody", {}).get("content", {})
    schema = content.get(JSON, {}).get("schema", {})
    named = [schema, *schema.get("anyOf", [])]
    names = [each["$ref"].rpartition("/")[2] for each in named if "$ref" in each]
    found: dict[str, Any] = shop_api.document["components"]["schemas"][names[0]] if names else {}
    return found


def _asked(operation: Any) -> list[str]:
    """The parameters of its address, of those that only read."""
    parameters = operation.definition.raw.get("parameters", []) if operation.method == "get" else []
    return [part["name"] for part in parameters if part.get("in") == "query"]


class Target:
    """An operation in a shop, called by a superuser, who may do everything."""

    def __init__(self, operation: Any, shop: Shop) -> None:
        self.operation = operation
        self.shop = shop
        self.api = Api(make_user(is_superuser=True))
        self.path = operation.path.format_map(self.shop.parameters(operation.path))

    def body(self, **fields: Any) -> dict[str, Any]:
        """What the operation takes, and these fields."""
        sound = MATRIX[operation_id(self.operation)].body
        return dict(sound(self.shop.ada) if callable(sound) else sound or {}) | fields

    def send(self, body: Any = None, *, path: str = "", query: str = "", **headers: str) -> Any:
        forget_counts()
        if body is None and _schema(self.operation):
            body = self.body()
        method = self.operation.method.upper()
        return self.api.send(method, f"{path or self.path}{query}", body, headers=headers)


@pytest.fixture
def target(operation: Any, opened_shop: Shop) -> Iterator[Target]:
    target = Target(operation, opened_shop)
    before = everything()
    yield target
    assert everything() == before


def everything() -> list[Any]:
    return [
        list(Product.objects.order_by("pk").values()),
        list(Order.objects.order_by("pk").values()),
        list(PromoCode.objects.order_by("pk").values()),
        list(User.objects.order_by("pk").values("email", "name", "password", "is_staff", "is_active")),
        StockMovement.objects.count(),
    ]


def assert_refused(response: Any, *statuses: int) -> None:
    assert response.status_code in statuses, response.content[:300]
    assert_problem(response, response.status_code, response.json()["code"])


@pytest.mark.once
@pytest.mark.parametrize("operation", with_json())
def test_a_field_that_no_body_has_is_named_and_refused(target: Target) -> None:
    for name in set(INJECTED) - _schema(target.operation)["properties"].keys():
        problem = assert_problem(target.send(target.body(**{name: True})), 422, "validation", f"/{name}")
        assert problem["errors"][0]["code"] == "unknown_field"


@pytest.mark.parametrize("operation", with_json())
def test_no_value_of_a_field_is_too_strange_to_be_refused(target: Target) -> None:
    for name in _schema(target.operation)["properties"]:
        for value in STRANGE:
            assert_refused(target.send(target.body(**{name: value})), 401, 422)


@pytest.mark.once
@pytest.mark.parametrize("operation", with_json())
def test_no_text_has_control_characters(target: Target) -> None:
    for name, field in _schema(target.operation)["properties"].items():
        if "password" in name or field.get("type") not in ("string", "array", None):
            continue
        for value in CONTROL:
            assert_refused(target.send(target.body(**{name: value})), 401, 422)


@pytest.mark.parametrize("operation", [each for each in operations() if _asked(each.values[0])])
def test_no_value_of_a_parameter_is_too_strange_to_be_answered(target: Target) -> None:
    for name in _asked(target.operation):
        for value in ODD:
            response = target.send(query=f"?{name}={value}")
            assert response.status_code < 500, (name, value)
            if "%1B" in value or "%AE" in value or "%00" in value:
                assert_refused(response, 422)


@pytest.mark.once
@pytest.mark.parametrize("operation", with_json())
def test_what_is_no_json_or_no_object_or_too_deep_or_too_large_is_refused(target: Target) -> None:
    for body, told in MALFORMED.items():
        assert told in assert_problem(target.send(body), 400, "bad_request")["detail"]
    for body in NO_OBJECT:
        assert_problem(target.send(body), 422, "validation")
    assert_problem(target.send(b'{"a": "' + b"x" * 10_000_000 + b'"}'), 413, "too_large")


@pytest.mark.once
@pytest.mark.parametrize("operation", without_a_form(operations()))
def test_a_parameter_that_an_operation_does_not_know_is_refused(target: Target) -> None:
    for query in ("?colour=red", "?is_superuser=true", "?limit=5&limitt=5"):
        response = target.send(query=query)
        errors = response.json()["errors"]
        assert_refused(response, 422)
        assert {"unknown_parameter"} == {error["code"] for error in errors}, errors


@pytest.mark.parametrize("operation", with_parameter("cursor"))
def test_a_cursor_that_we_did_not_give_for_this_list_is_refused(target: Target) -> None:
    users, movements = (
        target.api.get(path).json()["next"] for path in ("users?limit=1", f"products/{SKU}/movements?limit=1")
    )
    foreign = movements if target.path.endswith("/users") else users
    for cursor in (*FORGED, foreign, foreign[:-1], f"{foreign}A"):
        assert_problem(target.send(query=f"?cursor={cursor}"), 422, "invalid_cursor", "/cursor")


@pytest.mark.parametrize("operation", [each for each in operations() if "{" in each.values[0].path])
def test_a_path_that_leads_nowhere_is_not_found(target: Target) -> None:
    before, _, rest = target.operation.path.partition("{")
    for odd in PATHS:
        path = f"{before}{odd}{rest.partition('}')[2]}"
        assert_refused(target.send(path=path), 404, 405, 422)


@pytest.mark.once
@pytest.mark.parametrize("operation", without_a_form(with_parameter("Idempotency-Key")))
def test_an_idempotency_key_that_is_none_is_refused(target: Target) -> None:
    for key in ("", "two words", "x" * 256, "é"):
        assert_refused(target.send(Idempotency_Key=key), 422)


@pytest.mark.once
@pytest.mark.parametrize("operation", [each for each in operations() if each.values[0].method == "patch"])
def test_an_if_match_that_is_no_etag_or_of_another_resource_is_refused(target: Target) -> None:
    for etag in ("x", '"x"', "W/1", '"é"', '"0.0"', '"9' + "9" * 500 + '.ab"'):
        assert_refused(target.send(If_Match=etag), 412, 422)
