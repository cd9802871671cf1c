"""Lists whose SQL is kept tell what they would tell if it was built anew."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from backoffice.db import kept_lists
from backoffice.db.kept_lists import MOST_KEPT, ListFilter
from orders.fulfilment.lifecycle import cancel_order, ship_order
from tests.contract.client import Api
from tests.factories import (
    CLI,
    make_category,
    make_customer,
    make_product,
    make_promo_code,
    make_shopper,
    make_user,
    place,
)

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 1, 12, 0, 0, 120_000, tzinfo=UTC)
PRODUCTS = (
    "",
    "price_gte=2&price_lte=4",
    "price_gte=4.00&stock_gte=-1&stock_lte=7",
    "in_stock=true&created_after=2026-01-01T00:00:00%2B02:00&created_before=2100-01-01T00:00:00Z",
    "in_stock=false",
    "category=TEAS",
    "category=TEAS&q=p",
)
ORDERS = (
    "",
    "status=shipped&status=pending",
    "total_gte=10&total_lte=25.00&discount_gte=0",
    "discount_lte=0.5&placed_after=2026-06-01T12:00:00.12Z&placed_before=2026-06-03T12:00:00Z",
    "promo_code=ten",
    "q=a",
)


@pytest.fixture
def _products() -> None:
    """Seven, of which some are alike, have no category, are sold out or inactive."""
    teas, mugs = make_category("Teas"), make_category("Mugs")
    for number in range(7):
        make_product(
            f"P{number}",
            price=f"{number % 4}.50",
            on_hand=number % 3,
            category=(None, teas, mugs)[number % 3],
            is_active=number != 5,
            low_stock_threshold=None if number % 2 else number,
        )


@pytest.fixture
def shopper() -> User:
    """One of two customers with three orders each: shipped, cancelled, with a promo code."""
    make_product("A", on_hand=99, price="10.00")
    make_promo_code("TEN", percent_off="10", max_uses_per_customer=None)
    shopper = make_shopper()
    for number, customer in enumerate([shopper.customer, make_customer("other@example.com")] * 3):
        code = "TEN" if number % 3 == 0 else ""
        placed = place(
            {"A": 1 + number % 2}, customer=customer, promo_code=code, at=NOON + timedelta(days=number)
        )
        if number % 3 == 1:
            ship_order(placed.number, by=CLI, carrier="DHL", tracking_number="0034")
        if number == 5:
            cancel_order(placed.number, by=CLI)
    return shopper


def pages(api: Api, path: str) -> Iterator[tuple[bytes, str]]:
    """Yield the bytes and the ETag of each page, there and back."""
    cursor = ""
    for direction in ("next", "previous"):
        while True:
            answer = api.get(f"{path}{cursor}")
            assert answer.status_code == 200, answer.content
            yield answer.content, answer["ETag"]
            if answer.json()[direction] is None:
                break
            cursor = f"&cursor={answer.json()[direction]}"


def built_anew(monkeypatch: pytest.MonkeyPatch, api: Api, path: str) -> list[tuple[bytes, str]]:
    with monkeypatch.context() as patched:
        patched.setattr(ListFilter, "is_search", True)
        return list(pages(api, path))


@pytest.mark.usefixtures("_products")
@pytest.mark.parametrize(
    "part",
    [
        "limit=2",
        "limit=3&ordering=-price,category&count=true",
        "limit=2&ordering=category,-created_at,stock&fields=name,stock,category",
    ],
)
def test_a_list_of_products_is_the_same_to_the_byte_for_everybody_and_for_staff(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for api, narrowed in itertools.product((Api(), Api(make_user(role="Manager"))), PRODUCTS):
        path = f"products?{part}&{narrowed}"
        told = list(pages(api, path))
        assert list(pages(api, path)) == told == built_anew(monkeypatch, api, path)


@pytest.mark.parametrize(
    "part",
    [
        "limit=2",
        "limit=3&ordering=-total,status&count=true",
        "limit=2&ordering=status,-discount&fields=number,lines,shipments,promo,shipping_address,explanation",
    ],
)
def test_a_list_of_orders_is_the_same_to_the_byte_for_customers_and_staff(
    part: str, shopper: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for api, narrowed in itertools.product((Api(shopper), Api(make_user(role="Manager"))), ORDERS):
        path = f"orders?{part}&{narrowed}"
        told = list(pages(api, path))
        assert list(pages(api, path)) == told == built_anew(monkeypatch, api, path)


def test_each_customer_is_told_of_their_own_orders_by_the_same_statement(shopper: User) -> None:
    stranger = make_shopper()

    own = Api(shopper).get("orders").json()["items"]
    kept = kept_lists._statement.cache_info().currsize
    others = Api(stranger).get("orders").json()["items"]

    assert {order["email"] for order in own} == {shopper.email}
    assert others == []
    assert kept_lists._statement.cache_info().currsize == kept


@pytest.mark.usefixtures("_products")
def test_other_values_fill_the_same_statement_and_a_search_is_not_kept() -> None:
    def skus(query: str) -> list[str]:
        return [product["sku"] for product in Api().get(f"products?{query}").json()["items"]]

    assert skus("price_gte=3.5&limit=9") == ["P3"]
    kept = kept_lists._statement.cache_info().currsize
    assert skus("price_gte=2.5&limit=9") == ["P2", "P3", "P6"]
    assert skus("q=P4&limit=9") == ["P4"]
    assert kept_lists._statement.cache_info().currsize == kept
    assert kept_lists._statement.cache_info().maxsize == MOST_KEPT


@pytest.mark.usefixtures("_products")
@pytest.mark.parametrize(("query", "statements"), [("limit=2", 1), ("limit=2&count=true", 2)])
def test_a_page_takes_one_statement_and_its_count_another(query: str, statements: int) -> None:
    with CaptureQueriesContext(connection) as asked:
        Api().get(f"products?{query}")

    assert len([each for each in asked if "catalog_product" in each["sql"]]) == statements
