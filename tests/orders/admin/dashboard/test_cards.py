"""The first page and the palette: what needs somebody now, and finding it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from orders.fulfilment import lifecycle
from orders.models import Order
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_customer, make_product, make_promo_code, place

pytestmark = pytest.mark.django_db
HOME = "/admin/"


def figures_of(page: Any) -> dict[str, tuple[str, str, str]]:
    return {
        figure.title: (figure.value, figure.change, figure.note) for figure in page.context.get("figures", [])
    }


def test_the_figures_compare_thirty_days_with_the_thirty_before(manager: Client) -> None:
    make_product("TEA-01", on_hand=30, price="10.00", low_stock_threshold=25)
    now = timezone.now()
    for days, quantity in ((40, 1), (10, 1), (5, 2), (0, 3)):
        place({"TEA-01": quantity}, at=now - timedelta(days=days))
    for days in (40, 10, 5):
        order = Order.objects.filter(placed_at__lt=now - timedelta(days=days - 1)).latest("pk")
        lifecycle.ship_order(order.number, by=CLI)
    called_off = place({"TEA-01": 5}, at=now - timedelta(days=2))
    lifecycle.cancel_order(called_off.number, by=CLI)

    page = manager.get(HOME)

    assert figures_of(page) == {
        "To ship": ("1", "", "none older than 24 h"),
        "Revenue, 30 days": ("€60.00", "+500 %", "vs previous 30 days"),
        "Orders, 30 days": ("3", "+200 %", "vs previous 30 days"),
        "Average order": ("€20.00", "+100 %", "vs previous 30 days"),
        "Low stock": ("1", "", "at or under their threshold"),
    }
    assert {status.title: status.count for status in page.context["statuses"]} == {
        "Pending": 1,
        "Shipped": 2,
        "Delivered": 0,
        "Cancelled": 1,
    }


def test_figures_are_kept_for_a_minute(manager: Client) -> None:
    make_product("TEA-01", on_hand=30, price="10.00")
    place({"TEA-01": 1})
    assert figures_of(manager.get(HOME))["Orders, 30 days"][0] == "1"
    place({"TEA-01": 1})

    assert figures_of(manager.get(HOME))["Orders, 30 days"][0] == "1"
    caches["process"].clear()
    assert figures_of(manager.get(HOME))["Orders, 30 days"][0] == "2"


def test_orders_that_wait_too_long_are_linked(manager: Client) -> None:
    make_product("TEA-01", on_hand=30)
    place({"TEA-01": 1}, at=timezone.now() - timedelta(hours=25))

    page = manager.get(HOME)

    assert figures_of(page)["To ship"][2] == "1 older than 24 h"
    assert 'href="/admin/orders/order/?view=late"' in page.text


@pytest.mark.parametrize(
    ("role", "titles", "has_chart", "has_codes"),
    [
        (
            "Manager",
            ["To ship", "Revenue, 30 days", "Orders, 30 days", "Average order", "Low stock"],
            True,
            True,
        ),
        (
            "Marketing",
            ["To ship", "Revenue, 30 days", "Orders, 30 days", "Average order", "Low stock"],
            True,
            True,
        ),
        ("Warehouse", ["To ship", "Orders, 30 days", "Low stock"], False, False),
        ("Support", ["To ship", "Orders, 30 days", "Low stock"], False, True),
        ("Viewer", ["To ship", "Orders, 30 days", "Low stock"], False, True),
    ],
)
def test_cards_appear_only_with_the_permission_for_them(
    sign_in: SignIn, role: str, titles: list[str], has_chart: bool, has_codes: bool
) -> None:
    make_product("TEA-01", on_hand=30)
    place({"TEA-01": 1})
    make_promo_code("SOON", ends_at=timezone.now() + timedelta(days=2))

    page = sign_in(role).get(HOME)

    assert list(figures_of(page)) == titles
    assert ("Revenue per day" in page.text) == has_chart
    assert ("SOON" in page.text) == has_codes


def test_a_new_shop_says_what_it_has_none_of(manager: Client) -> None:
    page = manager.get(HOME)

    assert page.context["revenue_chart"] is None
    assert "Nothing runs low." in page.text
    assert "No active code ends in the next 7 days." in page.text
    assert figures_of(page)["Revenue, 30 days"] == ("€0.00", "", "nothing to compare with")


# The palette


def found(client: Client, term: str) -> list[str]:
    answer = client.get("/admin/search/", {"s": term})
    return [result.title for result in answer.context["results"]] if answer.context else []


def test_the_palette_finds_orders_products_codes_and_people(manager: Client) -> None:
    make_product("TEA-01", on_hand=5, name="Earl Grey", barcode="4012345")
    make_promo_code("SPRING20")
    lena = make_customer("lena@example.com", name="Lena Brandt")
    order = place({"TEA-01": 1}, customer=lena)
    lifecycle.ship_order(order.number, by=CLI, tracking_number="JJD0034")
    order.refresh_from_db()

    assert found(manager, order.number) == [order.number]
    assert found(manager, str(order.serial)) == [order.number]
    assert found(manager, "jjd0034") == [order.number]
    assert found(manager, "lena@example.com") == [order.number, "Lena Brandt"]
    assert found(manager, "tea-01") == ["Earl Grey", order.number]
    assert found(manager, "4012345") == ["Earl Grey", order.number]
    assert found(manager, "spring") == ["SPRING20"]
    assert found(manager, "\x00") == []
    assert found(manager, "x") == []


def test_the_palette_shows_only_what_the_role_may_see(sign_in: SignIn) -> None:
    make_product("TEA-01", on_hand=5)
    make_promo_code("SPRING20")
    lena = make_customer("lena@example.com", name="Lena Brandt")
    order = place({"TEA-01": 1}, customer=lena)

    assert found(sign_in("Warehouse"), "spring20") == []
    assert found(sign_in("Marketing"), "lena@example.com") == []
    assert found(sign_in("Marketing"), str(order.number)) == [str(order.number)]
    assert "Lena Brandt" in found(sign_in("Warehouse"), "lena@example.com")


def test_the_palette_stops_at_fifteen(manager: Client) -> None:
    for number in range(20):
        make_customer(f"lena{number}@example.com", name="Lena")
        make_product(f"LENA-{number}")

    assert len(found(manager, "lena")) <= 15


def test_who_has_much_open_is_shown_to_those_who_may_know_customers(sign_in: SignIn) -> None:
    make_product("TEA-01", on_hand=20, price="1.00")
    lena = make_customer("lena@example.com", name="Lena Brandt")
    place({"TEA-01": 12}, customer=lena)
    caches["process"].clear()

    page = sign_in("Support").get(HOME)

    assert [(row.name, row.holds) for row in page.context["large_holders"]] == [
        ("Lena Brandt", "12 × TEA-01, of 20 on hand")
    ]
    assert f"/admin/accounts/customer/{lena.pk}/change/" in page.text
    assert "Customers with much open" in page.text
    for role in ("Marketing", None):
        assert "Lena Brandt" not in sign_in(role).get(HOME, follow=True).text
