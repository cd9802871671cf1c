"""Double clicks, quick fingers, answers that never come: nothing happens twice or fails in silence."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from catalog.models import Product
from orders.models import Order
from tests.browser.conftest import PHONE, OpenPage, overflow
from tests.browser.keyboard import press, type_text
from tests.factories import PASSWORD, make_product, make_user, place


@pytest.fixture
def manager() -> User:
    return make_user("anna@example.com", role="Manager", name="Anna Berg")


@pytest.fixture
def order() -> Order:
    make_product("LAMP-01", on_hand=5, name="Lamp")
    return place({"LAMP-01": 2})


def page_of(order: Order) -> str:
    return f"/admin/orders/order/{order.pk}/change/"


def open_dialog(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).click()
    expect(page.locator("#dialog")).to_be_visible()


def test_a_double_click_in_a_dialog_does_it_once_and_a_refused_try_may_be_repeated(
    open_page: OpenPage, manager: User
) -> None:
    product = make_product("LAMP-01", on_hand=5, name="Lamp")
    page = open_page(manager, f"/admin/catalog/product/{product.pk}/change/")
    open_dialog(page, "Adjust stock")
    save = page.locator("#dialog").get_by_role("button", name="Save")
    page.get_by_role("spinbutton", name="Units").fill("0")
    save.dblclick()
    expect(page.get_by_text("Receive between 1 and")).to_be_visible()

    page.get_by_role("spinbutton", name="Units").fill("10")
    save.dblclick()
    expect(page.get_by_text("Now 15")).to_be_visible()
    page.wait_for_load_state("networkidle")

    product.refresh_from_db()
    assert (product.on_hand, product.movements.filter(on_hand_delta=10).count()) == (15, 1)


def test_a_double_click_on_save_adds_a_product_without_a_complaint(
    open_page: OpenPage, manager: User
) -> None:
    page = open_page(manager, "/admin/catalog/product/add/")
    page.get_by_label("Name").fill("Lamp")
    page.get_by_label("SKU").fill("LAMP-01")
    page.get_by_label("Price").fill("12.50")
    page.get_by_role("button", name="Save", exact=True).dblclick(delay=80)
    expect(page.locator(".bo-headline")).to_contain_text("LAMP-01")
    assert Product.objects.count() == 1


def test_what_is_typed_before_the_search_has_opened_is_not_lost(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    """Nor does it move, select or expand rows of the list."""
    page = open_page(manager, "/admin/orders/order/")
    press(page, "Control+k")
    type_text(page, str(order.number))
    press(page, "Enter")
    page.wait_for_url(f"**{page_of(order)}")


def test_an_unanswered_dialog_says_so_and_opens_when_tried_again(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    page = open_page(manager, page_of(order), expected="404")
    page.route("**/ship/", lambda route: route.fulfill(status=404))
    with page.expect_response("**/ship/"):
        page.get_by_role("link", name="Ship 2 units").click()
    alert = page.get_by_role("alert")
    expect(alert).to_have_text("The shop could not do this (404). Try again in a moment.")
    expect(page.locator("#modal-overlay")).to_be_hidden()

    page.unroute("**/ship/")
    open_dialog(page, "Ship 2 units")
    expect(alert).to_have_count(0)

    page.route("**/ship/", lambda route: route.fulfill(status=404))
    page.locator("#dialog [type=submit]").click()
    expect(alert).to_contain_text("Send it again in a moment: nothing is done twice.")
    assert not order.shipments.exists()


def test_a_dialog_that_is_refused_says_why_and_keeps_what_was_typed(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    """The form's token is an old one since the same person signed in again beside it."""
    page = open_page(manager, page_of(order), expected="403")
    open_dialog(page, "Ship 2 units")
    page.get_by_label("Tracking number").fill("ABC-123-XYZ")
    page.context.clear_cookies(name="csrftoken")
    page.locator("#dialog [type=submit]").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("This form is too old to be sent. Nothing was done:")
    expect(alert).to_contain_text("(Request ")
    expect(page.get_by_label("Tracking number")).to_have_value("ABC-123-XYZ")
    assert not order.shipments.exists()


def test_an_old_form_is_sent_again_from_the_page_that_refused_it(open_page: OpenPage, manager: User) -> None:
    page = open_page(manager, "/admin/catalog/category/add/", expected="403")
    page.get_by_label("Name").fill("Lanterns")
    page.context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="This form is too old to be sent")).to_be_visible()
    assert overflow(page) <= 0
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lanterns")


def test_a_text_that_was_previewed_can_be_saved(open_page: OpenPage, manager: User) -> None:
    page = open_page(manager, "/admin/settings/mails/order_placed/?language=en-gb")
    save = page.locator("#submit-row [type=submit]")
    expect(save).to_be_disabled()
    page.get_by_label("Opening").fill("Dear {name}!")
    page.get_by_role("button", name="Preview").click()
    expect(page.frame_locator("iframe.bo-letter").get_by_text("Dear Lena Sommer!").first).to_be_visible()
    page.wait_for_load_state()
    expect(save).to_be_enabled()
    save.click()
    expect(page.get_by_text("Saved: the next mail says it.").first).to_be_visible()


