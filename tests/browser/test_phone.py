"""On a phone everything is large enough for a thumb, and without scripts pages still do what they can."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from orders.models import Order
from tests.admin_pages import open_a_shop
from tests.browser.conftest import PHONE, OpenPage, overflow
from tests.factories import PASSWORD, make_user

# Whatever is touched, but for links within a sentence, with what lies around it and belongs to it.
SMALL = """() => {
  const touched = "#main :is(button, summary, select, textarea, input:not([type=hidden])), .bo-actions a";
  const around = ".bo-affixed, .bo-search, .bo-pair, .bo-switched";
  const isLarge = (place) => {
    const { width, height } = place.getBoundingClientRect();
    return width >= 43.5 && height >= 43.5;
  };
  return [...document.querySelectorAll(touched)]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .map((element) => [element, ...(element.labels ?? []), element.closest(around)].filter(Boolean))
    .filter((places) => !places.some(isLarge))
    .map(([element]) => element.outerHTML.slice(0, 120));
}"""


@pytest.fixture
def order() -> Order:
    return open_a_shop()


@pytest.fixture
def manager() -> User:
    return make_user("anna@example.com", role="Manager")


def test_whatever_is_touched_on_a_phone_is_large_enough(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    page = open_page(manager, viewport=PHONE)
    small = {}
    for address in (
        "orders/order/",
        f"orders/order/{order.pk}/change/",
        "catalog/product/",
        "catalog/product/count/",
    ):
        page.goto(f"/admin/{address}")
        small[address] = page.evaluate(SMALL)

    assert not any(small.values()), small


def test_the_bar_of_an_order_on_a_phone_names_the_units_and_opens_its_menu_within_the_window(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    page = open_page(manager, f"/admin/orders/order/{order.pk}/change/", viewport=PHONE)
    bar = page.locator(".bo-actions")
    expect(bar.get_by_role("link", name="Ship 2 units")).to_be_in_viewport()
    bar.locator("summary", has_text="Change").click()
    item = bar.get_by_role("link", name="Cancel items")
    expect(item).to_be_in_viewport(ratio=1)
    assert overflow(page) <= 0
    assert width_of(page, ".bo-actions > .bo-primary") > width_of(page, ".bo-actions > .bo-menu")


def width_of(page: Page, selector: str) -> float:
    box = page.locator(selector).bounding_box()
    assert box
    return box["width"]


def test_without_scripts_an_order_is_shipped_a_list_narrowed_and_the_menu_found(
    chromium: Browser, live_server: LiveServer, manager: User, order: Order
) -> None:
    context = chromium.new_context(base_url=live_server.url, viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto("/admin/")
    page.locator("[name=username]").fill(manager.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto("/admin/orders/order/?status=delivered")
    expect(page.locator("tr.data-row")).to_have_count(0)
    page.goto("/admin/orders/order/")
    page.get_by_role("link", name="Filter").click()
    page.get_by_role("button", name="Apply filters").click()
    expect(page.locator("tr.data-row")).to_have_count(1)

    page.goto(f"/admin/orders/order/{order.pk}/change/")
    page.get_by_role("link", name="Main menu").click()
    expect(page.locator("#nav-sidebar").get_by_role("link", name="Products")).to_be_in_viewport()
    page.get_by_role("link", name="Ship 2 units").click()
    expect(page.get_by_role("heading", name="Ship items")).to_be_visible()
    page.get_by_role("button", name="Ship 2 units").click()

    expect(page.get_by_text("Shipped 2 units as")).to_be_visible()
    expect(page).to_have_url(re.compile(f"/orders/order/{order.pk}/change/"))
    context.close()
