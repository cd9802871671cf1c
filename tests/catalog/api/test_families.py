"""Families at the API: read by everybody, changed by staff, with the products as they are everywhere."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import stock
from catalog.models import Product, ProductFamily
from catalog.products import archive_product
from tests.contract.client import Api, assert_problem
from tests.factories import CLI, make_family, make_product, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug() -> ProductFamily:
    make_product("EM-1", price="6.50", on_hand=4), make_product("EM-2", price="6.50")
    make_product("EM-3", price="8.00")
    variants = {"EM-1": ("cream", "0.3 l"), "EM-2": ("blue", "0.3 l"), "EM-3": ("cream", "0.5 l")}
    return make_family("Enamel mug", ["Colour", "Size"], variants)


@pytest.fixture
def manager(mug: ProductFamily) -> Api:
    return Api(make_user(role="Manager"))


def variants(content: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {each["sku"]: each["options"] for each in content["variants"]}


def test_anybody_reads_a_family_with_its_active_products_by_their_values(mug: ProductFamily) -> None:
    archive_product("EM-2", by=CLI)

    content = Api().get("families/ENAMEL-MUG").json()

    assert (content["slug"], content["name"], content["options"]) == (
        "enamel-mug",
        "Enamel mug",
        ["Colour", "Size"],
    )
    assert (content["products"], content["currency"]) == (2, "EUR")
    assert variants(content) == {
        "EM-1": {"Colour": "cream", "Size": "0.3 l"},
        "EM-3": {"Colour": "cream", "Size": "0.5 l"},
    }
    assert content["variants"][0] == Api().get("products?family=enamel-mug").json()["items"][0]
    assert "on_hand" not in content["variants"][0]


def test_staff_see_archived_products_and_what_is_on_hand(manager: Api) -> None:
    archive_product("EM-2", by=CLI)
    content = manager.get("families/enamel-mug").json()
    assert [each["sku"] for each in content["variants"]] == ["EM-2", "EM-1", "EM-3"]
    assert content["variants"][1]["on_hand"] == 4


def test_a_family_without_active_products_is_nobodys_to_see_but_staffs(manager: Api) -> None:
    make_family("Bowl", ["Size"])
    assert [each["slug"] for each in Api().get("families").json()["items"]] == ["enamel-mug"]
    assert_problem(Api().get("families/bowl"), 404, "unknown_family")
    assert [each["products"] for each in manager.get("families").json()["items"]] == [0, 3]
    assert manager.get("families/bowl").json()["variants"] == []


def test_a_list_is_searched_and_takes_as_many_statements_whatever_its_length(manager: Api) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            manager.get("families?q=mug")
        return len(queries)

    few = asked()
    for number in range(3):
        make_family(f"Mug {number}", ["Size"])

    assert asked() == few
    assert manager.get("families?q=MUG+en&fields=slug").json()["items"] == [{"slug": "enamel-mug"}]


def test_a_family_is_created_with_products_once_per_key(manager: Api) -> None:
    make_product("BOWL-1")
    body = {
        "name": "Bowl",
        "options": ["Size"],
        "products": [{"sku": "bowl-1", "options": {"size": "S"}}],
    }
    first = manager.post("families", body, Idempotency_Key="k-1")
    again = manager.post("families", body, Idempotency_Key="k-1")

    assert (first.status_code, first["Location"]) == (201, "/api/v1/families/bowl")
    assert variants(first.json()) == {"BOWL-1": {"Size": "S"}}
    assert again.content == first.content
    assert_problem(manager.post("families", body), 409, "family_taken", "/name")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"options": []}, "/options"),
        ({"options": ["A", "B", "C", "D"]}, "/options"),
        ({"options": ["A", "a"]}, "/options"),
        ({"slug": "no slug"}, "/slug"),
        ({"products": [{"sku": "EM-1", "options": {}}] * 501}, "/products"),
    ],
)
def test_a_faulty_family_is_refused(manager: Api, change: dict[str, Any], pointer: str) -> None:
    response = manager.post("families", {"name": "Bowl", "options": ["Size"], **change})
    problem = assert_problem(response, 422, "validation")
    assert problem["errors"][0]["pointer"].startswith(pointer)
    assert ProductFamily.objects.count() == 1


def test_what_changed_meanwhile_is_not_overwritten_and_a_sale_is_no_change(manager: Api) -> None:
    etag = manager.get("families/enamel-mug")["ETag"]
    stock.receive("EM-1", 1, by=CLI)

    renamed = manager.patch("families/enamel-mug", {"options": ["Glaze", "Size"]}, If_Match=etag)
    stale = manager.patch("families/enamel-mug", {"name": "Mug"}, If_Match=etag)

    assert renamed.json()["options"] == ["Glaze", "Size"]
    assert variants(renamed.json())["EM-1"] == {"Glaze": "cream", "Size": "0.3 l"}
    assert_problem(stale, 412, "stale")
    assert manager.get("families/enamel-mug", If_None_Match=renamed["ETag"]).status_code == 304


def test_a_product_shows_its_new_values_at_once(manager: Api) -> None:
    assert Api().get("products/EM-1").json()["options"]["Colour"] == "cream"
    manager.post(
        "families/enamel-mug/products",
        {"products": [{"sku": "EM-1", "options": {"Colour": "red", "Size": "1 l"}}]},
    )
    manager.patch("families/enamel-mug", {"options": ["Glaze", "Size"]})
    assert Api().get("products/EM-1").json()["options"] == {"Glaze": "red", "Size": "1 l"}


def test_values_that_another_product_has_are_refused_and_nothing_moves(manager: Api) -> None:
    body = {"products": [{"sku": "EM-1", "options": {"Colour": "Blue", "Size": "0.3 L"}}]}
    problem = assert_problem(
        manager.post("families/enamel-mug/products", body), 409, "variant_taken", "/products/0"
    )
    assert problem["errors"][0]["sku"] == "EM-1"
    assert Product.objects.get(sku="EM-1").option_1 == "cream"


def test_a_product_is_taken_out_and_a_family_dissolved(manager: Api) -> None:
    assert manager.delete("families/enamel-mug/products/em-1").status_code == 204
    assert_problem(manager.delete("families/enamel-mug/products/em-1"), 404, "not_in_family")
    assert manager.get("products/EM-1").json()["family"] is None

    assert manager.delete("families/enamel-mug").status_code == 204
    assert_problem(manager.get("families/enamel-mug"), 404, "unknown_family")
    assert manager.get("products/EM-2").json()["options"] is None


def test_missing_combinations_are_planned_and_then_made_as_planned(manager: Api) -> None:
    plan = manager.post("families/enamel-mug/combinations/plan").json()
    assert plan == {
        "sku_pattern": "EM-{Colour}-{Size}",
        "products": [
            {
                "options": {"Colour": "blue", "Size": "0.5 l"},
                "sku": "EM-BLUE-05L",
                "name": "Enamel mug, blue, 0.5 l",
                "price": "6.50",
                "code": None,
                "problem": None,
            }
        ],
    }
    assert Product.objects.count() == 3

    wanted = [{name: each[name] for name in ("options", "sku", "name", "price")} for each in plan["products"]]
    made = manager.post("families/enamel-mug/combinations", {"products": wanted})

    assert made.status_code == 201
    assert variants(made.json())["EM-BLUE-05L"] == {"Colour": "blue", "Size": "0.5 l"}
    refused = manager.post("families/enamel-mug/combinations", {"products": wanted})
    assert_problem(refused, 409, "sku_taken", "/products/0/sku")
    assert Product.objects.count() == 4
