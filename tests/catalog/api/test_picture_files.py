"""The public address of a picture's file."""

from typing import Any

import pytest
from django.test import Client

from accounts.shop.logo import change_settings_and_logo
from backoffice.pictures.files import read_file
from backoffice.pictures.names import PictureSize, picture_url
from backoffice.shop.in_force import in_force
from tests.factories import CLI, make_product, make_user
from tests.pictures import pictures_of, png

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(picture_folder: Any) -> str:
    make_product("MUG-7")
    (picture,) = pictures_of("MUG-7", 1)
    return picture_url(picture.name, PictureSize.CARD)


def test_anybody_gets_the_file_and_need_not_ask_again(url: str) -> None:
    answer = Client().get(url)

    assert answer.status_code == 200
    assert answer.content == read_file(url.removeprefix("/pictures/"))
    assert answer["Content-Type"] == "image/webp"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert Client().head(url).status_code == 200


def test_it_is_the_same_for_whoever_is_signed_in_and_asks_the_database_nothing(
    url: str, django_assert_num_queries: Any
) -> None:
    client = Client()
    client.force_login(make_user(role="Manager"))
    with django_assert_num_queries(0):
        answer = client.get(url)

    assert answer.status_code == 200
    assert "Cookie" not in answer.get("Vary", "")


@pytest.mark.parametrize(
    "path",
    [
        f"{'0' * 32}-96.webp",
        "../secret_key",
        "..%2fsecret_key",
        "%2e%2e/secret_key",
        "",
        f"{'0' * 32}-96.webp/",
        f"{'0' * 32}-96.webp%00",
        f"{'0' * 32}-96.jpg",
        f"{'0' * 32}-96.png",
        f"{'0' * 32}-96x96.webp",
    ],
)
def test_there_is_nothing_else_below_that_address(path: str, url: str) -> None:
    assert Client().get(f"/pictures/{path}").status_code == 404


def test_it_can_only_be_read(url: str) -> None:
    assert Client().post(url).status_code == 405


def test_the_logo_is_a_png_for_anybody(picture_folder: Any) -> None:
    change_settings_and_logo({}, png(), by=CLI)
    logo = in_force().logo
    assert logo is not None

    answer = Client().get(logo.url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer.content == read_file(logo.file)
    assert answer["X-Content-Type-Options"] == "nosniff"
