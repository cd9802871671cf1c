"""Scanning with the camera of a phone, where its browser reads bar codes. What it sees is the test's own."""

import pytest
from playwright.sync_api import Page, expect

from orders.models import Shipment
from tests.browser.conftest import PHONE, OpenPage, overflow
from tests.browser.keyboard import press, type_text
from tests.factories import make_product, make_user, place

# A reader that finds in every picture what the test holds up; a camera that shows a canvas.
READER = """
  globalThis.held = [];
  globalThis.BarcodeDetector = class {
    static async getSupportedFormats() { return ["ean_13", "code_128"]; }
    async detect(video) { return video.srcObject ? held.map((rawValue) => ({ rawValue })) : []; }
  };
"""
CAMERA = """
  globalThis.tracks = [];
  navigator.mediaDevices.getUserMedia = async (asked) => {
    globalThis.asked = asked;
    const stream = document.createElement("canvas").captureStream(10);
    tracks.push(...stream.getTracks());
    return stream;
  };
"""
REFUSED = """
  navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("No.", "NotAllowedError"); };
"""
OPEN = "Scan with the camera"


def with_camera(page: Page, camera: str = CAMERA) -> Page:
    page.add_init_script(READER + camera)
    page.reload()
    return page


def hold(page: Page, *codes: str) -> None:
    page.evaluate("codes => { held = codes; }", list(codes))


def test_shelves_are_counted_with_the_camera_of_a_phone(open_page: OpenPage) -> None:
    make_product("TEA-01", on_hand=10)
    make_product("MUG-01", on_hand=5, barcode="4006381333931")
    page = with_camera(
        open_page(make_user(role="Warehouse"), "/admin/catalog/product/count/", viewport=PHONE, dark=True)
    )

    page.get_by_role("button", name=OPEN).click()
    expect(page.get_by_text("Hold a bar code in front of the camera.")).to_be_visible()
    assert overflow(page) <= 0
    assert page.evaluate("asked.video.facingMode") == "environment"
    hold(page, "4006381333931")
    expect(page.get_by_label("Counted, MUG-01")).to_be_focused()
    type_text(page, "4")
    # What was typed is recorded when the next one is held in front of the camera.
    hold(page, "tea-01")
    expect(page.get_by_label("Counted, TEA-01")).to_be_focused()
    expect(page.locator('[data-sku="MUG-01"]')).to_contain_text("counted, −1, now 4")

    page.get_by_role("button", name="Close the camera").click()
    expect(page.get_by_role("button", name=OPEN)).to_be_focused()
    assert page.evaluate("tracks.map(({ readyState }) => readyState)") == ["ended"]


def test_an_order_is_packed_and_shipped_with_the_camera(open_page: OpenPage) -> None:
    make_product("TEA-01", on_hand=9, name="Green tea")
    number = str(place({"TEA-01": 2}).number)
    page = with_camera(open_page(make_user(role="Warehouse"), "/admin/orders/order/scan/", viewport=PHONE))

    page.get_by_role("button", name=OPEN).click()
    hold(page, number)
    expect(page.get_by_role("heading", name=number)).to_be_visible()
    page.get_by_role("button", name=OPEN).click()
    expect(page.get_by_text("Hold a bar code")).to_be_visible()
    hold(page, "TEA-01")
    expect(page.get_by_label("Units of TEA-01 in the parcel")).to_have_value("1")
    # Held still it is one unit; taken away and held there again it is another.
    hold(page)
    page.wait_for_timeout(1_300)
    expect(page.get_by_label("Units of TEA-01 in the parcel")).to_have_value("1")
    hold(page, "TEA-01")
    expect(page.get_by_text("All 2 units picked.")).to_be_visible()
    hold(page, "0034-1")

    expect(page.get_by_text(f"{number} shipped, 2 units")).to_be_visible()
    assert Shipment.objects.get().tracking_number == "0034-1"


def test_labels_of_many_orders_are_read_one_after_the_other(open_page: OpenPage) -> None:
    make_product("TEA-01", on_hand=9)
    numbers = [str(place({"TEA-01": 1}).number) for _ in range(2)]
    page = with_camera(open_page(make_user(role="Warehouse"), "/admin/orders/order/ship-many/"))

    page.get_by_role("button", name=OPEN).click()
    expect(page.get_by_text("Hold a bar code")).to_be_visible()
    hold(page, numbers[1])
    expect(page.get_by_label(f"Tracking number, {numbers[1]}")).to_be_focused()
    hold(page, "0034-2")
    expect(page.get_by_label(f"Tracking number, {numbers[1]}")).to_have_value("0034-2")
    page.get_by_label(f"Tracking number, {numbers[0]}").click()
    hold(page, "0034-1")
    expect(page.get_by_label(f"Tracking number, {numbers[0]}")).to_have_value("0034-1")
    page.get_by_role("button", name="Ship 2 orders").click()

    expect(page.get_by_text("2 orders are shipped.")).to_be_visible()


def test_whoever_refuses_the_camera_is_told_how_to_go_on(open_page: OpenPage) -> None:
    make_product("TEA-01", on_hand=10)
    page = with_camera(open_page(make_user(role="Warehouse"), "/admin/catalog/product/count/"), REFUSED)

    page.get_by_role("button", name=OPEN).click()

    expect(page.get_by_text("The camera may not be used. Allow it for this page")).to_be_visible()
    expect(page.get_by_role("button", name=OPEN)).to_be_visible()
    page.get_by_label("Scan or type a SKU or barcode").click()
    type_text(page, "TEA-01")
    press(page, "Enter")
    expect(page.get_by_label("Counted, TEA-01")).to_be_focused()


@pytest.mark.parametrize("path", ["catalog/product/count/", "orders/order/scan/", "orders/order/ship-many/"])
def test_without_a_reader_of_bar_codes_there_is_no_camera(open_page: OpenPage, path: str) -> None:
    make_product("TEA-01", on_hand=10)
    place({"TEA-01": 1})
    page = open_page(make_user(role="Warehouse"))
    page.add_init_script("delete globalThis.BarcodeDetector;")

    page.goto(f"/admin/{path}", wait_until="load")

    expect(page.locator("[data-scans]").first).to_be_visible()
    expect(page.locator("[data-camera]")).to_be_hidden()
