"""The site around every page of the admin."""

import struct
from pathlib import Path

import pytest
from django.test import Client, override_settings

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
