"""Forms take numbers and days as a German colleague writes them, show them so, and keep what was meant."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import translation

from catalog.models import Product
from orders.admin.promos.backtest import BacktestForm
from orders.models import Promotion
from tests.factories import make_product, make_promo_code, make_user, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def german() -> Client:
    client = Client()
    client.force_login(make_user(role="Manager", language="de"))
    return client


def posted(client: Client, address: str, **changes: str) -> None:
    """Send the form back as it is shown, with these changes."""
    form = client.get(address).context["adminform"].form
    kept = {}
    for field in form:
        value = field.value()
        kept[field.html_name] = "" if value is None else value
    answer = client.post(
        address, {name: value for name, value in kept.items() if value is not False} | changes
    )
    assert answer.status_code == 302, answer.context["errors"]


def test_a_price_is_shown_and_taken_with_a_comma(german: Client) -> None:
    tea = make_product("TEA-01", price="1234.50")
    address = f"/admin/catalog/product/{tea.pk}/change/"

    assert 'value="1234,50"' in german.get(address).text
    posted(german, address, cost="1.234,56")
    tea.refresh_from_db()
    assert (tea.price, tea.cost) == (Decimal("1234.50"), Decimal("1234.56"))
    posted(german, address, price="12,5", weight_grams="0,42", low_stock_threshold="1.000")
    tea.refresh_from_db()
    assert (tea.price, tea.weight_grams, tea.low_stock_threshold) == (Decimal("12.50"), 420, 1000)
    assert 'value="0,42"' in german.get(address).text


def test_a_weight_that_may_be_a_thousand_times_as_much_is_not_guessed(german: Client) -> None:
    tea = make_product("TEA-01")
    address = f"/admin/catalog/product/{tea.pk}/change/"
    form = german.get(address).context["adminform"].form
    sent = {field.html_name: field.value() for field in form if field.value() not in (None, False)}

    answer = german.post(address, sent | {"weight_grams": "1.250"})

    assert answer.status_code == 200
    [problem] = answer.context["adminform"].form.errors["weight_grams"]
    assert "1250" in problem
    assert "1,250" in problem
    assert Product.objects.get().weight_grams is None


def test_terms_of_a_promotion_and_their_days_are_taken(german: Client) -> None:
    page = german.get("/admin/orders/promotion/backtest/?first=01.11.2026&last=30.11.2026&percent_off=12,5")
    assert page.status_code == 200
    make_promo_code("TEN", percent_off="12.5")
    promotion = Promotion.objects.get()
    shown = german.get(f"/admin/orders/promocode/{promotion.codes.get().pk}/change/").text
    assert 'value="12,5' in shown


def test_days_are_read_in_the_order_of_the_language(german: Client) -> None:
    with translation.override("de"):
        assert BacktestForm.base_fields["first"].clean("30.11.2026") == date(2026, 11, 30)
        assert BacktestForm.base_fields["first"].clean("2026-11-30") == date(2026, 11, 30)
        assert BacktestForm.base_fields["percent_off"].clean("20,5 %") == Decimal("20.5")
        assert BacktestForm.base_fields["minimum_spend"].clean("1.234") == Decimal(1234)


def test_a_list_is_narrowed_by_an_amount_with_a_comma(german: Client) -> None:
    make_product("TEA-01", on_hand=9, price="10.00")
    place({"TEA-01": 1})
    dear = place({"TEA-01": 2})

    found = german.get("/admin/orders/order/?total_from=10,01").context["cl"].result_list

    assert [order.pk for order in found] == [dear.pk]


def test_an_order_by_phone_counts_thousands_with_a_point(german: Client) -> None:
    make_product("TEA-01", on_hand=5000, price="1.00")
    sent = {"sku": ["TEA-01"], "quantity": ["1.200"], "shipping_fee": "4,90", "email": "lena@example.com"}

    quoted = german.post("/admin/orders/order/new/quote/", sent)

    assert "1.204,90" in quoted.text
