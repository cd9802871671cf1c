"""Keys and the palette: no key does two things, none acts behind a dialog, and no text waits for a key."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from catalog.models import Product
from orders.models import Order
from tests.browser.conftest import OVERFLOW, PHONE, OpenPage
from tests.browser.keyboard import press, type_text
from tests.factories import make_customer, make_product, make_user, place

PALETTE = "#search-input-command"


@pytest.fixture
def manager() -> User:
    return make_user("anna@example.com", role="Manager", name="Anna Berg")


@pytest.fixture
def order() -> Order:
    make_product("LAMP-01", on_hand=9, name="Öllampe")
    placed = place({"LAMP-01": 1}, customer=make_customer("theo@example.com", name="Theo Jansen"))
    placed.refresh_from_db()
    return placed


def put(page: Page, text: str, how: str) -> None:
    """Put the text into the palette as a browser does without any key: by mouse, voice or a bar of words."""
    page.locator(PALETTE).evaluate(
        """(input, [text, how]) => {
            input.value = text;
            input.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: how, data: text }));
        }""",
        [text, how],
    )


def test_g_and_c_lead_to_counting_also_where_c_alone_adds(open_page: OpenPage, manager: User) -> None:
    page = open_page(manager, "/admin/catalog/product/")
    expect(page.locator(".addlink").first).to_be_attached()

    press(page, "g")
    press(page, "c")

    page.wait_for_url("**/admin/catalog/product/count/")


def test_c_alone_adds(open_page: OpenPage, manager: User) -> None:
    page = open_page(manager, "/admin/catalog/product/")

    press(page, "c")

    page.wait_for_url("**/admin/catalog/product/add/")


def test_keys_do_nothing_behind_a_dialog(open_page: OpenPage, manager: User, order: Order) -> None:
    page = open_page(manager, "/admin/catalog/product/")
    page.get_by_role("row", name="LAMP-01").hover()
    page.get_by_role("link", name="Adjust stock").click()
    expect(page.locator("#dialog")).to_be_visible()
    page.locator("#dialog").get_by_role("button").last.focus()

    for key in ("c", "f", "g", "o", "x", "j"):
        press(page, key)

    expect(page.locator("#dialog")).to_be_visible()
    expect(page.locator("#changelist-filter")).to_be_hidden()
    assert page.url.endswith("/admin/catalog/product/")
    expect(page.locator("tr.bo-here")).to_have_count(0)


def test_keys_within_the_filters_are_no_commands(open_page: OpenPage, manager: User, order: Order) -> None:
    page = open_page(manager, "/admin/orders/order/")
    press(page, "f")
    expect(page.get_by_role("dialog", name="Filter orders")).to_be_visible()
    note = page.get_by_label("Note")
    note.focus()

    press(page, "c")
    press(page, "/")
    expect(note).to_be_focused()
    page.get_by_role("button", name="Close").focus()
    press(page, "j")
    press(page, "c")

    expect(page.locator("tr.bo-here")).to_have_count(0)
    assert page.url.endswith("/admin/orders/order/")
    press(page, "Escape")
    expect(page.locator("#changelist-filter")).to_be_hidden()


def test_a_row_is_chosen_and_opened_by_keys_alone(open_page: OpenPage, manager: User, order: Order) -> None:
    page = open_page(manager, "/admin/orders/order/")
    details = page.get_by_role("button", name=f"Details of {order.number}")

    press(page, "j")
    press(page, "x")
    expect(page.get_by_role("status")).to_have_text("1 selected")
    press(page, "e")
    line = page.locator(".bo-opened tr", has_text="Öllampe")
    expect(line).to_be_visible()
    expect(details).to_have_attribute("aria-expanded", "true")
    details.focus()
    press(page, " ")
    expect(details).to_have_attribute("aria-expanded", "false")
    expect(line).to_be_hidden()


def test_what_is_chosen_is_told_and_sent_to_the_action_on_the_button(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    make_product("TEA-01", on_hand=9, name="Green tea")
    page = open_page(manager, "/admin/catalog/product/")
    page.wait_for_load_state()
    page.get_by_label("Select all rows of this page").check()
    expect(page.get_by_role("status")).to_have_text("2 selected")
    page.get_by_role("button", name="Clear the selection").click()
    expect(page.get_by_role("button", name="Archive")).to_be_hidden()

    page.get_by_label("Select Green tea").or_(page.get_by_label("Select TEA-01")).check()
    page.get_by_role("button", name="Archive").click()

    expect(page.get_by_text("1 archived; it can no longer be ordered.")).to_be_visible()
    assert list(Product.objects.filter(is_active=False).values_list("sku", flat=True)) == ["TEA-01"]


def test_on_a_phone_a_row_is_a_card_whose_actions_open_beside_it(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    page = open_page(manager, "/admin/catalog/product/", viewport=PHONE)
    page.wait_for_load_state()
    assert page.evaluate(OVERFLOW) <= 0
    more = page.get_by_role("button", name="Actions for")
    more.tap()
    expect(more).to_have_attribute("aria-expanded", "true")

    page.get_by_role("link", name="Adjust stock").tap()

    expect(page.locator("#dialog")).to_be_visible()
    expect(page.get_by_role("link", name="Adjust stock")).to_be_hidden()


def test_the_palette_opens_from_within_a_field_and_with_capitals_locked(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    page = open_page(manager, "/admin/orders/order/")
    page.locator("#searchbar").focus()
    press(page, "Control+k")
    expect(page.locator(PALETTE)).to_be_focused()
    press(page, "Escape")
    expect(page.locator(PALETTE)).to_be_hidden()

    page.keyboard.press("Control+K")
    expect(page.locator(PALETTE)).to_be_focused()


@pytest.mark.parametrize("how", ["insertFromPaste", "insertFromDrop", "insertReplacementText"])
def test_what_is_pasted_is_searched_for_at_once(
    open_page: OpenPage, manager: User, order: Order, how: str
) -> None:
    page = open_page(manager, "/admin/")
    press(page, "Control+k")
    expect(page.locator(PALETTE)).to_be_focused()

    put(page, str(order.number), how)

    expect(page.locator("#command-results li.active")).to_contain_text(str(order.number))
    press(page, "Enter")
    page.wait_for_url(f"**/admin/orders/order/{order.pk}/change/")


def test_enter_right_after_a_paste_opens_what_was_pasted(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    page = open_page(manager, "/admin/")
    press(page, "Control+k")
    expect(page.locator(PALETTE)).to_be_focused()

    put(page, f" {order.number} ", "insertFromPaste")
    press(page, "Enter")

    page.wait_for_url(f"**/admin/orders/order/{order.pk}/change/")


def test_a_sku_lists_its_product_and_the_orders_with_it(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    page = open_page(manager, "/admin/")
    press(page, "Control+k")
    expect(page.locator(PALETTE)).to_be_focused()
    type_text(page, "lamp-01")

    results = page.locator("#command-results li")
    expect(results).to_have_count(2)
    expect(results.nth(0)).to_contain_text("Öllampe")
    expect(results.nth(1)).to_contain_text(str(order.number))


def test_the_palette_is_used_by_touch_alone(open_page: OpenPage, manager: User, order: Order) -> None:
    page = open_page(manager, "/admin/orders/order/", viewport=PHONE)
    page.wait_for_load_state()
    page.locator("[data-folds-sidebar]").first.tap()
    page.locator("[x-on\\:click*=opencommand]").tap()
    expect(page.locator(PALETTE)).to_be_focused()

    put(page, "JANSEN", "insertCompositionText")
    expect(page.locator("#command-results")).to_contain_text("Theo Jansen")
    page.locator("#command-results a").first.tap()

    page.wait_for_url(f"**/admin/orders/order/{order.pk}/change/")
