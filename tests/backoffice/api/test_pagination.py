from typing import Any

import pytest
from django.core.signing import Signer

from backoffice.api.pagination import InvalidCursor, ListQuery, Sorting, SortKey
from catalog.models import Product
from tests.contract.client import Api, assert_problem
from tests.factories import make_product

pytestmark = pytest.mark.django_db

SORTING = Sorting(
    "test",
    {
        "sku": SortKey("sku"),
        "price": SortKey("price"),
        "threshold": SortKey("low_stock_threshold", is_nullable=True),
        "created_at": SortKey("created_at"),
    },
    usual="sku",
)


def walk(ordering: str, limit: int) -> tuple[list[str], list[str]]:
    """The SKUs met on the way to the last page, and on the way back from it."""
    there: list[str] = []
    back: list[str] = []
    cursor: str | None = None
    while True:
        page = SORTING.page(
            Product.objects.all(), ListQuery(limit=limit, cursor=cursor, ordering=ordering), ["sku"]
        )
        there += [row["sku"] for row in page.rows]
        if page.next is None:
            break
        cursor = page.next
    while page.previous is not None:
        query = ListQuery(limit=limit, cursor=page.previous, ordering=ordering)
        page = SORTING.page(Product.objects.all(), query, ["sku"])
        back = [row["sku"] for row in page.rows] + back
    return there, back


@pytest.mark.parametrize(
    "ordering", ["sku", "-sku", "price", "-price,sku", "threshold", "-threshold,-price", "created_at"]
)
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_hold_every_row_once_in_order_there_and_back(ordering, limit):
    thresholds: list[Any] = [None, 5, 1, None, 5, 3, None]
    for index, threshold in enumerate(thresholds):
        make_product(f"P{index}", price=str(index % 3), low_stock_threshold=threshold)

    there, back = walk(ordering, limit)

    assert sorted(there) == [f"P{index}" for index in range(7)]
    assert back == there[: len(back)]
    assert len(there) - len(back) in range(limit + 1)
    rows = {product.sku: product for product in Product.objects.all()}
    first = ordering.split(",")[0]
    if first.removeprefix("-") == "threshold":
        values = [rows[sku].low_stock_threshold for sku in there]
        known = [value for value in values if value is not None]
        assert values == sorted(known, reverse=first.startswith("-")) + [None] * 3


def test_rows_that_come_in_between_shift_nothing():
    for sku in ("B", "D", "F", "H"):
        make_product(sku)
    first = Api().get("products?limit=2").json()
    for sku in ("A", "C", "E"):
        make_product(sku)

    second = Api().get(f"products?limit=2&cursor={first['next']}").json()
    before = Api().get(f"products?limit=5&cursor={second['previous']}").json()

    assert [item["sku"] for item in first["items"]] == ["B", "D"]
    assert [item["sku"] for item in second["items"]] == ["E", "F"]
    assert [item["sku"] for item in before["items"]] == ["A", "B", "C", "D"]
    assert before["previous"] is None


def test_the_total_is_told_when_it_is_asked_for():
    make_product("A")
    make_product("B")

    assert "count" not in Api().get("products").json()
    assert Api().get("products?count=true&limit=1").json()["count"] == 2


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%00",
        "a:b:c",
        Signer(salt="cursor:orders").sign_object(["sku", "next", ["A", 1]]),
        Signer(salt="cursor:products").sign_object(["price", "next", ["1.00", 1]]),
        Signer(salt="cursor:products").sign_object(["sku", "next", ["A"]]),
        Signer(salt="cursor:products").sign_object({"sku": "A"}),
        Signer(salt="cursor:products").sign_object(7),
    ],
)
def test_a_forged_or_foreign_cursor_is_refused(cursor):
    make_product("A")

    response = Api().get(f"products?cursor={cursor}")

    assert_problem(response, 422, "validation" if cursor == "%00" else "invalid_cursor", "/cursor")


def test_a_cursor_belongs_to_its_ordering():
    make_product("A")
    make_product("B")
    cursor = Api().get("products?limit=1").json()["next"]

    assert_problem(Api().get(f"products?cursor={cursor}&ordering=-price"), 422, "invalid_cursor", "/cursor")
    with pytest.raises(InvalidCursor):
        SORTING.page(Product.objects.all(), ListQuery(cursor=cursor), ["sku"])
