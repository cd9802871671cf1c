"""The daily jobs that must stay short, as the browser counts them: clicks, and fields that are filled in.

Those with files and with promo codes are counted where they are tested: test_catalog.py (a sheet of stock in
4 clicks, undoing it in 3, the reorder list in 2) and test_promos.py (10,000 codes in 4 clicks and 5 fields, a
leaked code in 2 clicks and 1 field).
"""

import json

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.people import role_of
from orders.models import Order, Shipment
from tests.browser.conftest import OpenPage
from tests.browser.keyboard import press, type_text
from tests.factories import make_customer, make_product, make_promo_code, make_user, place

# Each press of the mouse, and each field that gets something, on all pages of the job.
RECORDER = """
const count = (name, what) => {
  const counted = JSON.parse(sessionStorage[name] ?? "[]");
  if (!counted.includes(what)) sessionStorage[name] = JSON.stringify([...counted, what]);
};
addEventListener("pointerdown", (event) => count("clicks", `${location.pathname} ${event.timeStamp}`), true);
const field = ({ target }) => `${location.pathname} ${target.name || target.id}`;
addEventListener("input", (event) => count("fields", field(event)), true);
"""


class Effort:
    """What a job takes from the page that is open now."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.add_init_script(RECORDER)
        page.reload()

    @property
    def clicks(self) -> int:
        return self._counted("clicks")

    @property
    def fields(self) -> int:
        return self._counted("fields")

    def _counted(self, name: str) -> int:
        return len(json.loads(self.page.evaluate(f"sessionStorage.{name} ?? '[]'")))


@pytest.fixture
def manager() -> User:
    return make_user("anna@example.com", role="Manager", name="Anna Berg")


@pytest.fixture
def order() -> Order:
    make_product("CANDLE-OLIVE", on_hand=240, name="Candle, Olive", price="79.09")
    make_product("TOTE-SAND", on_hand=12, name="Canvas tote, Sand", price="23.90")
    make_promo_code("SPRING20")
    customer = make_customer("theo@example.com", name="Theo Jansen")
    placed = place({"CANDLE-OLIVE": 3, "TOTE-SAND": 1}, customer=customer, promo_code="SPRING20")
    placed.refresh_from_db()
    return placed


def page_of(order: Order) -> str:
    return f"/admin/orders/order/{order.pk}/change/"


def test_1_an_order_is_found_in_one_click_and_one_field(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    page = open_page(manager)
    effort = Effort(page)

    page.get_by_role("button", name="Find or do anything").click()
    expect(page.locator("#search-input-command")).to_be_focused()
    type_text(page, str(order.serial))
    press(page, "Enter")

    page.wait_for_url(f"**{page_of(order)}")
    assert (effort.clicks, effort.fields) == (1, 1)


def test_2_orders_are_shipped_by_their_scans_and_three_clicks(open_page: OpenPage) -> None:
    make_product("TEA-01", on_hand=20)
    numbers = [str(place({"TEA-01": units}).number) for units in (1, 2, 3)]
    page = open_page(make_user(role="Warehouse"))
    effort = Effort(page)

    page.locator("#nav-sidebar").get_by_role("link", name="Orders").click()
    page.get_by_role("link", name="Ship many").click()
    expect(page.get_by_label(f"Tracking number, {numbers[0]}")).to_be_focused()
    for line in ("0034-1", "0034-2", "0034-3"):
        type_text(page, line)
        press(page, "Enter")
    page.get_by_role("button", name="Ship 3 orders").click()

    expect(page.get_by_text("3 orders are shipped.")).to_be_visible()
    assert (effort.clicks, effort.fields) == (3, len(numbers))
    assert Shipment.objects.count() == 3


def test_7_one_line_is_cancelled_in_two_clicks(open_page: OpenPage, manager: User, order: Order) -> None:
    page = open_page(manager, page_of(order))
    effort = Effort(page)

    page.get_by_role("button", name="Cancel TOTE-SAND").click()
    expect(page.locator("#dialog")).to_be_visible()
    page.locator("#dialog").get_by_role("button", name="Cancel").last.click()

    expect(page.get_by_role("button", name="Cancel TOTE-SAND")).to_have_count(0)
    assert (effort.clicks, effort.fields) == (2, 0)


def test_8_why_the_discount_was_what_it_was_is_read_at_once_and_its_steps_by_one_click(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    page = open_page(manager, page_of(order))
    effort = Effort(page)

    expect(page.get_by_text("SPRING20 takes").first).to_be_visible()
    assert effort.clicks == 0
    page.get_by_text("Why this price").click()

    expect(page.get_by_text("Subtotal").last).to_be_visible()
    assert (effort.clicks, effort.fields) == (1, 0)


def test_10_a_colleague_is_invited_in_two_clicks_and_one_field(open_page: OpenPage, manager: User) -> None:
    page = open_page(manager)
    effort = Effort(page)

    page.locator("#nav-sidebar").get_by_role("link", name="Users").click()
    page.get_by_role("link", name="Invite a colleague").click()
    expect(page.locator("#id_email")).to_be_focused()
    type_text(page, "wanda@example.com")
    # The name may stay empty, and the warehouse's role is the one that is offered.
    press(page, "Enter")

    expect(page.get_by_text("wanda@example.com is invited")).to_be_visible()
    assert (effort.clicks, effort.fields) == (2, 1)
    assert role_of(User.objects.get(email="wanda@example.com")) == "Warehouse"
