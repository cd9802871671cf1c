"""A count below what is reserved: who would lose units, and the count recorded with their cancellation."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog.audit import audit_stock
from catalog.models import Product, StockMovement
from orders.audit import audit_orders
from orders.models import Order
from tests.factories import make_product, make_user, place
from tests.orders.admin.posted_dialogs import submitted

pytestmark = pytest.mark.django_db

PAGE = "/admin/orders/order/short-count/"


@pytest.fixture
def product() -> Product:
    """10 on hand, 7 reserved: 4 by the older order, 3 by the newer."""
    product = make_product("TEA-01", on_hand=10)
    for units, minutes in ((4, 20), (3, 10)):
        place({"TEA-01": units}, at=timezone.now() - timedelta(minutes=minutes))
    product.refresh_from_db()
    return product


def signed_in(client: Client, role: str) -> Client:
    client.force_login(make_user(role=role))
    return client


def look(client: Client, product: Product, counted: int) -> Any:
    return client.get(PAGE, {"product": product.pk, "counted": counted})


def fields_of(html: str) -> dict[str, str]:
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    return {name: value.replace("&quot;", '"') for name, value in found.items()}


def statuses() -> list[str]:
    return list(Order.objects.order_by("placed_at").values_list("status", flat=True))


def test_the_newest_orders_lose_the_units_and_the_count_is_recorded(client: Client, product: Product) -> None:
    signed_in(client, "Manager")
    html = look(client, product, 3).content.decode()
    older, newer = Order.objects.order_by("placed_at").values_list("number", flat=True)
    assert json.loads(fields_of(html)["agreed"]) == {newer: 3, older: 1}
    assert "4 units of TEA-01 are promised but not there" in html
    assert statuses() == ["pending", "pending"]

    done = client.post(PAGE, fields_of(html))

    assert done["Location"] == f"/admin/catalog/product/{product.pk}/change/"
    product.refresh_from_db()
    assert (product.on_hand, product.reserved) == (3, 3)
    assert statuses() == ["pending", "cancelled"]
    assert audit_stock() == audit_orders() == []


def test_sent_twice_it_is_done_once(client: Client, product: Product) -> None:
    signed_in(client, "Manager")
    fields = fields_of(look(client, product, 3).content.decode())
    client.post(PAGE, fields)
    again = client.post(PAGE, fields, follow=True)
    assert StockMovement.objects.filter(kind="count").count() == 1
    assert "Look again" in again.content.decode() or "Count it again" in again.content.decode()


def test_another_order_since_then_is_shown_before_it_loses_anything(client: Client, product: Product) -> None:
    signed_in(client, "Manager")
    fields = fields_of(look(client, product, 3).content.decode())
    place({"TEA-01": 1})

    again = client.post(PAGE, fields, follow=True)

    assert "Look again at which lose units." in again.content.decode()
    assert statuses() == ["pending", "pending", "pending"]
    assert sum(json.loads(fields_of(again.content.decode())["agreed"]).values()) == 5


@pytest.mark.parametrize("agreed", ["", "{}", "[1]", '{"B-1": "x"}', "null", "{", "[" * 20_000])
def test_what_nobody_was_shown_changes_nothing(client: Client, product: Product, agreed: str) -> None:
    signed_in(client, "Manager")
    client.post(PAGE, {"product": product.pk, "counted": 3, "seen": 10, "agreed": agreed})
    product.refresh_from_db()
    assert (product.on_hand, product.reserved) == (10, 7)


def test_a_count_that_serves_every_order_needs_no_page(client: Client, product: Product) -> None:
    signed_in(client, "Manager")
    assert look(client, product, 7)["Location"] == f"/admin/catalog/product/{product.pk}/change/"


@pytest.mark.parametrize("asked", [{}, {"product": "x"}, {"product": 1, "counted": -1}, {"product": 10**30}])
def test_a_page_without_product_and_count_is_refused(client: Client, asked: dict[str, str | int]) -> None:
    signed_in(client, "Manager")
    assert client.get(PAGE, asked).status_code == 400


@pytest.mark.parametrize(
    ("role", "status"), [("Manager", 200), ("Warehouse", 403), ("Support", 403), ("Viewer", 403)]
)
def test_only_who_may_cancel_and_count_sees_the_page(
    client: Client, product: Product, role: str, status: int
) -> None:
    signed_in(client, role)
    assert look(client, product, 3).status_code == status
    assert (PAGE in _refused_count(client, product)) is (role == "Manager")


def _refused_count(client: Client, product: Product) -> str:
    told = client.post(
        f"/admin/catalog/product/{product.pk}/count/", {"counted": 3, "expected": 10, "key": "a" * 32}
    )
    return told.content.decode() if told.status_code == 200 else ""


def test_the_refused_count_of_the_dialog_leads_there(client: Client, product: Product) -> None:
    signed_in(client, "Manager")
    dialog = f"/admin/catalog/product/{product.pk}/adjust-stock/"
    refused = client.post(
        dialog, {"way": "count", "quantity": 3, "reason": "correction", "seen": 10, **submitted()}
    )
    assert f'href="{PAGE}?product={product.pk}&amp;counted=3"' in refused.content.decode()
