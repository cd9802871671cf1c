"""A currency has the decimal places that ISO 4217 gives it, at every door; the books are in one currency."""

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pydantic import TypeAdapter

from backoffice.api.inputs import Money
from backoffice.db.books_currency import OtherCurrency, keep_currency, refuse_other_currency
from backoffice.models import Books
from backoffice.money.currencies import PLACES
from backoffice.outbox.delivery import deliver_due
from catalog.models import Product
from cli.doctor.books import check_currency
from orders.audit import audit_orders
from orders.fulfilment import lifecycle
from orders.models import Order, Return
from tests.cli_fixtures import Answers, Shopctl
from tests.contract.client import Api, assert_problem
from tests.factories import CLI, make_product, make_user, place
from tests.orders.admin.order.test_order_admin import field_of, send

pytestmark = pytest.mark.django_db

ADDRESS = {"name": "Theo Jansen", "line1": "Seeweg 56", "city": "Köln", "country": "DE"}


@pytest.fixture(params=["JPY", "KWD"])
def currency(request: pytest.FixtureRequest, settings: Any) -> str:
    """A shop whose books begin in this currency."""
    settings.SHOP_CURRENCY = request.param
    settings.SHOP_MAX_OPEN_VALUE = None
    Books.objects.update(currency=request.param)
    return str(request.param)


@pytest.fixture
def manager(currency: str) -> Api:
    return Api(make_user(role="Manager"))


# What the same shop says in yen and in dinars.
SAID: dict[str, dict[str, str]] = {
    "JPY": {
        "price": "1234",
        "promo": "10 %, up to ¥151",
        "fee": "500",
        "subtotal": "3702",
        "discount": "151",
        "total": "4051",
        "cancelled": "1184",
        "returned": "1183",
        "shown": "¥4,051",
        "credit": "¥1,184",
    },
    "KWD": {
        "price": "1.234",
        "promo": "10 %, up to KWD 0.151",
        "fee": "0.500",
        "subtotal": "3.702",
        "discount": "0.151",
        "total": "4.051",
        "cancelled": "1.184",
        "returned": "1.183",
        "shown": "KWD 4.051",
        "credit": "KWD 1.184",
    },
}


@pytest.fixture
def said(currency: str) -> dict[str, str]:
    return SAID[currency]


@pytest.fixture
def order(manager: Api, said: dict[str, str]) -> str:
    """The number of an order over the API: three of a product, with a capped promo and a fee."""
    product = {"sku": "TEA-01", "name": "Tea", "price": said["price"]}
    assert manager.post("products", product).json()["price"] == said["price"]
    manager.post("stock/movements", {"sku": "TEA-01", "kind": "receive", "quantity": 20})
    promo = {"code": "TEN", "name": "Ten", "percent_off": "10", "max_discount": said["discount"]}
    assert manager.post("promo-codes", promo).json()["max_discount"] == said["discount"]
    body = {
        "lines": [{"sku": "TEA-01", "quantity": 3}],
        "promo_code": "TEN",
        "shipping_fee": said["fee"],
        "shipping_address": ADDRESS,
        "email": "theo@example.com",
    }
    answer = manager.post("orders", body)
    assert answer.status_code == 201, answer.json()
    return str(answer.json()["number"])


def test_an_order_has_the_places_of_its_currency_from_price_to_return(
    manager: Api, said: dict[str, str], order: str
) -> None:
    shown = manager.get(f"orders/{order}").json()
    assert {name: shown[name] for name in ("subtotal", "discount", "shipping", "total", "credited")} == {
        "subtotal": said["subtotal"],
        "discount": said["discount"],
        "shipping": said["fee"],
        "total": said["total"],
        "credited": "0" if "." not in said["total"] else "0.000",
    }
    assert [step["amount"] for step in shown["explanation"]][-1] == said["total"]

    some = {"lines": [{"sku": "TEA-01", "quantity": 1}]}
    assert manager.post(f"orders/{order}/cancel", some).json()["credited"] == said["cancelled"]
    manager.post(f"orders/{order}/ship", {})
    returned = manager.post(f"orders/{order}/return", some).json()
    assert returned["credited"] == str(Decimal(said["cancelled"]) + Decimal(said["returned"]))
    manager.post(f"orders/{order}/return", some)
    # In the end all goods are credited to the last unit of the currency, and the fee is not.
    assert Order.objects.get().net == Decimal(said["fee"])
    assert audit_orders() == []


def test_pages_and_mails_write_amounts_as_people_do(
    manager: Api, client: Client, said: dict[str, str], order: str, mailoutbox: list[Any]
) -> None:
    manager.post(f"orders/{order}/cancel", {"lines": [{"sku": "TEA-01", "quantity": 1}]})
    client.force_login(make_user(role="Manager"))

    pk = Order.objects.get().pk
    page = client.get(f"/admin/orders/order/{pk}/change/").text
    assert said["shown"] in page
    assert said["credit"] in page
    deliver_due()
    placed, cancelled = (str(mail.body) for mail in mailoutbox)
    assert said["shown"] in placed
    assert said["credit"] in cancelled
    assert said["promo"] in client.get("/admin/orders/promocode/").text
    form = client.get(f"/admin/catalog/product/{Product.objects.get().pk}/change/").text
    assert f'value="{said["price"]}"' in form


