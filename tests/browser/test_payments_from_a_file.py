"""A bank's file in the morning: chosen, its odd lines resolved, booked, without a barrier on the way."""

from playwright.sync_api import FilePayload, expect

from orders.models import PaymentEntry
from tests.browser.axe import darken, too_faint, violations
from tests.browser.conftest import PHONE, OpenPage, overflow
from tests.factories import make_product, make_user, place
from tests.orders.payments.imports.files import file_of


def test_odd_lines_are_resolved_and_booked_with_the_others(open_page: OpenPage) -> None:
    make_product("TEA", on_hand=100, price="25.00")
    first, second, third = (str(place({"TEA": 2}).number) for _ in range(3))
    rows = file_of(f"50.00;{first};Ada;T1", f"20.00;{second};Ben;T2", "50.00;thank you;Cy;T3", "0;;;T4")
    page = open_page(make_user(role="Support"), "/admin/orders/paymentimport/")
    page.wait_for_load_state()

    statement = FilePayload(name="bank.csv", mimeType="text/csv", buffer=rows.encode())
    page.get_by_label("Statement").set_input_files(files=[statement])
    page.wait_for_url("**/paymentimport/*/change/")
    assert violations(page) == set()

    page.get_by_label("Order number for row 4").fill(third)
    page.locator("#row-4").get_by_role("button", name="This order").click()
    expect(page.get_by_role("button", name="Book 2 payments")).to_be_visible()
    page.get_by_label("Book it all the same").check()
    page.set_viewport_size(PHONE)
    darken(page)
    assert violations(page) | too_faint(page) == set()
    assert overflow(page) <= 0

    page.get_by_role("button", name="Book 2 payments").click()
    expect(page.get_by_text("3 payments are booked.")).to_be_visible()
    booked = PaymentEntry.objects.order_by("reference").values_list("reference", "order__number")
    assert list(booked) == [("T1", first), ("T2", second), ("T3", third)]
