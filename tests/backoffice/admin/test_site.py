"""The site around every page of the admin."""

import struct
from pathlib import Path

import pytest
from django.test import Client, override_settings

from backoffice.models import ShopSettings
from backoffice.shop.table import LOGO
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
WORDS = {"": "Content-Type: text/plain; charset=UTF-8\n", "Copied": "Kopiert"}


@pytest.fixture
def german(tmp_path: Path) -> Path:
    """A directory of translations, compiled as `compilemessages` does it."""
    compiled = tmp_path / "de" / "LC_MESSAGES" / "djangojs.mo"
    compiled.parent.mkdir(parents=True)
    compiled.write_bytes(_compiled(WORDS))
    return tmp_path


def _compiled(words: dict[str, str]) -> bytes:
    """GNU's format: two tables of lengths and places, then all strings, each with a zero behind it."""
    strings = [each.encode() for each in (*sorted(words), *(words[key] for key in sorted(words)))]
    first = 28 + 8 * len(strings)
    places = [first + sum(len(before) + 1 for before in strings[:at]) for at in range(len(strings))]
    head = struct.pack("<7I", 0x950412DE, 0, len(words), 28, 28 + 8 * len(words), 0, first)
    table = b"".join(
        struct.pack("<2I", len(each), place) for each, place in zip(strings, places, strict=True)
    )
    return head + table + b"".join(each + b"\0" for each in strings)


def test_what_scripts_say_is_served_in_the_language_of_the_page(german: Path) -> None:
    client = Client()
    client.force_login(make_user(role="Manager"))

    with override_settings(SHOP_LANGUAGE="de", LOCALE_PATHS=[german]):
        words = client.get("/admin/jsi18n/").text

    assert '"Copied": "Kopiert"' in words
    assert '"Copied"' not in client.get("/admin/jsi18n/").text


@pytest.mark.parametrize(
    "page", ["/admin/", "/admin/catalog/product/", "/admin/catalog/product/add/", "/admin/orders/order/new/"]
)
def test_each_page_loads_these_words_once(page: str) -> None:
    client = Client()
    client.force_login(make_user(role="Manager"))

    assert client.get(page).text.count('src="/admin/jsi18n/"') == 1


@pytest.mark.parametrize("page", ["/admin/", "/admin/login/", "/admin/password_reset/"])
def test_a_wide_logo_stands_for_the_shops_name_a_square_one_beside_it(page: str) -> None:
    client = Client()
    if page == "/admin/":
        client.force_login(make_user(role="Manager"))
    brand = _brand(client.get(page).text)
    assert "<img" not in brand
    assert "Backoffice" in brand

    for size, alt in (("480x120", "Backoffice"), ("240x240", "")):
        ShopSettings.objects.update_or_create(pk=1, defaults={"kept": {LOGO: f"{'0f' * 16}-{size}"}})
        brand = _brand(client.get(page).text)
        assert f'src="/pictures/{"0f" * 16}-{size}.png" alt="{alt}"' in brand
        assert brand.count("Backoffice") == 1
        assert "material-symbols-outlined" not in brand


def _brand(page: str) -> str:
    """What stands for the shop at the head of the page."""
    return page.partition('class="bo-brand"')[2].partition("bo-opener")[0].partition("</p>")[0]
