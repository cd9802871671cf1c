"""Counting shelves by keyboard and by scanner."""

import re

from playwright.sync_api import Locator, Page, Route, expect

from catalog import stock
from catalog.models import MovementKind, StockMovement
from tests.browser.conftest import PHONE, OpenPage, overflow
from tests.browser.keyboard import press, type_text
from tests.factories import CLI, make_product, make_user

PAGE = "/admin/catalog/product/count/"
RECORDED = re.compile(r"/catalog/product/\d+/count/$")


def row(page: Page, sku: str) -> Locator:
    return page.locator(f'[data-sku="{sku}"]')


def type_in(page: Page, *lines: str) -> None:
    """As a keyboard or a scanner does: without waiting for an answer."""
    for line in lines:
        type_text(page, line)
        press(page, "Enter")


def counted() -> list[tuple[str, int]]:
    rows = StockMovement.objects.filter(kind=MovementKind.COUNT).order_by("id")
    return list(rows.values_list("product__sku", "on_hand_after"))


def test_rows_are_counted_while_their_answers_come_in_behind(open_page: OpenPage) -> None:
    for sku, on_hand in (("A", 10), ("B", 20), ("C", 30), ("D", 40)):
        make_product(sku, on_hand=on_hand)
    page = open_page(make_user(role="Warehouse"), PAGE)
    stock.receive("B", 1, by=CLI)
    expect(page.get_by_label("Scan or type a SKU or barcode")).to_be_focused()

    press(page, "ArrowDown")
    type_in(page, "9", "20", "", "40")

    expect(row(page, "A")).to_contain_text("counted, −1, now 9")
    expect(row(page, "B")).to_contain_text("B now has 21 on hand, not 20. Count it again.")
    expect(row(page, "D")).to_contain_text("counted, right")
    expect(page.locator(".bo-tally")).to_have_text("2 of 4 counted today, 1 differed · 1 refused")
    page.get_by_label("Counted, B").click()
    type_in(page, "21")

    expect(row(page, "B")).to_contain_text("counted, right")
    expect(page.locator(".bo-tally")).to_have_text("3 of 4 counted today, 1 differed")
    assert counted() == [("A", 9), ("D", 40), ("B", 21)]


def test_scanned_products_are_counted_one_after_the_other(open_page: OpenPage) -> None:
    make_product("TEA-01", on_hand=10)
    make_product("MUG-01", on_hand=5, barcode="4006381333931")
    make_product("12345", on_hand=5)
    page = open_page(make_user(role="Warehouse"), f"{PAGE}?q=tea", viewport=PHONE, dark=True)

    type_text(page, "4006381333931")
    press(page, "Enter")
    expect(page.get_by_label("Counted, MUG-01")).to_be_focused()
    # A code in the field of a count: the next product was scanned too early.
    type_in(page, "TEA-01")
    expect(page.get_by_label("Counted, TEA-01")).to_be_focused()
    type_in(page, "12345")
    expect(row(page, "TEA-01")).to_contain_text("12,345 is far from 10. Enter again if it is right.")
    page.get_by_label("Counted, TEA-01").fill("9")
    type_in(page, "", "MUG-01")
    expect(page.get_by_label("Counted, MUG-01")).to_be_focused()
    type_in(page, "4", "nothing")

    expect(page.get_by_role("alert")).to_contain_text("No product has the SKU or barcode nothing.")
    expect(page.get_by_label("Scan or type a SKU or barcode")).to_be_focused()
    expect(page.locator(".bo-tally")).to_have_text("1 of 1 counted today, 1 differed")
    assert counted() == [("TEA-01", 9), ("MUG-01", 4)]
    assert overflow(page) <= 0


def test_an_unknown_code_stays_told_when_the_count_before_it_is_answered(open_page: OpenPage) -> None:
    make_product("TEA-01", on_hand=10)
    page = open_page(make_user(role="Warehouse"), PAGE)
    held: list[Route] = []
    page.route(RECORDED, lambda route: held.append(route))

    type_text(page, "TEA-01")
    press(page, "Enter")
    expect(page.get_by_label("Counted, TEA-01")).to_be_focused()
    type_in(page, "4", "nothing")
    expect(page.get_by_role("alert")).to_contain_text("No product has the SKU or barcode nothing.")
    held[0].continue_()

    expect(row(page, "TEA-01")).to_contain_text("counted, −6, now 4")
    expect(page.get_by_role("alert")).to_contain_text("No product has the SKU or barcode nothing.")


def test_counts_whose_answers_are_lost_wait_in_order_and_are_recorded_once(open_page: OpenPage) -> None:
    for sku in ("A", "B"):
        make_product(sku, on_hand=10)
    page = open_page(make_user(role="Warehouse"), PAGE)

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.fulfill(status=302, headers={"Location": "/admin/login/"})

    page.route(RECORDED, lose_the_answer)
    press(page, "ArrowDown")
    type_in(page, "9", "8")
    expect(page.get_by_role("alert")).to_contain_text("2 not sent yet")
    expect(row(page, "A")).to_contain_text("not sent yet")
    assert counted() == [("A", 9)]

    page.unroute(RECORDED)
    page.get_by_role("button", name="Send again").click()

    expect(row(page, "A")).to_contain_text("counted, −1, now 9")
    expect(row(page, "B")).to_contain_text("counted, −2, now 8")
    expect(page.get_by_role("alert")).to_be_hidden()
    assert counted() == [("A", 9), ("B", 8)]
