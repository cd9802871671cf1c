"""Each refusal of input says where it is wrong, and what to do about it."""

from collections.abc import Iterator
from typing import Any

import pytest

from backoffice.api.application import api
from tests.contract.client import Api, assert_problem
from tests.factories import make_product, make_user

pytestmark = pytest.mark.django_db

ADDRESS = {"name": "Ada", "line1": "Seeweg 56", "city": "Köln", "country": "DE"}
LINE = {"sku": "TEA-01", "quantity": 1}
TEN = {"code": "TEN", "name": "Ten", "percent_off": "10"}


def order(**changes: Any) -> dict[str, Any]:
    return {"email": "ada@example.com", "lines": [LINE], "shipping_address": ADDRESS} | changes


@pytest.mark.parametrize(
    ("path", "body", "pointer", "detail"),
    [
        ("orders", [], "", "Send a JSON object here."),
        ("orders", order(shipping_address="Seeweg 56"), "/shipping_address", "Send a JSON object here."),
        ("orders", order(lines=[]), "/lines", "Add at least one line to the order."),
        ("orders", order(promo_code="NONE"), "/promo_code", "No promo code is called NONE."),
        (
            "orders",
            order(lines=[LINE | {"sku": f"TEA-{number}"} for number in range(501)]),
            "/lines",
            "List should have at most 500 items after validation, not 501",
        ),
        (
            "promo-codes",
            TEN | {"ends_at": "2026-12-01"},
            "/ends_at",
            "Give a time such as 2026-11-22T07:00:00Z.",
        ),
        (
            "promo-codes",
            TEN | {"ends_at": "2026-12-01T00:00:00"},
            "/ends_at",
            "Add the offset from UTC: Z, or such as +01:00.",
        ),
        (
            "promo-codes",
            TEN | {"starts_at": "2026-12-01T00:00:00Z", "ends_at": "2026-11-01T00:00:00Z"},
            "/ends_at",
            "The end must come after the start.",
        ),
        (
            "promo-codes/backtest",
            {"from": "2026-06-01T00:00:00Z", "to": "2026-07-01T00:00:00Z"},
            "",
            "Give either code or terms.",
        ),
    ],
)
def test_a_body_is_refused_by_the_place_and_in_words(path: str, body: Any, pointer: str, detail: str) -> None:
    make_product("TEA-01", on_hand=5)
    content = assert_problem(Api(make_user(role="Manager")).post(path, body), 422, _code(pointer, body))
    assert [(each["in"], each["pointer"], each["detail"]) for each in content["errors"]] == [
        ("body", pointer, detail)
    ]


def _code(pointer: str, body: Any) -> str:
    if pointer == "/lines" and not body["lines"]:
        return "empty_order"
    return "promo_not_usable" if pointer == "/promo_code" else "validation"


def test_a_file_that_is_no_table_is_the_file_s_fault() -> None:
    manager = Api(make_user(role="Manager"))
    part = b"--x\r\nContent-Disposition: form-data; name="
    file = part + b'"file"; filename="a.csv"\r\n\r\nartikel\n1\n\r\n--x--\r\n'
    answer: Any = manager.client.generic(
        "POST",
        "/api/v1/stock/imports?dry_run=true",
        part + b'"mode"\r\n\r\ncount\r\n' + file,
        content_type="multipart/form-data; boundary=x",
        headers=manager.headers,
    )
    content = assert_problem(answer, 422, "unreadable_file", "/file")
    assert content["errors"][0]["in"] == "body"


def test_a_parameter_that_breaks_a_rule_is_of_the_query() -> None:
    content = assert_problem(
        Api(make_user(role="Manager")).get("users?role=chef"), 422, "validation", "/role"
    )
    assert content["errors"][0]["in"] == "query"


def test_a_list_is_sorted_by_three_fields_and_says_so_of_four() -> None:
    assert Api().get("products?ordering=price,-name,sku").status_code == 200
    content = assert_problem(
        Api().get("products?ordering=price,name,sku,stock"), 422, "validation", "/ordering"
    )
    assert content["detail"] == "ordering: 4 fields are too many; name at most 3."


@pytest.mark.once
def test_the_document_has_no_words_that_json_schema_lacks() -> None:
    words = {"ge", "gt", "le", "lt", "max_digits", "decimal_places"}
    found = [(where, part) for where, part in parts(api.document, "") if words & part.keys()]
    assert found == []


def parts(part: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(part, dict):
        yield where, part
        for name, each in part.items():
            yield from parts(each, f"{where}/{name}")
    elif isinstance(part, list):
        for index, each in enumerate(part):
            yield from parts(each, f"{where}/{index}")


@pytest.mark.once
def test_what_is_asked_for_is_answered_by_the_same_names() -> None:
    schemas = api.document["components"]["schemas"]
    assert {"from", "to"} <= schemas["BacktestIn"]["properties"].keys()
    assert {"from", "to"} <= schemas["BacktestOut"]["properties"].keys()
    assert "/api/v1/promotions/{promotion_id}" in api.document["paths"]


def test_the_example_of_a_refused_input_is_what_is_answered() -> None:
    body = order(lines=[LINE | {"quantity": 0}])
    content = Api(make_user(role="Manager")).post("orders", body).json()
    answers = api.document["components"]["responses"]["UnprocessableContent"]["content"]
    example = answers["application/problem+json"]["example"]
    assert content | {"request_id": ""} == example | {"request_id": ""}