def test_an_unknown_address_leads_back_to_where_one_was(open_page: OpenPage, manager: User) -> None:
    page = open_page(manager, "/admin/orders/order/?view=late", viewport=PHONE, expected="404")
    page.evaluate("location.href = '/admin/no/such/page/'")
    expect(page.get_by_role("heading", name="There is nothing at this address")).to_be_visible()
    assert overflow(page) <= 0
    page.get_by_role("link", name="Go back").click()
    page.wait_for_url("**/admin/orders/order/?view=late")


def test_a_dialog_whose_answer_was_lost_is_sent_again_and_done_once(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    page = open_page(manager, page_of(order), expected="404")
    open_dialog(page, "Ship 2 units")
    page.get_by_label("Tracking number").fill("ABC-123-XYZ")
    page.route("**/ship/", lambda route: (route.fetch(), route.fulfill(status=404)))
    page.locator("#dialog [type=submit]").click()
    expect(page.get_by_role("alert")).to_contain_text("nothing is done twice")
    assert order.shipments.count() == 1

    page.unroute("**/ship/")
    page.locator("#dialog [type=submit]").click()
    expect(page.get_by_text(f"as {order}-S1.").first).to_be_visible()
    assert order.shipments.count() == 1


def test_closing_a_dialog_about_cancelling_cancels_nothing(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    page = open_page(manager, page_of(order))
    page.get_by_role("button", name="Cancel LAMP-01").click()
    page.locator("#dialog").get_by_role("button", name="Keep them").click()
    expect(page.locator("#modal-overlay")).to_be_hidden()
    order.refresh_from_db()
    assert order.version == 1


def sign_in_again(page: Page) -> None:
    """Fill in the form that signs in, in this page."""
    page.get_by_label("E-mail address").fill("anna@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_who_is_signed_out_while_a_dialog_is_open_keeps_it_and_sends_it_after_signing_in_elsewhere(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    page = open_page(manager, page_of(order), expected="401")
    open_dialog(page, "Ship 2 units")
    page.get_by_label("Tracking number").fill("ABC-123-XYZ")
    page.context.clear_cookies(name="sessionid")
    page.locator("#dialog [type=submit]").click()
    expect(page.get_by_role("alert")).to_contain_text("You are signed out. Nothing was done.")

    other = page.context.new_page()
    other.goto("/admin/")
    sign_in_again(other)
    other.wait_for_url("**/admin/")
    page.locator("#dialog [type=submit]").click()

    expect(page.get_by_text(f"as {order}-S1.").first).to_be_visible()
    assert order.shipments.get().tracking_number == "ABC-123-XYZ"


def test_who_is_signed_out_while_an_order_is_typed_signs_in_and_sends_it_as_it_was(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    page = open_page(manager, "/admin/orders/order/new/")
    page.get_by_label("E-mail").fill(order.customer.email)
    page.get_by_label("Add a product by SKU").fill("LAMP-01")
    page.get_by_role("option", name="Lamp").click()
    expect(page.get_by_label("City")).to_have_value("Köln")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_text("What you typed is kept")).to_be_visible()
    assert Order.objects.count() == 1

    sign_in_again(page)
    page.get_by_role("button", name="Send it again").click()

    expect(page.get_by_text("is placed; the customer gets an e-mail.").first).to_be_visible()
    assert [line.sku for line in Order.objects.latest("pk").lines.all()] == ["LAMP-01"]


def test_a_refused_form_has_its_first_wrong_field_in_focus(open_page: OpenPage, manager: User) -> None:
    page = open_page(manager, "/admin/catalog/product/add/")
    page.get_by_label("Name").fill("Lamp")
    page.get_by_label("SKU").fill("LAMP-01")
    page.get_by_label("Price").fill("12.345")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Price")).to_be_focused()


def test_a_refused_dialog_has_its_first_wrong_field_in_focus(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    page = open_page(manager, f"/admin/catalog/product/{Product.objects.get().pk}/change/")
    open_dialog(page, "Adjust stock")
    page.get_by_role("spinbutton", name="Units").fill("0")
    page.locator("#dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Receive between 1 and")).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Units")).to_be_focused()


def test_the_number_beside_orders_follows_what_one_has_just_done(
    open_page: OpenPage, manager: User, order: Order
) -> None:
    page = open_page(manager, page_of(order))
    badge = page.locator("#nav-sidebar-apps a[href$='/orders/order/']")
    expect(badge).to_contain_text("1")
    open_dialog(page, "Ship 2 units")
    page.locator("#dialog [type=submit]").click()
    expect(page.locator("#dialog")).to_be_hidden()
    expect(badge).not_to_contain_text("1")


def test_a_breadcrumb_shows_an_address_as_it_is_written(open_page: OpenPage, manager: User) -> None:
    ann = make_user("ann@example.com", role="Support")
    page = open_page(manager, f"/admin/accounts/user/{ann.pk}/change/")
    expect(page.locator(".bo-crumbs")).to_contain_text("ann@example.com")
    expect(page.locator(".bo-crumbs")).not_to_contain_text("Ann@example.com")
