"""Promo codes in a real browser: launched by the thousand, stopped one alone, tried before they are made."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from orders.models import PromoCode, Promotion
from tests.browser.conftest import PHONE, OpenPage, overflow
from tests.browser.keyboard import press
from tests.factories import make_batch, make_product, make_promo_code, make_user, place

expect.set_options(timeout=30_000)


@pytest.fixture
def marketing() -> User:
    return make_user("mara@example.com", role="Marketing", name="Mara Reach")


class Hands:
    """Does what a person does, and counts it: clicks, and fields typed into."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0
        self.typed = 0

    def click(self, role: str, name: str, within: str = "body") -> None:
        self.clicks += 1
        self.page.locator(within).get_by_role(role, name=name).first.click()  # type: ignore[arg-type]

    def type(self, field: str, text: str) -> None:
        self.typed += 1
        self.page.locator(field).fill(text)


def test_ten_thousand_codes_are_launched_in_four_clicks_and_five_fields(
    open_page: OpenPage, marketing: User, tmp_path: Path
) -> None:
    page = open_page(marketing)
    hands = Hands(page)

    hands.click("link", "Promo codes")
    hands.click("link", "Generate codes")
    expect(page.get_by_label("How many codes")).to_be_focused()
    hands.type("#id_count", "10000")
    hands.type("#id_prefix", "bf26-")
    hands.type("#id_percent_off", "15")
    hands.type("#id_starts_at_0", "27/11/2035")
    hands.type("#id_ends_at_0", "30/11/2035")
    hands.click("button", "Generate codes")
    with page.expect_download() as download:
        hands.click("link", "CSV")

    assert (hands.clicks, hands.typed) == (4, 5)
    expect(page.get_by_text("10,000 codes are ready to be handed out.")).to_be_visible()
    expect(page.locator(".bo-headline")).to_contain_text("Tue 27 Nov 2035, 00:00 – Fri 30 Nov 2035, 24:00")
    download.value.save_as(tmp_path / "codes.csv")
    with (tmp_path / "codes.csv").open(encoding="utf-8-sig", newline="") as file:
        codes = {row["code"] for row in csv.DictReader(file)}
    assert codes == set(PromoCode.objects.values_list("code", flat=True))
    assert len(codes) == 10_000
    batch = Promotion.objects.get()
    assert (batch.starts_at, batch.ends_at) == (
        datetime(2035, 11, 26, 23, tzinfo=UTC),
        datetime(2035, 11, 30, 23, tzinfo=UTC),
    )


def test_back_from_a_batch_leads_to_an_empty_form(open_page: OpenPage, marketing: User) -> None:
    """The browser would restore what was typed beside a new key: one click more made a second batch."""
    page = open_page(marketing, "/admin/orders/promotion/add/")
    page.get_by_label("How many codes").fill("20")
    page.locator("#id_percent_off").fill("15")
    page.get_by_role("button", name="Generate codes").click()
    expect(page.get_by_text("20 codes are ready to be handed out.")).to_be_visible()

    page.go_back()
    expect(page.locator("#id_percent_off")).to_have_value("")
    page.get_by_role("button", name="Generate codes").click()

    expect(page.locator("#id_percent_off")).to_be_focused()
    assert Promotion.objects.count() == 1


