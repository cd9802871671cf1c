"""Back-tests in the admin: terms typed or taken over, a result with an address, and what becomes of it."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from orders.fulfilment import lifecycle
from orders.models import PromoCode, Promotion, PromotionEvent, Redemption
from tests.admin_fixtures import SignIn
from tests.factories import (
    CLI,
    make_batch,
    make_category,
    make_customer,
    make_product,
    make_promo_code,
    place,
)

pytestmark = pytest.mark.django_db

URL = "/admin/orders/promotion/backtest/"
ASKED = {
    "first": "2026-06-05",
    "last": "08/06/2026",
    "kind": "percentage",
    "percent_off": "15",
    "max_discount": "30",
    "max_uses_per_customer": "1",
    "run": "1",
}


@pytest.fixture
def orders() -> None:
    """On a Friday to Monday in June: 10, 100 and 400, one customer twice; one the night before."""
    make_product("TEN", on_hand=99, price="10.00")
    make_product("LAMP", on_hand=99, price="400.00", category=make_category("Lanterns"))
    lena = make_customer("lena@example.com")
    place({"TEN": 1}, customer=lena, at=datetime(2026, 6, 4, 21, 59, 59, tzinfo=UTC))
    place({"TEN": 1}, customer=lena, at=datetime(2026, 6, 4, 22, tzinfo=UTC))
    place({"TEN": 10}, customer=lena, at=datetime(2026, 6, 6, 12, tzinfo=UTC))
    make_promo_code("HALF", percent_off="50")
    place({"LAMP": 1}, promo_code="HALF", at=datetime(2026, 6, 8, 21, 59, 59, tzinfo=UTC))
    place({"LAMP": 1}, at=datetime(2026, 6, 8, 22, tzinfo=UTC))
    called_off = place({"LAMP": 1}, at=datetime(2026, 6, 7, 12, tzinfo=UTC))
    lifecycle.cancel_order(called_off.number, by=CLI)


def result(client: Client, **changed: Any) -> Any:
    return client.get(URL, {**ASKED, **changed}).context["result"]


def figures(client: Client, **changed: Any) -> dict[str, tuple[str, str]]:
    found = result(client, **changed)
    return {figure.title: (figure.value, figure.note) for figure in found.figures}


def test_the_form_alone_runs_nothing(manager: Client, orders: None) -> None:
    page = manager.get(URL)

    assert page.context["result"] is None
    assert not page.context["form"].is_bound
    assert "Run the back-test" in page.text


def test_a_link_gives_the_result_of_whole_days_in_words_and_figures(sign_in: SignIn, orders: None) -> None:
    marketing = sign_in("Marketing")
    before = [model.objects.count() for model in (PromoCode, Promotion, PromotionEvent, Redemption)]

    found = result(marketing)

    assert found.terms == "15 %, up to €30.00 · 1 use per customer"
    assert figures(marketing) == {
        "Orders that qualify": ("2", "66.7 % of 3 orders, by 2 customers"),
        "Cost": ("€31.50", "10.2 % of the revenue of €310.00"),
        "Average order": ("€205.00 → €189.25", "goods of an order that qualifies, before and after"),
        "Discount per order": ("€1.50", "the median; from €1.50 to €30.00"),
    }
    assert found.refused == [("The customer had used it as often as one may", "1")]
    assert [(row.discount, row.orders, row.cost) for row in found.bands if row.orders != "0"] == [
        ("€0.00 – €5.00", "1", "€1.50"),
        ("€30.00", "1", "€30.00"),
    ]
    assert [(row.orders, row.cost) for row in found.weeks] == [("1", "€1.50"), ("1", "€30.00")]
    assert found.chart is not None
    assert found.had_discount.startswith("1 of these orders had a discount already")
    assert [model.objects.count() for model in (PromoCode, Promotion, PromotionEvent, Redemption)] == before


def test_every_term_counts(manager: Client, orders: None) -> None:
    lanterns = make_category("Lanterns")

    assert figures(manager, max_uses_per_customer="")["Orders that qualify"][0] == "3"
    assert figures(manager, max_uses="1")["Orders that qualify"][0] == "1"
    assert result(manager, minimum_spend="50").refused == [("Below the minimum spend", "1")]
    assert result(manager, first_order_only="on").refused == [("Not the customer's first order", "2")]
    assert result(manager, categories=[lanterns.pk]).refused == [
        ("Nothing in it that the promo applies to", "2")
    ]
    fixed = {"kind": "fixed", "amount_off": "5", "percent_off": "nonsense"}
    assert figures(manager, **fixed)["Cost"][0] == "€10.00"


def test_days_without_orders_have_an_empty_result(manager: Client) -> None:
    page = manager.get(URL, ASKED)

    assert page.context["result"].figures[0].value == "0"
    assert "There were no orders in these days" in page.text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"last": "2026-06-04"}, "last"),
        ({"first": ""}, "first"),
        ({"first": "0001-01-01"}, "first"),
        ({"last": "9999-12-31"}, "last"),
        ({"percent_off": ""}, "percent_off"),
        ({"percent_off": "101"}, "percent_off"),
        ({"percent_off": "-5"}, "percent_off"),
        ({"kind": "fixed", "amount_off": "0"}, "amount_off"),
        ({"kind": "other"}, "kind"),
        ({"max_uses": "0"}, "max_uses"),
        ({"categories": "x"}, "categories"),
        ({"products": "x"}, "products"),
        ({"products": "99999999999999999999999"}, "products"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(
    manager: Client, orders: None, typed: dict[str, str], field: str
) -> None:
    page = manager.get(URL, {**ASKED, **typed})

    assert page.status_code == 200
    assert field in page.context["form"].errors
    assert page.context["result"] is None


def test_an_odd_link_to_the_form_shows_the_form(manager: Client) -> None:
    odd = {"products": ["x", "9" * 40], "categories": "-1", "percent_off": "x", "first": "x", "kind": "x"}

    for url in (URL, "/admin/orders/promocode/add/", "/admin/orders/promotion/add/"):
        assert manager.get(url, odd).status_code == 200


def test_the_terms_of_a_code_or_a_batch_are_taken_over(manager: Client, orders: None) -> None:
    lamp = make_category("Lanterns")
    terms: Any = {"minimum_spend": 20, "first_order_only": True, "category_ids": (lamp.pk,)}
    code = make_promo_code("SUMMER", percent_off="12.5", max_uses=40, max_uses_per_customer=None, **terms)
    batch = make_batch(2, percent_off="12.5", max_uses_per_customer=None, **terms)

    for url, max_uses in (
        (f"/admin/orders/promocode/{code.pk}/backtest/", 40),
        (f"/admin/orders/promotion/{batch.pk}/backtest/", None),
    ):
        form = manager.get(url, follow=True).context["form"]
        sent = {name: value for name in form.fields if (value := form[name].value()) not in (None, "", False)}
        found = manager.get(URL, {**sent, **{name: ASKED[name] for name in ("first", "last", "run")}})
        cleaned = found.context["form"].cleaned_data
        assert found.context["result"] is not None
        assert (cleaned["percent_off"], cleaned["max_uses"]) == (12.5, max_uses)
        assert (cleaned["max_uses_per_customer"] or None, cleaned["minimum_spend"]) == (None, 20)
        assert (list(cleaned["categories"]), cleaned["first_order_only"]) == ([lamp], True)


def test_the_same_terms_become_a_code_or_a_batch(manager: Client, orders: None) -> None:
    lanterns = make_category("Lanterns")
    asked: Any = {**ASKED, "max_uses": "9", "minimum_spend": "20", "categories": [lanterns.pk]}
    page = manager.get(URL, asked)

    generate, create = (step["path"] for step in page.context["actions_list"])
    for url, uses in ((create, "9"), (generate, 1)):
        assert not {"first", "last", "run"} & set(parse_qs(urlsplit(url).query))
        form = manager.get(url).context["adminform"].form
        shown = {each: form[each].value() for each in ("percent_off", "max_discount", "minimum_spend")}
        assert shown == {"percent_off": "15", "max_discount": "30", "minimum_spend": "20"}
        assert (form["max_uses"].value(), form["categories"].value()) == (uses, [str(lanterns.pk)])


@pytest.mark.parametrize(
    ("role", "status"),
    [("Manager", 200), ("Marketing", 200), ("Support", 403), ("Viewer", 403), ("Warehouse", 403)],
)
def test_a_back_test_is_for_those_who_see_promos_and_revenue(sign_in: SignIn, role: str, status: int) -> None:
    assert sign_in(role).get(URL, ASKED).status_code == status
