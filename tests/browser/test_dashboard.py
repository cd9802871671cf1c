"""The dashboard in a real browser: its chart by pointer and keyboard, and its own days."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import PHONE, OpenPage, overflow
from tests.factories import make_product, make_user, place


@pytest.fixture
def manager() -> User:
    return make_user("ada@example.com", role="Manager", name="Ada Reed")


@pytest.fixture(autouse=True)
def _sales() -> None:
    make_product("TEA-01", on_hand=99, price="10.00", name="Earl Grey " * 8)
    for days, quantity in ((0, 1), (1, 2), (30, 4), (31, 5)):
        place({"TEA-01": quantity}, at=timezone.now() - timedelta(days=days))


def tip_of(page: Page) -> list[str]:
    return page.locator("[data-tip]").inner_text().split("\n")


def test_the_numbers_of_a_bar_are_told_by_pointer_and_by_keyboard(open_page: OpenPage, manager: User) -> None:
    page = open_page(manager, "/admin/")
    plot = page.get_by_role("img", name="Sales by day")
    box = plot.bounding_box()
    assert box is not None

    plot.hover(position={"x": box["width"] - 4, "y": 40})
    assert [line for line in tip_of(page) if "€" in line] == ["€10.00", "€40.00"]
    page.mouse.move(0, 0)
    expect(page.locator("[data-tip]")).to_be_hidden()

    page.locator(".bo-figures a").last.focus()
    page.keyboard.press("Tab")
    expect(plot).to_be_focused()
    page.keyboard.press("ArrowLeft")
    assert [line for line in tip_of(page) if "€" in line] == ["€20.00", "€50.00"]
    expect(page.locator("[data-told]")).to_contain_text("€20.00")
    page.keyboard.press("Escape")
    expect(page.locator("[data-tip]")).to_be_hidden()


def test_ones_own_days_are_chosen_and_kept_in_the_address(open_page: OpenPage, manager: User) -> None:
    page = open_page(manager, "/admin/")
    yesterday = timezone.localdate() - timedelta(days=1)

    page.locator(".bo-own-days summary").click()
    page.get_by_label("First day").fill(yesterday.isoformat())
    page.get_by_label("Last day").fill(yesterday.isoformat())
    page.get_by_role("button", name="Show these days").click()

    page.wait_for_url(f"**/admin/?from={yesterday}&to={yesterday}")
    expect(page.locator(".bo-stat", has_text="Sales")).to_contain_text("€20.00")
    page.get_by_role("link", name="7 days").click()
    page.wait_for_url("**/admin/?period=7d")
    page.locator(".bo-stat", has_text="Orders").click()
    expect(page.locator("#result_list").get_by_role("link", name=re.compile("^B-"))).to_have_count(2)


@pytest.mark.parametrize("narrow", [False, True], ids=["desktop", "phone-dark"])
def test_the_dashboard_is_not_wider_than_its_window(open_page: OpenPage, manager: User, narrow: bool) -> None:
    viewport = {"viewport": PHONE} if narrow else {}
    page = open_page(manager, "/admin/", dark=narrow, **viewport)

    assert overflow(page) <= 0
