"""Which answers are compressed, and that none is whose length tells a stranger something."""

import gzip

import pytest
from django.test import Client, override_settings

from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ORDERS = "/admin/orders/order/"
GZIP = {"Accept-Encoding": "gzip, br"}


@pytest.fixture
def manager() -> Client:
    client = Client(headers=GZIP)
    client.force_login(make_user(role="Manager"))
    return client


def test_a_page_is_compressed_for_whoever_understands_it(manager: Client) -> None:
    packed = manager.get(ORDERS)
    plain = manager.get(ORDERS, headers={"Accept-Encoding": "identity"})

    assert packed["Content-Encoding"] == "gzip"
    assert int(packed["Content-Length"]) == len(packed.content) < len(plain.content) / 3
    assert "Orders" in gzip.decompress(packed.content).decode()
    assert "Content-Encoding" not in plain
    assert all("Accept-Encoding" in answer["Vary"] for answer in (packed, plain))


def test_its_length_is_another_one_each_time(manager: Client) -> None:
    assert len({len(manager.get(ORDERS).content) for _ in range(8)}) > 1


@pytest.mark.parametrize("asked_by", ["cross-site", "same-site"])
def test_a_page_that_another_site_asked_for_is_not(manager: Client, asked_by: str) -> None:
    assert "Content-Encoding" not in manager.get(f"{ORDERS}?q=guess", headers={"Sec-Fetch-Site": asked_by})


@pytest.mark.parametrize("asked_by", ["same-origin", "none"])
def test_a_page_of_this_shop_is_by_https_too(manager: Client, asked_by: str) -> None:
    answer = manager.get(ORDERS, headers={"Sec-Fetch-Site": asked_by}, secure=True)

    assert answer["Content-Encoding"] == "gzip"


def test_a_browser_that_does_not_tell_gets_it_as_it_is_by_https(manager: Client) -> None:
    assert "Content-Encoding" not in manager.get(ORDERS, secure=True)


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/password_reset/", "/account/register/"])
def test_pages_for_the_signed_out_are_not(path: str) -> None:
    assert "Content-Encoding" not in Client(headers=GZIP).get(path)


def test_neither_are_answers_of_the_api_nor_files(manager: Client) -> None:
    assert "Content-Encoding" not in manager.get("/api/v1/openapi.json")
    assert "Content-Encoding" not in manager.get("/admin/catalog/product/reorder.csv/")


def test_head_tells_what_get_would(manager: Client) -> None:
    answer = manager.head(ORDERS)

    assert answer["Content-Encoding"] == "gzip"
    assert answer.content == b""


@override_settings(DEBUG=False)
def test_the_words_of_scripts_are_compressed(manager: Client) -> None:
    assert manager.get("/admin/jsi18n/")["Content-Encoding"] == "gzip"
