"""The short way to adjust a product's stock, on its page."""

from typing import Any

import pytest
from django.test import Client

from catalog.models import MovementKind, Product, StockMovement
from tests.admin_fixtures import SignIn
from tests.factories import make_product, place

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef" * 2


@pytest.fixture
def warehouse(sign_in: SignIn) -> Client:
    return sign_in("Warehouse")


@pytest.fixture
def product() -> Product:
    return make_product("TEA-01", on_hand=10)


def adjust(client: Client, product: Product, quantity: object, what: str, key: str = KEY) -> str:
    """Send the form; the text of the page it leads to."""
    sent: dict[str, Any] = {"quantity": quantity, "what": what, "key": key}
    return client.post(f"/admin/catalog/product/{product.pk}/adjust/", sent, follow=True).text


def test_units_are_received_and_corrected_once_however_often_the_form_is_sent(
    warehouse: Client, product: Product
) -> None:
    for _attempt in range(2):
        assert "TEA-01: +6. Now 16 on hand, 16 available." in adjust(warehouse, product, 6, "receive")
    assert "TEA-01: −1. Now 15 on hand" in adjust(warehouse, product, -1, "damaged", key="a" * 32)

    rows = StockMovement.objects.exclude(actor=None).order_by("id")
    assert [(row.kind, row.on_hand_delta, row.reason) for row in rows] == [
        (MovementKind.RECEIVE, 6, ""),
        (MovementKind.ADJUST, -1, "damaged"),
    ]


def test_reserved_units_stay(warehouse: Client, product: Product) -> None:
    order = place({"TEA-01": 8})

    assert f"8 of TEA-01 are reserved by {order.number}" in adjust(warehouse, product, -5, "lost")
    assert Product.objects.get().on_hand == 10


@pytest.mark.parametrize(
    ("quantity", "what"), [("", "receive"), ("many", "lost"), (1, "stolen"), (10**30, "found")]
)
def test_what_cannot_be_understood_changes_nothing(
    warehouse: Client, product: Product, quantity: object, what: str
) -> None:
    page = adjust(warehouse, product, quantity, what)
    assert "Nothing was changed: enter how many units, and choose what happened." in page
    assert StockMovement.objects.count() == 1


def test_it_is_offered_to_those_alone_who_may_move_stock(
    warehouse: Client, sign_in: SignIn, product: Product
) -> None:
    page, url = f"/admin/catalog/product/{product.pk}/change/", f"/admin/catalog/product/{product.pk}/adjust/"
    assert url in warehouse.get(page).text
    viewer = sign_in("Viewer")
    assert url not in viewer.get(page).text
    assert viewer.post(url, {"quantity": 1, "what": "receive", "key": KEY}).status_code == 403
    assert Product.objects.get().on_hand == 10
