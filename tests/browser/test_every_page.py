"""Every page of the admin, opened once: nothing is missing, and the browser has nothing to complain about."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Error, Page, ViewportSize

from catalog.models import Product
from tests.admin_pages import open_a_shop, pages
from tests.backoffice.runtime.test_static_files import static_files
from tests.browser.axe import darken, too_faint, violations
from tests.browser.conftest import DESKTOP, OVERFLOW, PHONE, OpenPage, overflow
from tests.browser.cut_text import cut_texts
from tests.factories import make_user
from tests.pictures import pictures_of

LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"
CLASS = re.compile(r"\.(bo-[\w-]+)")
SHOWN = """[...document.querySelectorAll("[class*=bo-]")].flatMap((element) => [...element.classList])"""
LOADED = (
    """[...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText)).join()"""
)
# Each page is loaded alone, on a machine that is busy with other tests.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_every_page_loads_without_complaints_or_barriers_in_its_styles_and_no_wider_than_its_window(
    open_page: OpenPage,
    picture_folder: Path,
) -> None:
    """In German, whose words are the longest: none is cut. Names of one long word break, on a phone too."""
    user = make_user("ana@example.com", is_superuser=True, language="de")
    client = Client()
    client.force_login(user)
    order = open_a_shop(LONG_WORD)
    pictures_of(Product.objects.get().sku, 2)
    addresses = pages(client, order)
    styled = {name for file in static_files(".css") for name in CLASS.findall(file.read_text())}
    page = open_page(user)

    unstyled, wide, cut, barriers = {}, {}, {}, {}
    for address in addresses:
        page.goto(address)
        missing = styled & set(page.evaluate(SHOWN)) - set(CLASS.findall(page.evaluate(LOADED)))
        if missing:
            unstyled[address] = missing
        page.set_viewport_size(DESKTOP)
        found = violations(page)
        beyond = [overflow_at(page, DESKTOP)]
        without_room = cut_texts(page)
        darken(page)
        found |= too_faint(page)
        beyond.append(overflow_at(page, PHONE))
        without_room |= cut_texts(page)
        found |= violations(page)
        if any(beyond):
            wide[address] = beyond
        if without_room:
            cut[address] = without_room
        if found:
            barriers[address] = found

    assert len(addresses) > 40
    assert unstyled == {}
    assert wide == {}
    assert cut == {}
    assert barriers == {}


def overflow_at(page: Page, size: ViewportSize) -> int:
    page.set_viewport_size(size)
    with suppress(Error):
        # A chart takes a moment to follow.
        page.wait_for_function(f"({OVERFLOW}) <= 0", timeout=5_000)
    return overflow(page)