def test_a_leaked_code_is_stopped_and_its_cost_read_in_two_clicks_from_anywhere(
    open_page: OpenPage, marketing: User
) -> None:
    make_product("TEA-01", on_hand=9, price="10.00")
    batch = make_batch(3, max_uses=None)
    leaked, other, _ = batch.codes.all()
    for _ in range(2):
        place({"TEA-01": 1}, promo_code=leaked.code)
    place({"TEA-01": 1}, promo_code=other.code)
    page = open_page(marketing, "/admin/catalog/product/")
    hands = Hands(page)

    press(page, "Control+k")
    hands.type("#search-input-command", leaked.code.lower())
    press(page, "Enter")
    page.wait_for_url(f"**/promocode/{leaked.pk}/change/")
    hands.click("link", "Pause")
    expect(page.locator("#dialog")).to_contain_text("2 orders used it and got €2.00 off.")
    hands.click("button", "Pause", within="#dialog")

    expect(page.get_by_text(f"{leaked.code} is paused. 2 orders used it and got €2.00 off.")).to_be_visible()
    assert (hands.clicks, hands.typed) == (2, 1)
    expect(page.locator(".bo-stat", has_text="Discount given")).to_contain_text("€2.00")
    assert list(PromoCode.objects.filter(is_paused=True)) == [leaked]

    page.get_by_role("link", name=str(batch)).click()
    expect(page.locator(".bo-timeline")).to_contain_text(f"Paused: {leaked.code} alone")
    page.get_by_label("Find one code").fill(other.code.lower())
    press(page, "Enter")
    page.wait_for_url(f"**/promocode/{other.pk}/change/")


def test_a_promo_is_tried_on_past_orders_and_then_made(open_page: OpenPage, marketing: User) -> None:
    make_product("TEA-01", on_hand=99, price="10.00")
    make_product("LAMP", on_hand=9, price="400.00")
    now = timezone.now()
    for days in (1, 9, 20):
        place({"TEA-01": 3}, at=now - timedelta(days=days))
    place({"LAMP": 1}, at=now - timedelta(days=9))
    page = open_page(marketing, "/admin/orders/promocode/")

    page.get_by_role("link", name="Back-test").click()
    expect(page.get_by_label("Amount", exact=True)).to_be_hidden()
    page.get_by_label("Fixed amount").check()
    expect(page.get_by_label("Amount", exact=True)).to_be_visible()
    expect(page.get_by_label("At most")).to_be_hidden()
    page.get_by_label("Percentage").first.check()
    page.locator("#id_percent_off").fill("15")
    page.get_by_label("At most").fill("30")
    page.get_by_role("button", name="Run the back-test").click()

    expect(page.get_by_role("heading", name="15 %, up to €30.00 · 1 use per customer")).to_be_visible()
    expect(page.locator(".bo-stat", has_text="Cost")).to_contain_text("€43.50")
    expect(page.locator(".bo-chart svg")).to_be_visible()
    page.reload()
    expect(page.locator(".bo-stat", has_text="Cost")).to_contain_text("€43.50")
    assert not Promotion.objects.exists()

    page.get_by_role("link", name="Create this promo code").click()
    expect(page.locator("#id_percent_off")).to_have_value("15")
    page.get_by_label("Code").fill("bf26")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="BF26")).to_be_visible()
    assert Promotion.objects.get().discount_in_words == "15 %, up to €30.00"


@pytest.mark.parametrize("narrow", [False, True], ids=["desktop", "phone-dark"])
def test_no_page_of_promos_is_wider_than_its_window(
    open_page: OpenPage, marketing: User, narrow: bool
) -> None:
    make_product("TEA-01", on_hand=9, price="10.00")
    batch = make_batch(3, name="B" * 60, ends_at=timezone.now() + timedelta(days=2))
    code = batch.codes.all()[0]
    place({"TEA-01": 1}, promo_code=code.code)
    make_promo_code("SPRING20")
    viewport = {"viewport": PHONE} if narrow else {}
    page = open_page(marketing, dark=narrow, **viewport)

    today = f"{timezone.localdate():%Y-%m-%d}"
    for path in (
        "/admin/orders/promotion/",
        "/admin/orders/promotion/add/",
        f"/admin/orders/promotion/{batch.pk}/change/",
        f"/admin/orders/promocode/?promotion={batch.pk}",
        f"/admin/orders/promocode/{code.pk}/change/",
        "/admin/orders/promotion/backtest/",
        f"/admin/orders/promotion/backtest/?first={today}&last={today}&kind=percentage&percent_off=5&run=1",
    ):
        page.goto(path)
        page.wait_for_load_state("load")
        assert overflow(page) <= 0, path
