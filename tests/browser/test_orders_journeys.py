"""A day with orders in a real browser: shipping, finding, and looking from a phone and at night."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from orders.fulfilment import lifecycle
from orders.models import Order, PromoCode
from orders.status import OrderStatus
from tests.browser.conftest import PHONE, OpenPage, overflow
from tests.browser.keyboard import press, type_text
from tests.factories import CLI, make_customer, make_product, make_promo_code, make_user, place

# A shared machine may be busy with something else.
expect.set_options(timeout=30_000)


@pytest.fixture
def manager() -> User:
    return make_user("anna@example.com", role="Manager", name="Anna Berg")


@pytest.fixture
def order() -> Order:
    make_product("CANDLE-OLIVE", on_hand=240, name="Candle, Olive", price="79.09")
    make_product("TOTE-SAND", on_hand=12, name="Canvas tote, Sand", price="23.90")
    customer = make_customer("theo@example.com", name="Theo Jansen")
    placed = place({"CANDLE-OLIVE": 3, "TOTE-SAND": 1}, customer=customer)
    placed.refresh_from_db()
    return placed


def page_of(order: Order) -> str:
    return f"/admin/orders/order/{order.pk}/change/"


def dialog(page: Page, button: str) -> None:
    page.get_by_role("link", name=button, exact=True).click()
    expect(page.locator("#dialog")).to_be_visible()


def test_some_units_are_shipped_then_the_rest(open_page: OpenPage, manager: User, order: Order) -> None:
    page = open_page(manager, page_of(order))
    dialog(page, "Ship 4 units")
    expect(page.get_by_label("Tracking number")).to_be_focused()
    type_text(page, "00340434646507726376")
    expect(page.get_by_label("Candle, Olive (CANDLE-OLIVE)")).to_have_value("3")
    page.get_by_label("Candle, Olive (CANDLE-OLIVE)").fill("1")
    page.get_by_label("Canvas tote, Sand (TOTE-SAND)").fill("0")
    page.get_by_role("button", name="Ship 1 unit", exact=True).click()

    expect(page.get_by_text("Shipped 1 unit as")).to_be_visible()
    expect(page.get_by_text("1 of 3 shipped")).to_be_visible()
    expect(page.get_by_role("link", name="00340434646507726376")).to_be_visible()

    dialog(page, "Ship 3 units")
    expect(page.get_by_label("Candle, Olive (CANDLE-OLIVE)")).to_have_value("2")
    page.get_by_role("button", name="Ship 3 units").click()

    expect(page.get_by_role("heading", name="To ship")).to_have_count(0)
    expect(page.get_by_role("link", name=re.compile("Ship [0-9]"))).to_have_count(0)
    order.refresh_from_db()
    assert order.status == OrderStatus.SHIPPED
    assert order.shipments.count() == 2


def test_too_high_a_quantity_is_told_at_its_field(open_page: OpenPage, manager: User, order: Order) -> None:
    page = open_page(manager, page_of(order))
    dialog(page, "Ship 4 units")
    page.get_by_label("Candle, Olive (CANDLE-OLIVE)").fill("99")
    page.get_by_label("Candle, Olive (CANDLE-OLIVE)").press("Enter")

    complaint = page.locator(".errors", has_text="Candle, Olive")
    expect(complaint).to_contain_text("Only 3 of CANDLE-OLIVE are still to ship; 99 were asked for.")
    expect(page.get_by_label("Candle, Olive (CANDLE-OLIVE)")).to_have_value("99")
    expect(page.get_by_label("Candle, Olive (CANDLE-OLIVE)")).to_be_focused()
    assert not order.shipments.exists()

    page.get_by_label("Candle, Olive (CANDLE-OLIVE)").fill("3")
    page.get_by_role("button", name="Ship 4 units").click()
    expect(page.get_by_text("Shipped 4 units as")).to_be_visible()


def test_one_line_is_cancelled_in_two_clicks(open_page: OpenPage, manager: User, order: Order) -> None:
    page = open_page(manager, page_of(order))
    page.get_by_role("button", name="Cancel TOTE-SAND").click()
    expect(page.get_by_text("Cancel 1 unit · €23.90 is credited")).to_be_visible()
    page.get_by_role("button", name="Cancel 1 unit").click()

    expect(page.get_by_text("1 line · Canvas tote, Sand × 1")).to_be_visible()
    lines = order.lines.order_by("pk").values_list("quantity", "cancelled")
    assert list(lines) == [(3, 0), (1, 1)]
    expect(page.get_by_role("button", name="Cancel CANDLE-OLIVE")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel TOTE-SAND")).to_have_count(0)


def choose(page: Page, menu: str, button: str) -> None:
    page.locator(".bo-top summary", has_text=re.compile(menu)).click()
    dialog(page, button)


def test_all_that_is_open_is_cancelled_at_once(open_page: OpenPage, manager: User, order: Order) -> None:
    page = open_page(manager, page_of(order))
    choose(page, "Change", "Cancel items")
    expect(page.get_by_text("Nothing is chosen yet.")).to_be_visible()
    page.get_by_role("button", name="Cancel everything left").click()
    page.get_by_role("button", name="Cancel 4 units").click()

    expect(page.locator(".bo-label", has_text="Cancelled")).to_be_visible()
    order.refresh_from_db()
    assert order.status == OrderStatus.CANCELLED


def test_units_are_stepped_by_keyboard_up_to_what_is_left_and_the_shop_says_what_they_are_worth(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    page = open_page(manager, page_of(order))
    choose(page, "Change", "Cancel items")
    more, less = (page.get_by_role("button", name=f"One CANDLE-OLIVE {way}") for way in ("more", "less"))
    expect(less).to_be_disabled()
    more.focus()
    for _ in range(3):
        press(page, "Enter")

    expect(more).to_be_disabled()
    expect(page.get_by_label("Candle, Olive (CANDLE-OLIVE)")).to_be_focused()
    expect(page.get_by_label("Candle, Olive (CANDLE-OLIVE)")).to_have_value("3")
    expect(page.get_by_text("Cancel 3 units · €237.27 is credited")).to_be_visible()
    expect(page.get_by_text("3 units go back on sale: Candle, Olive, available 237 → 240")).to_be_visible()
    expect(page.locator("[data-figure]").first).to_have_text("€237.27")
    assert not order.cancellations.exists()

    less.click()
    page.get_by_role("button", name="Cancel 2 units").click()
    expect(page.get_by_text("1 line · Candle, Olive × 2")).to_be_visible()
    assert list(order.lines.order_by("pk").values_list("quantity", "cancelled")) == [(3, 2), (1, 0)]


def test_a_line_of_many_is_found_by_its_name_and_the_way_out_changes_nothing(
    open_page: OpenPage, manager: User
) -> None:
    for number in range(9):
        make_product(f"MUG-{number}", on_hand=9, name=f"Mug {number}")
    many = place({f"MUG-{number}": 2 for number in range(9)})
    page = open_page(manager, page_of(many))
    page.locator(".bo-top summary", has_text=re.compile("Change")).click()
    page.get_by_role("link", name="Cancel items").focus()
    press(page, "Enter")
    found = page.get_by_label("Find a line by name or SKU")
    expect(page.get_by_role("dialog", name="Cancel items")).to_be_visible()
    expect(found).to_be_focused()
    type_text(page, "mug 7")
    expect(page.locator("[data-row]:visible")).to_have_count(1)
    press(page, "Enter")
    expect(page.get_by_label("Mug 7 (MUG-7)")).to_be_focused()
    type_text(page, "1")
    expect(page.get_by_role("button", name="Cancel 1 unit")).to_be_visible()

    press(page, "Escape")
    expect(page.locator("#dialog")).to_be_hidden()
    expect(page.locator(".bo-top summary", has_text=re.compile("Change"))).to_be_focused()
    assert not many.cancellations.exists()


def test_a_comment_is_read_in_the_timeline(open_page: OpenPage, manager: User, order: Order) -> None:
    page = open_page(manager, page_of(order))
    page.get_by_label("Comment").fill("Customer called: wait until Monday.")
    page.get_by_role("button", name="Post").click()

    entry = page.locator(".bo-timeline li").first
    expect(entry).to_contain_text("Customer called: wait until Monday.")
    expect(entry).to_contain_text("Anna Berg")


def test_an_order_is_found_from_anywhere_by_typing_its_number(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    page = open_page(manager, "/admin/")
    press(page, "Control+k")
    expect(page.locator("#search-input-command")).to_be_focused()
    type_text(page, str(order.serial))
    press(page, "Enter")

    page.wait_for_url(f"**{page_of(order)}")
    expect(page.get_by_role("heading", name=str(order.number), exact=True)).to_be_visible()


def test_the_first_result_is_chosen_as_soon_as_it_is_shown(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    page = open_page(manager, "/admin/")
    press(page, "Control+k")
    expect(page.locator("#search-input-command")).to_be_focused()
    type_text(page, "theo@example.com")
    expect(page.locator("#command-results li.active")).to_contain_text(str(order.number))
    press(page, "Enter")

    page.wait_for_url(f"**{page_of(order)}")


def test_a_row_opens_in_place_by_mouse_and_by_keyboard(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    page = open_page(manager, "/admin/orders/order/?view=to_ship")
    expect(page.locator("#tabs-items .active")).to_have_text(re.compile(r"To ship\s+1"))
    page.locator("[data-expander]").click()
    expect(page.locator(".bo-opened")).to_contain_text("Candle, Olive")
    expect(page.locator(".bo-opened")).to_contain_text("0 of 3")

    page.reload()
    expect(page.locator("[data-expander]")).to_be_visible()
    press(page, "j")
    press(page, "e")
    expect(page.locator(".bo-opened")).to_contain_text("Candle, Olive")
    press(page, "Enter")
    page.wait_for_url(re.compile(re.escape(page_of(order))))


def test_a_code_is_launched_and_stopped(open_page: OpenPage, manager: User, order: Order) -> None:
    page = open_page(manager, "/admin/orders/promocode/add/")
    page.get_by_label("Code").fill("spring20")
    expect(page.get_by_label("Amount", exact=True)).to_be_hidden()
    page.get_by_label("Fixed amount").check()
    expect(page.get_by_label("Percentage", exact=True).last).to_be_hidden()
    page.get_by_label("Amount", exact=True).fill("5")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("SPRING20")
    dialog(page, "Pause")
    page.locator("#dialog").get_by_role("button", name="Pause").click()
    expect(page.locator(".bo-headline .bo-label")).to_have_text("Paused")
    assert PromoCode.objects.get().is_paused


def test_the_warehouse_gets_no_promo_codes(open_page: OpenPage, order: Order) -> None:
    make_promo_code("SPRING20")
    page = open_page(make_user("wanda@example.com", role="Warehouse"), "/admin/")

    expect(page.get_by_role("link", name="Promo codes")).to_have_count(0)
    assert page.request.get("/admin/orders/promocode/").status == 403


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("narrow", [False, True], ids=["desktop", "phone"])
def test_no_page_is_wider_than_its_window(
    open_page: OpenPage, manager: User, order: Order, narrow: bool, dark: bool
) -> None:
    make_promo_code("SPRING20", ends_at=timezone.now() + timedelta(days=2), max_uses=120)
    place({"CANDLE-OLIVE": 1}, promo_code="SPRING20", at=timezone.now() - timedelta(days=2))
    lifecycle.ship_order(
        order.number, by=CLI, lines={"CANDLE-OLIVE": 1}, carrier="DHL", tracking_number="1" * 40
    )
    lifecycle.return_items(order.number, by=CLI, items=[lifecycle.ReturnedItem("CANDLE-OLIVE", 1)])
    promo = PromoCode.objects.get()
    viewport = {"viewport": PHONE} if narrow else {}
    page = open_page(manager, "/admin/", dark=dark, **viewport)
    assert page.evaluate("document.documentElement.classList.contains('dark')") == dark

    for path in (
        "/admin/",
        "/admin/orders/order/",
        page_of(order),
        "/admin/orders/promocode/",
        "/admin/orders/promocode/add/",
        f"/admin/orders/promocode/{promo.pk}/change/",
        "/admin/accounts/customer/",
        f"/admin/accounts/customer/{order.customer_id}/change/",
    ):
        page.goto(path)
        page.wait_for_load_state("load")
        assert overflow(page) <= 0, path


def test_a_phone_shows_each_orders_state_without_moving_the_list_sideways(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    lifecycle.ship_order(
        order.number, by=CLI, lines={"CANDLE-OLIVE": 1}, carrier="DHL", tracking_number="1" * 12
    )
    page = open_page(manager, "/admin/orders/order/", viewport=PHONE)
    states = page.locator("#result_list .bo-status", has_text="Part-shipped").filter(visible=True)
    expect(states).to_have_count(1)
    place_taken = states.bounding_box()
    assert place_taken
    assert place_taken["x"] + place_taken["width"] <= PHONE["width"]


def test_dialogs_work_on_a_phone(open_page: OpenPage, manager: User, order: Order) -> None:
    page = open_page(manager, page_of(order), viewport=PHONE, dark=True)
    dialog(page, "Ship 4 units")
    assert overflow(page) <= 0
    page.get_by_role("button", name="Ship 4 units").click()

    expect(page.get_by_text("Shipped 4 units as")).to_be_visible()
    assert overflow(page) <= 0


def test_each_dialog_has_the_keyboard(open_page: OpenPage, manager: User, order: Order) -> None:
    """Whether or not a field asks for it: else Tab walks through the page below."""
    lifecycle.ship_order(order.number, by=CLI)
    page = open_page(manager, page_of(order))
    choose(page, "More", "Register return")
    expect(page.get_by_label("Candle, Olive (CANDLE-OLIVE)")).to_be_focused()

    page.goto(page_of(order))
    page.get_by_role("link", name="Mark delivered").click()
    expect(page.get_by_label("Shipment")).to_be_focused()


def test_from_one_order_to_the_next_by_key_and_its_sentence_into_a_chat(open_page: OpenPage) -> None:
    make_product("TEA-01", on_hand=9, price="10.00")
    first, second = (place({"TEA-01": units}, customer=make_customer()) for units in (1, 2))
    page = open_page(make_user(role="Support"), "/admin/orders/order/")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    press(page, "j")
    press(page, "Enter")
    expect(page.get_by_role("heading", name=str(second), exact=True)).to_be_visible()
    press(page, "j")
    expect(page.get_by_role("heading", name=str(first), exact=True)).to_be_visible()
    page.wait_for_load_state()
    page.get_by_role("button", name="Copy sentence").click()

    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").endswith("shipping is free; the total is €10.00.")
    press(page, "k")
    expect(page.get_by_role("heading", name=str(second), exact=True)).to_be_visible()
