"""Faults that order APIs are known for, each shown absent, through the API where clients would meet it.

Overselling, lost updates and promo limits under load: tests/races/test_orders.py. Mail and queue failures:
tests/outbox. One refresh token used many times at once: tests/accounts/tokens/test_refresh.py.
"""

from decimal import Decimal
from typing import Any

import pytest
from django.db.models import ProtectedError
from django.test import Client

from catalog.models import Product
from orders.fulfilment.lifecycle import deliver_order, ship_order
from orders.models import Order, PromoCode
from tests.contract.client import Api, assert_problem
from tests.factories import (
    CLI,
    PASSWORD,
    make_product,
    make_promo_code,
    make_shopper,
    make_user,
    place,
)

pytestmark = pytest.mark.django_db

ADDRESS = {"name": "Theo Jansen", "line1": "Seeweg 56", "postcode": "34878", "city": "Köln", "country": "DE"}


def basket(*lines: tuple[str, int], **fields: Any) -> dict[str, Any]:
    named = [{"sku": sku, "quantity": quantity} for sku, quantity in lines]
    return {"lines": named, "shipping_address": ADDRESS, **fields}


@pytest.fixture
def shopper() -> Api:
    return Api(make_shopper())


@pytest.fixture
def manager() -> Api:
    return Api(make_user(role="Manager"))


def test_two_lines_of_one_product_do_not_sell_more_than_there_is(shopper: Api) -> None:
    make_product("A", on_hand=5)
    refused = shopper.post("orders", basket(("A", 3), ("a", 3)))
    assert_problem(refused, 409, "insufficient_stock", "/lines/0")
    assert Product.objects.get().reserved == 0


def test_editing_an_order_changes_neither_stock_nor_totals(manager: Api) -> None:
    make_product("A", on_hand=5, price="2.00")
    order = place({"A": 2})
    assert_problem(manager.patch(f"orders/{order.number}", {"lines": []}), 422, "validation", "/lines")
    assert manager.patch(f"orders/{order.number}", {"note": "Ring twice"}).status_code == 200
    order.refresh_from_db()
    assert (order.total, Product.objects.get().reserved) == (Decimal("4.00"), 2)


def test_nobody_can_delete_a_delivered_order(manager: Api) -> None:
    make_product("A", on_hand=5)
    order = place({"A": 1})
    ship_order(order.number, by=CLI)
    deliver_order(order.number, by=CLI)
    assert manager.delete(f"orders/{order.number}").status_code == 405
    with pytest.raises(ProtectedError):
        Order.objects.get().delete()


@pytest.mark.parametrize(
    ("lines", "code", "pointer"),
    [([], "empty_order", None), ([("A", 0)], "validation", "/lines/0/quantity")],
)
def test_empty_orders_and_quantity_zero_are_refused(
    shopper: Api, lines: list[tuple[str, int]], code: str, pointer: str | None
) -> None:
    make_product("A", on_hand=5)
    content = assert_problem(shopper.post("orders", basket(*lines)), 422, code)
    assert pointer is None or [error["pointer"] for error in content["errors"]] == [pointer]
    assert not Order.objects.exists()


def test_a_percentage_without_a_cap_works(shopper: Api, manager: Api) -> None:
    make_product("A", on_hand=5, price="10.00")
    terms = {"code": "TWENTY", "name": "Twenty", "kind": "percentage", "percent_off": "20"}
    assert manager.post("promo-codes", terms).status_code == 201
    assert shopper.post("orders", basket(("A", 1), promo_code="TWENTY")).json()["discount"] == "2.00"


def test_a_fixed_discount_of_a_thousand_and_larger_than_the_order_works(shopper: Api, manager: Api) -> None:
    make_product("A", on_hand=5, price="10.00")
    terms = {"code": "GIFT", "name": "Gift", "kind": "fixed", "amount_off": "1000.00"}
    assert manager.post("promo-codes", terms).status_code == 201
    placed = shopper.post("orders", basket(("A", 1), promo_code="GIFT")).json()
    assert (placed["discount"], placed["total"]) == ("10.00", "0.00")


@pytest.mark.parametrize("percent", ["-10", "0", "100.01"])
def test_a_percentage_outside_0_to_100_is_refused(manager: Api, percent: str) -> None:
    terms = {"code": "WRONG", "name": "Wrong", "kind": "percentage", "percent_off": percent}
    assert manager.post("promo-codes", terms).status_code == 422
    assert not PromoCode.objects.exists()


def test_nobody_but_staff_lists_promo_codes(shopper: Api) -> None:
    make_promo_code("SECRET")
    assert_problem(Api().get("promo-codes"), 401, "not_authenticated")
    assert_problem(shopper.get("promo-codes"), 403, "forbidden")


