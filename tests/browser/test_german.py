"""German words are the longest: on a phone none of them is cut, written over another or broken.

Pages are walked in `test_every_page.py`, what opens above an order and a list in `test_barriers.py`.
"""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from orders.models import Order
from tests.admin_pages import open_a_shop
from tests.browser.conftest import PHONE, OpenPage
from tests.browser.cut_text import cut_texts
from tests.factories import make_user


@pytest.fixture
def order() -> Order:
    return open_a_shop()


@pytest.fixture
def reader() -> User:
    return make_user("anna@example.com", is_superuser=True, name="Anna Berg", language="de")


def test_no_text_of_a_dialog_is_cut(open_page: OpenPage, reader: User, order: Order) -> None:
    product = order.lines.get().product
    page = open_page(reader, viewport=PHONE)
    opened, cut = 0, {}
    for path in (
        f"catalog/product/{product.pk}",
        f"catalog/productfamily/{product.family_id}",
        f"accounts/user/{reader.pk}",
    ):
        address = f"/admin/{path}/change/"
        page.goto(address)
        for dialog in dialogs_of(page):
            open_dialog(page, address, dialog)
            opened += 1
            if texts := cut_texts(page):
                cut[dialog] = texts

    assert opened >= 5
    assert cut == {}


def dialogs_of(page: Page) -> list[str]:
    found = [str(link.get_attribute("hx-get")) for link in page.locator("#page [hx-get]").all()]
    return list(dict.fromkeys(found))


def open_dialog(page: Page, address: str, dialog: str) -> None:
    page.goto(address)
    page.locator(f'#page [hx-get="{dialog}"]').first.evaluate("(link) => link.click()")
    expect(page.locator("#dialog")).to_be_visible()


# What is put into a place 90 pixels wide, and what is wrong with it then.
ONE_LINE = "white-space: nowrap"
WITH_ELLIPSIS = f"overflow: hidden; text-overflow: ellipsis; {ONE_LINE}"
TRIED = {
    f'<p style="overflow: hidden; {ONE_LINE}">Lieferantennummer</p>': "cut",
    f'<p style="{WITH_ELLIPSIS}">Lieferantennummer</p>': "cut",
    '<p style="overflow: hidden; height: 1.5em">Nummer des Lieferanten</p>': "cut",
    '<button class="bo-button" style="width: 90px">Lieferantennummer</button>': "too wide",
    "<p>Lieferantennummer</p>": "too wide",
    '<input class="bo-input" placeholder="Lieferantennummer">': "too wide",
    '<select class="bo-input" style="width: 90px"><option>Lieferantennummer</option></select>': "too wide",
    '<p style="overflow-wrap: anywhere">Lieferantennummer</p>': "broken",
    f'<p title="Lieferantennummer" style="{WITH_ELLIPSIS}">Lieferantennummer</p>': "",
    f'<p style="overflow: auto; {ONE_LINE}">Lieferantennummer</p>': "",
    "<p>Nummer des Lieferanten</p>": "",
}


def test_a_word_too_long_for_its_place_is_found(open_page: OpenPage) -> None:
    page = open_page(None, "/admin/login/", viewport=PHONE)
    found = {}
    for markup in TRIED:
        page.evaluate(
            "(markup) => { document.body.innerHTML = `<div style='width: 90px'>${markup}</div>`; }", markup
        )
        found[markup] = " ".join({each.partition(":")[0] for each in cut_texts(page)})

    assert found == TRIED
