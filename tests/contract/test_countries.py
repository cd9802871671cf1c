"""A country is one of ISO 3166-1 at every door: a wrong code is answered with the right one, a name shown."""

import json
import secrets
from typing import Any

import pytest
from django.test import Client

from orders.models import Order
from tests.admin_fixtures import SignIn
from tests.cli_fixtures import Answers, Shopctl
from tests.contract.client import Api, assert_problem
from tests.factories import make_product, make_user, place
from tests.orders.admin.order.test_order_admin import send

pytestmark = pytest.mark.django_db

ADDRESS = {"name": "Ada", "line1": "10 Downing Street", "city": "London", "postcode": "SW1A 1AA"}
MEANT = "“UK” is not a country code of ISO 3166-1: for United Kingdom write GB."


@pytest.fixture
def order() -> Order:
    make_product("TEA-01", on_hand=9)
    return place({"TEA-01": 1})


def body(country: object) -> dict[str, Any]:
    address = {**ADDRESS, "country": country}
    return {
        "lines": [{"sku": "TEA-01", "quantity": 1}],
        "email": "a@example.com",
        "shipping_address": address,
    }


def test_the_api_takes_codes_alone_and_says_which_one_was_meant(order: Order) -> None:
    api = Api(make_user(role="Manager"))
    pointer = "/shipping_address/country"

    for send_it in (
        lambda country: api.post("orders", body(country)),
        lambda country: api.patch(
            f"orders/{order.number}", {"shipping_address": body(country)["shipping_address"]}
        ),
    ):
        refused = assert_problem(send_it("UK"), 422, "validation", pointer)
        assert refused["errors"][0]["detail"] == MEANT
        named = assert_problem(send_it("Germany"), 422, "validation", pointer)
        assert "for Germany write DE" in named["errors"][0]["detail"]
        assert_problem(send_it("XX"), 422, "validation", pointer)
        assert_problem(send_it(3), 422, "validation", pointer)
        done = send_it("gb")
        assert done.status_code in (200, 201)
        told = done.json()["shipping_address"]
        assert (told["country"], told["country_name"]) == ("GB", "United Kingdom")
    assert set(Order.objects.values_list("ship_country", flat=True)) == {"GB"}


def test_the_terminal_takes_names_too(order: Order, shopctl: Shopctl, answers: Answers) -> None:
    edited = answers("orders", "edit", order.number, "--country", "united kingdom")
    assert edited["shipping_address"]["country"] == "GB"
    placed = answers("orders", "place", "-", stdin=json.dumps(body("Deutschland")))
    assert placed["shipping_address"]["country_name"] == "Germany"

    for refused in (
        shopctl("orders", "edit", order.number, "--country", "UK"),
        shopctl("orders", "place", "-", stdin=json.dumps(body("UK"))),
    ):
        assert (refused.exit_code, MEANT in refused.stderr) == (1, True)
        assert "Value error" not in refused.stderr


def test_pages_offer_a_list_with_the_usual_countries_first(order: Order, sign_in: SignIn) -> None:
    manager = sign_in("Manager")
    Order.objects.update(ship_country="AT")

    page = manager.get("/admin/orders/order/new/").text
    usual, everywhere = page.index('<optgroup label="Usual">'), page.index('<optgroup label="All countries">')
    assert page.index('<option value="DE" selected') < page.index('<option value="AT"') < everywhere
    assert usual < everywhere < page.index('<option value="ZW"')


def test_pages_refuse_what_is_no_country(order: Order, sign_in: SignIn) -> None:
    manager = sign_in("Manager")
    typed = {"key": secrets.token_hex(16), "email": "a@example.com", "sku": "TEA-01", "quantity": "1"}

    new = manager.post("/admin/orders/order/new/", {**typed, **ADDRESS, "country": "UK"})
    assert new.context["form"].errors["country"] == [MEANT]
    dialog = {**ADDRESS, "email": "a@example.com", "note": "", "version": order.version}
    edited = send(manager, order, "edit", **dialog, country="UK")
    assert edited.context["form"].errors["country"] == [MEANT]
    assert list(Order.objects.values_list("ship_country", flat=True)) == ["DE"]


def test_pages_and_paper_show_the_name_in_the_order_of_the_country(order: Order, client: Client) -> None:
    Order.objects.update(ship_city="Springfield", ship_region="IL", ship_postcode="62704", ship_country="US")
    client.force_login(make_user(role="Manager"))
    for page in ("change", "packing-slip", "summary"):
        shown = client.get(f"/admin/orders/order/{order.pk}/{page}/").text
        assert "Springfield, IL 62704" in shown
        assert "United States" in shown