def test_a_sold_out_product_can_be_restocked_through_the_api(manager: Api) -> None:
    make_product("A", on_hand=1)
    place({"A": 1})
    received = manager.post("stock/movements", {"sku": "A", "kind": "receive", "quantity": 5})
    assert received.status_code == 201
    assert Product.objects.get().available == 5


def test_deleting_a_product_that_was_ordered_archives_it(manager: Api) -> None:
    make_product("A", on_hand=1)
    order = place({"A": 1})
    assert manager.delete("products/A").status_code in (200, 204)
    assert not Product.objects.get().is_active
    assert order.lines.get().sku == "A"


def test_a_changed_price_shows_at_the_very_next_read(manager: Api) -> None:
    make_product("A", price="3.00")
    assert Api().get("products/A").json()["price"] == "3.00"
    manager.patch("products/A", {"price": "4.00"})
    assert Api().get("products/A").json()["price"] == "4.00"
    assert Api().get("products").json()["items"][0]["price"] == "4.00"


def test_a_password_is_changed_only_with_the_old_one_and_to_a_good_one() -> None:
    user = make_user()
    api = Api(user)
    wrong = api.post("auth/password/change", {"old": "not it at all", "new": "quite another phrase"})
    weak = api.post("auth/password/change", {"old": PASSWORD, "new": "password"})
    assert {wrong.status_code, weak.status_code} <= {401, 403, 422}
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_refresh_token_works_once() -> None:
    user = make_user()
    pair = Api().post("auth/token", {"email": user.email, "password": PASSWORD}).json()
    assert Api().post("auth/refresh", {"refresh": pair["refresh"]}).status_code == 200
    assert Api().post("auth/refresh", {"refresh": pair["refresh"]}).status_code == 401


def test_staff_may_do_only_what_their_role_allows() -> None:
    make_product("A", on_hand=5, price="3.00")
    make_promo_code("TEN")
    warehouse = Api(make_user(role="Warehouse"))
    assert_problem(warehouse.patch("products/A", {"price": "0.01"}), 403, "forbidden")
    assert_problem(warehouse.get("promo-codes"), 403, "forbidden")
    assert_problem(warehouse.post("orders", basket(("A", 1), email="x@example.com")), 403, "forbidden")
    assert Product.objects.get().price == Decimal("3.00")


def test_signing_in_ignores_case_and_tells_nothing_about_accounts() -> None:
    user = make_user("anna@example.com")
    assert Api().post("auth/token", {"email": "ANNA@Example.com", "password": PASSWORD}).status_code == 200
    answers = []
    for email in (user.email, "nobody@example.com"):
        content = Api().post("auth/token", {"email": email, "password": "wrong password here"}).json()
        del content["request_id"]
        answers.append(content)
    assert answers[0] == answers[1]


def test_a_list_of_orders_comes_in_pages(manager: Api) -> None:
    make_product("A", on_hand=200)
    for _ in range(21):
        place({"A": 1})
    first = manager.get("orders").json()
    assert len(first["items"]) == 20
    assert first["next"]
    assert_problem(manager.get("orders?limit=1000"), 422, "validation")


def test_others_orders_are_as_unknown_as_none(shopper: Api) -> None:
    make_product("A", on_hand=5)
    order = place({"A": 1})
    assert shopper.get(f"orders/{order.number}").status_code == 404
    assert shopper.post(f"orders/{order.number}/cancel", {}).status_code == 404
    order.refresh_from_db()
    assert order.status == "pending"


@pytest.mark.parametrize("ends_at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_a_promotion_at_the_edge_of_the_calendar_is_refused(manager: Api, ends_at: str) -> None:
    terms = {"code": "POISON", "name": "n", "kind": "percentage", "percent_off": "10", "ends_at": ends_at}
    assert_problem(manager.post("promo-codes", terms), 422, "validation", "/ends_at")
    assert not PromoCode.objects.exists()


def test_an_unconfirmed_address_cannot_order_in_somebodys_name() -> None:
    make_product("A", on_hand=5)
    api = Api(make_user("somebody-else@example.com", email_confirmed_at=None))
    assert_problem(api.post("orders", basket(("A", 1))), 403, "email_not_confirmed")
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "orders/order/?placed_at_to=9999-12-31",
        "orders/order/?placed_at_from=0001-01-01",
        "catalog/stockmovement/?at_from=9999-12-31&at_to=9999-12-31",
        "catalog/product/99999/adjust-stock/",
        "catalog/stockimport/999/rejected.csv",
        "catalog/stockimport/²/change/",
        "outbox/emailmessage/²/change/",
        "catalog/product/²/change/",
    ],
)
def test_an_odd_address_in_the_admin_is_no_fault_of_the_server(client: Client, path: str) -> None:
    client.force_login(make_user(is_superuser=True))
    assert client.get(f"/admin/{path}").status_code < 500
