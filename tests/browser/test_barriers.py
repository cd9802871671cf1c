"""What opens above a page has no barrier either, and each page is read and walked through in its order."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from accounts.models import User
from orders.models import Order
from tests.admin_pages import open_a_shop
from tests.browser.axe import darken, violations
from tests.browser.conftest import DESKTOP, PHONE, OpenPage
from tests.browser.cut_text import cut_texts
from tests.browser.keyboard import press
from tests.factories import make_user

ORDERS = "/admin/orders/order/"
PRODUCT = "/admin/catalog/product/{product}/change/"
# Where on the page the focus stands.
FOCUSED = """() => {
  const { x, y, width, height } = document.activeElement.getBoundingClientRect();
  const html = document.activeElement.outerHTML.slice(0, 120);
  return { tag: document.activeElement.tagName, html, x, y: y + scrollY, isSeen: width > 0 && height > 0 };
}"""


@pytest.fixture
def manager() -> User:
    return make_user("anna@example.com", role="Manager", name="Anna Berg")


@pytest.fixture
def german() -> User:
    """Whose words are the longest."""
    return make_user("lena@example.com", role="Manager", name="Lena Berg", language="de")


@pytest.fixture
def order() -> Order:
    return open_a_shop()


def open_palette(page: Page) -> None:
    press(page, "Control+k")
    expect(page.locator("#search-input-command")).to_be_focused()


def open_keys(page: Page) -> None:
    press(page, "Shift+?")
    expect(page.locator("#keys-title")).to_be_visible()


def open_account_menu(page: Page) -> None:
    page.locator(".bo-account > summary").click()
    expect(page.locator(".bo-account [x-bind\\:aria-pressed]").first).to_be_visible()


def open_filters(page: Page) -> None:
    page.locator(".filter-open-button").first.click()
    expect(page.locator("#changelist-filter")).to_be_visible()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_opens_above_a_list_has_no_barrier_and_room_for_its_texts(
    open_page: OpenPage, german: User, order: Order, viewport: ViewportSize
) -> None:
    opened: list[Callable[[Page], None]] = [open_palette, open_keys, open_filters]
    if viewport == DESKTOP:
        opened.append(open_account_menu)
    for dark in (False, True):
        for open_it in opened:
            page = open_page(german, ORDERS, viewport=viewport, dark=dark)
            open_it(page)
            assert violations(page) == set(), open_it.__name__
            assert cut_texts(page) == set(), open_it.__name__


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_dialogs_and_menus_of_an_order_have_no_barrier_and_room_for_their_texts(
    open_page: OpenPage, german: User, order: Order, viewport: ViewportSize
) -> None:
    page = open_page(german, f"{ORDERS}{order.pk}/change/", viewport=viewport)
    dialogs = [link.get_attribute("hx-get") for link in page.locator("#page [hx-get]").all()]
    assert dialogs

    for address in dict.fromkeys(dialogs):
        page.reload()
        page.evaluate("document.querySelectorAll('details').forEach((menu) => { menu.open = true; })")
        assert violations(page) == set()
        assert cut_texts(page) == set()
        page.locator(f'#page [hx-get="{address}"]').first.evaluate("(link) => link.click()")
        expect(page.locator("#dialog")).to_be_visible()
        assert violations(page) == set(), address
        assert cut_texts(page) == set(), address
        darken(page)
        assert violations(page) == set(), address


@pytest.mark.parametrize("path", [ORDERS, ORDERS + "{order}/change/", PRODUCT])
def test_the_keyboard_goes_through_a_page_in_the_order_in_which_it_is_read(
    open_page: OpenPage, manager: User, order: Order, path: str
) -> None:
    """Past the menu, then down through the page; up again only to what stands further right."""
    page = open_page(manager, path.format(order=order.pk, product=order.lines.get().product_id))
    page.evaluate("document.activeElement.blur()")
    press(page, "Tab")
    expect(page.locator(".bo-skip")).to_be_focused()
    press(page, "Enter")
    expect(page.locator("main")).to_be_focused()

    unseen, backwards = [], []
    before = {"x": 0, "y": 0}
    for _ in range(60):
        press(page, "Tab")
        at = page.evaluate(FOCUSED)
        if at["tag"] in ("BODY", "HTML"):
            break
        if not at["isSeen"]:
            unseen.append(at["html"])
        if at["y"] < before["y"] - 60 and at["x"] <= before["x"]:
            backwards.append(at["html"])
        before = at

    assert unseen == []
    assert backwards == []
    assert page.locator("[tabindex]:not([tabindex='0'], [tabindex='-1'])").count() == 0


def test_nothing_moves_by_itself_for_whoever_wants_no_motion(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    page = open_page(manager, f"{ORDERS}{order.pk}/change/")
    page.emulate_media(reduced_motion="reduce")

    lasting = page.evaluate(
        """[...document.querySelectorAll("*")].filter((element) => {
          const { transitionDuration, animationDuration } = getComputedStyle(element);
          return [transitionDuration, animationDuration].some((each) => parseFloat(each) > 0.01);
        }).map((element) => element.outerHTML.slice(0, 80))"""
    )

    assert lasting == []


@pytest.mark.parametrize("path", ["/admin/", ORDERS, ORDERS + "{order}/change/"])
def test_twice_as_large_a_page_loses_nothing(
    open_page: OpenPage, manager: User, order: Order, path: str
) -> None:
    """A window of 1280 by 800 at 200 %: half as many pixels for the page."""
    page = open_page(manager, path.format(order=order.pk), viewport=ViewportSize(width=640, height=400))

    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    assert page.evaluate("document.documentElement.lang") == "en-gb"
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
