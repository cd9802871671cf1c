"""Every page of the admin, opened once: nothing is missing, and the browser has nothing to complain about."""

import re

import pytest
from django.test import Client

from tests.admin_pages import open_a_shop, pages
from tests.backoffice.runtime.test_static_files import static_files
from tests.browser.conftest import OpenPage
from tests.factories import make_user

CLASS = re.compile(r"\.(bo-[\w-]+)")
SHOWN = """[...document.querySelectorAll("[class*=bo-]")].flatMap((element) => [...element.classList])"""
LOADED = (
    """[...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText)).join()"""
)
# Each page is loaded alone, on a machine that is busy with other tests.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_every_page_loads_without_complaints_and_with_the_styles_of_all_that_it_shows(
    open_page: OpenPage,
) -> None:
    user = make_user(is_superuser=True)
    client = Client()
    client.force_login(user)
    addresses = pages(client, open_a_shop())
    styled = {name for file in static_files(".css") for name in CLASS.findall(file.read_text())}
    page = open_page(user)

    unstyled = {}
    for address in addresses:
        page.goto(address)
        missing = styled & set(page.evaluate(SHOWN)) - set(CLASS.findall(page.evaluate(LOADED)))
        if missing:
            unstyled[address] = missing

    assert len(addresses) > 40
    assert unstyled == {}