def test_files_and_the_terminal_have_the_same_places(
    answers: Answers, shopctl: Shopctl, manager: Api, said: dict[str, str], order: str
) -> None:
    assert answers("orders", "show", order)["total"] == said["total"]
    assert answers("products", "show", "TEA-01")["price"] == said["price"]
    [line] = csv.DictReader(io.StringIO(shopctl("orders", "export").stdout.lstrip("\ufeff")))
    assert (line["unit_price"], line["order_total"], line["line_discount"]) == (
        said["price"],
        said["total"],
        said["discount"],
    )
    [code] = csv.DictReader(io.StringIO(shopctl("promos", "export").stdout.lstrip("\ufeff")))
    assert (code["percent_off"], code["max_discount"]) == ("10.00", said["discount"])
    [product] = csv.DictReader(io.StringIO(shopctl("products", "export").stdout.lstrip("\ufeff")))
    assert product["price"] == said["price"]


TOO_FINE = {
    "JPY": ("12.5", "An amount in JPY has no decimal places."),
    "KWD": ("1.2345", "An amount in KWD has at most 3 decimal places."),
}


def test_a_price_that_nobody_can_pay_is_refused_at_every_door(
    manager: Api, client: Client, shopctl: Shopctl, currency: str, tmp_path: Path
) -> None:
    price, sentence = TOO_FINE[currency]

    problem = assert_problem(
        manager.post("products", {"sku": "A", "name": "A", "price": price}), 422, "validation", "/price"
    )
    assert sentence in problem["errors"][0]["detail"]
    file = tmp_path / "products.csv"
    file.write_text(f"sku,name,price\nA,A,{price}\n")
    refused = shopctl("products", "import", file, "--yes")
    assert (refused.exit_code, sentence in refused.stdout + refused.stderr) == (1, True)
    client.force_login(make_user(role="Manager"))
    form = client.post("/admin/catalog/product/add/", {"sku": "A", "name": "A", "price": price})
    assert sentence in form.text
    promo = shopctl("promos", "create", "FIVE", "--amount", price)
    assert sentence in promo.stderr
    assert not Product.objects.exists()


def test_zeros_behind_the_last_place_say_nothing(manager: Api, said: dict[str, str]) -> None:
    whole = said["price"] + (".00" if "." not in said["price"] else "00")
    made = manager.post("products", {"sku": "A", "name": "A", "price": whole}).json()
    assert made["price"] == said["price"]


def test_a_return_gives_the_shipping_fee_back_to_the_last_place(client: Client, currency: str) -> None:
    fee = {"JPY": "500", "KWD": "1.505"}[currency]
    make_product("A", on_hand=1, price="20")
    order = place({"A": 1}, shipping_fee=Decimal(fee))
    lifecycle.ship_order(order.number, by=CLI)
    client.force_login(make_user(role="Manager"))
    units = {field_of(order, "A"): "1"}

    refused = send(
        client, order, "return", shipping_credit=fee + {"JPY": ".5", "KWD": "1"}[currency], **units
    )
    assert list(refused.context["form"].errors) == ["shipping_credit"]
    send(client, order, "return", shipping_credit=fee, **units)

    assert Return.objects.get().shipping_credit == Decimal(fee)


def test_the_document_says_how_many_places_an_amount_has(manager: Api, currency: str) -> None:
    assert TypeAdapter(Money).json_schema()["decimal_places"] == PLACES[currency]


def test_another_currency_is_refused_once_there_is_a_price(settings: Any, shopctl: Shopctl) -> None:
    make_product("TEA-01", price="10.00")
    settings.SHOP_CURRENCY = "USD"
    keep_currency()

    with pytest.raises(OtherCurrency, match="Set SHOP_CURRENCY to EUR") as refused:
        refuse_other_currency()
    assert "SHOP_CURRENCY is USD" in refused.value.detail
    listed = shopctl("products", "list")
    assert (listed.exit_code, refused.value.detail in listed.stderr) == (1, True)
    finding = check_currency()
    assert (finding.state, finding.detail) == ("trouble", refused.value.detail)
    assert Books.objects.get().currency == "EUR"


def test_an_empty_shop_may_change_its_mind(settings: Any) -> None:
    settings.SHOP_CURRENCY = "JPY"
    refuse_other_currency()
    keep_currency()

    refuse_other_currency()
    assert Books.objects.get().currency == "JPY"
    assert check_currency().detail == "JPY, as the books are in"


def test_the_shop_of_the_books_goes_on() -> None:
    make_product("TEA-01", on_hand=3, price="10.00")
    place({"TEA-01": 1})
    refuse_other_currency()
    assert check_currency().state == "ok"


def test_books_without_a_currency_get_it_with_the_next_migrate() -> None:
    Books.objects.all().delete()
    assert check_currency().detail == "the books name none; run: python manage.py migrate"
    keep_currency()
    assert Books.objects.get().currency == "EUR"


def test_what_the_database_keeps_has_room_for_three_places(manager: Api, currency: str) -> None:
    make_product("A", price="1.234" if currency == "KWD" else "1234")
    with connection.cursor() as cursor:
        cursor.execute("SELECT price FROM catalog_product")
        kept: Any = cursor.fetchone()[0]
    assert Decimal(str(kept)) == Product.objects.get().price
