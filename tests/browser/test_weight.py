"""What a page weighs in a browser that has never been there, and that nothing of it waits for scripts."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.admin_pages import open_a_shop
from tests.browser.conftest import DESKTOP, PHONE, OpenPage
from tests.factories import make_product, make_user, place

ORDERS = "/admin/orders/order/"
# Requests, and bytes as they come over the wire.
MOST = {
    ORDERS: (12, 300_000),
    "/admin/": (15, 300_000),
    "/admin/orders/order/{order}/change/": (23, 300_000),
    "/admin/catalog/product/{product}/change/": (18, 300_000),
}
MOVED = """() => new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(list.getEntries().map((shift) => shift.value)))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve([]), 500);
})"""


@pytest.fixture
def manager() -> User:
    return make_user("anna@example.com", role="Manager", name="Anna Berg")


def test_pages_ask_for_few_files_and_little(open_page: OpenPage, manager: User) -> None:
    order = open_a_shop()
    for number in range(24):
        place({make_product(f"MUG-{number}", on_hand=9, price="7.00").sku: 1})

    for address, (most_requests, most_bytes) in MOST.items():
        path = address.format(order=order.pk, product=order.lines.get().product_id)
        came = asked_for(open_page(manager, "about:blank"), path)
        told = f"{len(came)} requests, {sum(came.values())} bytes: {came}"
        assert len(came) <= most_requests, told
        assert sum(came.values()) <= most_bytes, told


def asked_for(page: Page, path: str) -> dict[str, int]:
    """What the page asked the shop for, and the bytes of each answer.

    Asked for from an empty page of a new profile: what an earlier one still asks for would count too.
    """
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    urls: dict[str, str] = {}
    came: dict[str, int] = {}
    session.on(
        "Network.requestWillBeSent", lambda event: urls.update({event["requestId"]: event["request"]["url"]})
    )
    session.on(
        "Network.loadingFinished",
        lambda event: came.update({urls.get(event["requestId"], ""): int(event["encodedDataLength"])}),
    )
    page.goto(path, wait_until="networkidle")
    return {urlsplit(url).path: size for url, size in came.items() if url.startswith("http")}


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_orders_are_read_before_any_script_has_run(
    open_page: OpenPage, manager: User, viewport: dict[str, int]
) -> None:
    order = open_a_shop()
    page = open_page(manager, "/admin/login/", viewport=viewport, expected="ERR_FAILED")
    page.route("**/*.js", lambda route: route.abort())
    page.route("**/jsi18n/", lambda route: route.abort())

    page.goto(ORDERS)

    expect(page.get_by_role("link", name=order.number).first).to_be_visible()
    expect(page.locator("#modal-overlay")).to_be_hidden()
    expect(page.locator("#changelist-filter")).to_be_hidden()


def test_nothing_moves_when_the_scripts_have_come(open_page: OpenPage, manager: User) -> None:
    open_a_shop()
    page = open_page(manager, ORDERS)

    # Fonts are in the browser's cache by now.
    page.reload(wait_until="networkidle")

    assert page.evaluate(MOVED) == []


@pytest.mark.parametrize(("chosen", "is_dark"), [("dark", True), ("light", False), ("auto", True)])
def test_the_chosen_colours_are_there_before_the_first_paint(
    open_page: OpenPage, manager: User, chosen: str, is_dark: bool
) -> None:
    page = open_page(manager, ORDERS, dark=True, expected="ERR_FAILED")
    page.evaluate("(theme) => localStorage.setItem('adminTheme', JSON.stringify(theme))", chosen)
    page.route("**/bundles/*.js", lambda route: route.abort())

    page.reload()

    assert page.evaluate("document.documentElement.classList.contains('dark')") is is_dark


def test_colours_are_chosen_and_taken_back(open_page: OpenPage, manager: User) -> None:
    page = open_page(manager, ORDERS, dark=True)
    root = page.locator("html")

    expect(root).to_have_class("dark")
    page.keyboard.press("Control+e")
    expect(root).not_to_have_class("dark")
    page.keyboard.press("Control+e")
    expect(root).to_have_class("dark")
