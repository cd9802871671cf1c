import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.shop.changing import change_settings
from backoffice.shop.table import LOGO
from tests.backoffice.shop.samples import OTHER
from tests.factories import CLI

pytestmark = pytest.mark.django_db
SHOP = "/api/v1/shop"


def test_anybody_learns_what_the_shop_is_like_now(client: Client) -> None:
    change_settings({"SHOP_NAME": "Tea & Co", "SHOP_SHIPPING_FEE": "4.9"}, by=CLI)

    assert client.get(SHOP).json() == {
        "name": "Tea & Co",
        "language": "en-gb",
        "country": "DE",
        "currency": "EUR",
        "color": "#2563eb",
        "logo_url": None,
        "shipping_fee": "4.90",
        "free_shipping_from": None,
    }


def test_the_logo_is_told_with_its_whole_address(client: Client, settings) -> None:
    settings.SHOP_URL = "https://shop.example.com"
    change_settings({LOGO: OTHER[LOGO]}, by=CLI)

    assert client.get(SHOP).json()["logo_url"] == f"https://shop.example.com/pictures/{OTHER[LOGO]}.png"


def test_an_answer_is_good_until_a_setting_changes(client: Client) -> None:
    etag = client.get(SHOP).headers["ETag"]
    known = {"If-None-Match": etag}

    assert client.get(SHOP, headers=known).status_code == 304
    change_settings({"SHOP_SHIPPING_FEE": "4.90"}, by=CLI)
    assert client.get(SHOP, headers=known).status_code == 200


def test_a_part_can_be_asked_for_and_it_takes_one_query(client: Client) -> None:
    client.get(SHOP)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"{SHOP}?fields=shipping_fee").json() == {"shipping_fee": "0.00"}
    assert len(queries) == 1
    assert client.get(f"{SHOP}?fields=secret").status_code == 422


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_changed_over_the_api(client: Client, method: str) -> None:
    assert getattr(client, method)(SHOP, {}, content_type="application/json").status_code == 405
