"""Nothing chosen is nothing: no door takes an empty list, an empty address or an empty file for "all"."""

from typing import Any

import pytest
from django.test import Client

from catalog.models import Product, StockMovement
from orders.fulfilment.lifecycle import ship_order
from orders.models import Cancellation, Order, PromoCode, Promotion, Return, Shipment
from tests.cli_fixtures import Shopctl
from tests.contract.client import Api, assert_problem
from tests.factories import CLI, make_batch, make_category, make_product, make_promo_code, make_user, place

pytestmark = pytest.mark.django_db

PAGE = "/admin/orders/order/ship-many/"


@pytest.fixture
def order() -> Order:
    make_product("TEA-01", on_hand=9)
    return place({"TEA-01": 3})


@pytest.mark.parametrize("action", ["ship", "cancel"])
def test_no_lines_are_not_all_lines(order: Order, action: str) -> None:
    manager = Api(make_user(role="Manager"))
    answer = manager.post(f"orders/{order.number}/{action}", {"lines": []})
    assert_problem(answer, 422, "validation", "/lines")
    assert not Shipment.objects.exists()
    assert not Cancellation.objects.exists()


def test_nothing_that_came_back_is_no_return(order: Order) -> None:
    ship_order(order.number, by=CLI)
    answer = Api(make_user(role="Manager")).post(f"orders/{order.number}/return", {"lines": []})
    assert answer.status_code == 422
    assert not Return.objects.exists()


def test_a_shipment_without_a_name_is_not_every_shipment(order: Order) -> None:
    ship_order(order.number, by=CLI)
    answer = Api(make_user(role="Manager")).post(f"orders/{order.number}/deliver", {"shipment": ""})
    assert answer.status_code in (409, 422)
    assert Shipment.objects.get().delivered_at is None


@pytest.mark.parametrize("ids", ["", ",", "nonsense", "-1", "9" * 30])
def test_an_address_that_names_no_order_shows_none_to_ship(manager: Client, order: Order, ids: str) -> None:
    assert order.number in manager.get(PAGE).text
    assert order.number not in manager.get(f"{PAGE}?ids={ids}").text


@pytest.mark.parametrize("sheets", ["slips", "picks"])
@pytest.mark.parametrize("ids", ["", ",", "nonsense"])
def test_an_address_that_names_no_order_prints_none(
    manager: Client, order: Order, sheets: str, ids: str
) -> None:
    answer = manager.get(f"/admin/orders/order/print/{sheets}/?ids={ids}", follow=True)
    assert "Choose the orders to print in the list." in answer.text


@pytest.mark.parametrize(
    "arguments",
    [
        ["promos", "pause", "-", "--yes"],
        ["promos", "end", "-", "--yes"],
        ["products", "archive", "-", "--yes"],
    ],
)
def test_an_empty_standard_input_names_nothing(shopctl: Shopctl, order: Order, arguments: list[str]) -> None:
    make_promo_code("TEN")
    make_batch(2)
    result = shopctl(*arguments, stdin="\n \n")
    assert result.exit_code in (0, 1, 2, 3), result.output
    assert not PromoCode.objects.filter(is_paused=True).exists()
    assert not Promotion.objects.exclude(is_paused=False, ends_at=None).exists()
    assert Product.objects.get().is_active


@pytest.mark.parametrize(
    "arguments",
    [
        ["orders", "ship", "{order}", "--line", "", "--yes"],
        ["orders", "cancel", "{order}", "--line", "", "--yes"],
        ["orders", "deliver", "{order}", "--shipment", ""],
        ["products", "list", "--category", ""],
        ["orders", "list", "--customer", ""],
        ["promos", "pause"],
        ["emails", "requeue", "--yes"],
        ["products", "archive"],
    ],
)
def test_an_empty_option_is_wrong_use(shopctl: Shopctl, order: Order, arguments: list[str]) -> None:
    before = StockMovement.objects.count()
    result = shopctl(*[each.format(order=order.number) for each in arguments])
    assert result.exit_code == 2, result.output
    assert StockMovement.objects.count() == before


@pytest.mark.parametrize("terms", [{"categories": []}, {"products": []}, {"categories": [], "products": []}])
def test_terms_that_name_nothing_do_not_apply_to_everything(order: Order, terms: dict[str, Any]) -> None:
    make_category("Lamps")
    manager = Api(make_user(role="Manager"))
    body = {"code": "TEN", "name": "Ten", "percent_off": "10", **terms, "is_restricted": True}
    assert manager.post("promo-codes", body).status_code == 422
    assert not PromoCode.objects.exists()
