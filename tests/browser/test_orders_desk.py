"""The desk's own pages of orders in a real browser."""

from playwright.sync_api import FilePayload, expect

from orders.fulfilment.lifecycle import ship_order
from orders.models import Order, Shipment
from tests.browser.conftest import PHONE, OpenPage, overflow
from tests.browser.keyboard import press, type_text
from tests.factories import CLI, make_customer, make_product, make_user, place

# A shared machine may be busy with something else.
expect.set_options(timeout=30_000)
SHIP_MANY = "/admin/orders/order/ship-many/"


def test_an_order_by_phone_is_placed_by_keyboard_alone(open_page: OpenPage) -> None:
    make_product("TEA-01", on_hand=10, price="10.00", name="Green tea")
    make_product("MUG-01", on_hand=5, price="7.50", name="Mug", barcode="4006381333931")
    place({"TEA-01": 1}, customer=make_customer("theo@example.com", name="Theo Jansen"))
    page = open_page(make_user(role="Support"), "/admin/orders/order/new/")
    expect(page.get_by_label("E-mail")).to_be_focused()

    # As somebody quick, or a scanner, does: without waiting for an answer.
    for typed in ("theo@example.com", "tea-01"):
        type_text(page, typed)
        press(page, "Enter")
    type_text(page, "3")
    press(page, "Enter")
    expect(page.get_by_label("Quantity of TEA-01")).to_have_value("3")
    expect(page.get_by_role("combobox", name="Add a product")).to_be_focused()
    type_text(page, "4006381333931")
    press(page, "Enter")
    expect(page.get_by_label("Quantity of MUG-01")).to_be_focused()
    press(page, "Enter")
    expect(page.locator("[data-priced]")).to_contain_text("€37.50")
    expect(page.get_by_label("City")).to_have_value("Köln")
    press(page, "Enter")
    expect(page.get_by_role("button", name="Place order")).to_be_focused()
    press(page, "Enter")

    expect(page.get_by_text("is placed; the customer gets an e-mail.")).to_be_visible()
    order = Order.objects.latest("pk")
    assert [(line.sku, line.quantity) for line in order.lines.all()] == [("TEA-01", 3), ("MUG-01", 1)]
    assert (order.customer.email, order.ship_city) == ("theo@example.com", "Köln")


def test_an_order_that_is_refused_stays_as_it_was_typed(open_page: OpenPage) -> None:
    make_product("TEA-01", on_hand=3, name="Green tea")
    page = open_page(make_user(role="Support"), "/admin/orders/order/new/", viewport=PHONE, dark=True)
    page.get_by_label("E-mail").fill("ada@example.com")
    expect(page.get_by_text("A new customer")).to_be_visible()
    page.get_by_role("combobox", name="Add a product").fill("green")
    page.get_by_role("option", name="Green tea").click()
    page.get_by_label("Quantity of TEA-01").fill("5")
    for name, value in (("name", "Ada"), ("line1", "Am Markt 1"), ("city", "Bonn")):
        page.locator(f"#id_{name}").fill(value)
    page.get_by_label("Country").select_option("Germany")
    page.get_by_role("button", name="Place order").click()

    expect(page.get_by_text("Fix the highlighted items.").first).to_be_visible()
    expect(page.locator("[data-line]")).to_contain_text("Only 3 of TEA-01 are available; 5 were asked for.")
    expect(page.get_by_label("Quantity of TEA-01")).to_be_focused()
    expect(page.get_by_label("City")).to_have_value("Bonn")
    assert overflow(page) == 0
    assert not Order.objects.exists()

    page.get_by_label("Quantity of TEA-01").fill("2")
    expect(page.locator("[data-bad]")).to_have_count(0)
    page.get_by_role("button", name="Place order").dblclick()
    expect(page.get_by_text("is placed; the customer gets an e-mail.")).to_be_visible()
    assert Order.objects.get().units == 2


def test_three_orders_are_shipped_by_scanner_keys_alone(open_page: OpenPage) -> None:
    make_product("TEA-01", on_hand=20)
    numbers = [str(place({"TEA-01": units}).number) for units in (1, 2, 3)]
    page = open_page(make_user(role="Warehouse"), "/admin/orders/order/")
    page.get_by_role("link", name="Ship many").click()
    expect(page.get_by_label(f"Tracking number, {numbers[0]}")).to_be_focused()

    # The third order is scanned in the second's field, and the second's number stays as it was.
    for line in ("0034-1", "0034-2"):
        type_text(page, line)
        press(page, "Enter")
    press(page, "ArrowUp")
    type_text(page, numbers[2])
    press(page, "Enter")
    expect(page.get_by_label(f"Tracking number, {numbers[2]}")).to_be_focused()
    type_text(page, "0034-1")
    expect(page.locator(f'[data-row="{numbers[2]}"]')).to_contain_text(f"The same number as {numbers[0]}.")
    press(page, "ControlOrMeta+a")
    type_text(page, "0034-3")
    press(page, "Enter")
    expect(page.get_by_label("Scan an order to go to its row")).to_be_focused()
    for number in ("0034-4", "B-999999"):
        type_text(page, number)
        press(page, "Enter")
        expect(page.get_by_text(f"{number} is not on this page.")).to_be_visible()
        # The number of an order is no tracking number, whether it is on the page or not.
        page.get_by_label(f"Tracking number, {numbers[1]}").click()
    assert not Shipment.objects.exists()

    page.get_by_role("button", name="Ship 3 orders").dblclick()
    expect(page.get_by_text("3 orders are shipped.")).to_be_visible()
    assert list(Shipment.objects.order_by("pk").values_list("order__number", "tracking_number")) == [
        (number, f"0034-{place}") for place, number in enumerate(numbers, start=1)
    ]


def test_a_carriers_file_ships_what_it_matches_and_gives_back_the_rest(open_page: OpenPage) -> None:
    make_product("TEA-01", on_hand=20)
    numbers = [str(place({"TEA-01": 1}).number) for _ in range(2)]
    rows = [*(f"{number};00340434;GLS" for number in numbers), "B-404;00340435;GLS"]
    content = "\n".join(["Your reference;Parcel number;Carrier", *rows])
    file = FilePayload(name="gls.csv", mimeType="text/csv", buffer=content.encode())
    page = open_page(make_user(role="Warehouse"), SHIP_MANY, viewport=PHONE, dark=True)

    page.get_by_label("The carrier's file").set_input_files(file)
    expect(page.get_by_text("There is no order B-404.")).to_be_visible()
    assert overflow(page) <= 0
    with page.expect_download() as download:
        page.get_by_role("link", name="Problems as CSV").click()
    assert "B-404,00340435,GLS,4,There is no order B-404." in download.value.path().read_text()
    assert not Shipment.objects.exists()

    page.get_by_role("button", name="Ship 2 orders").click()
    expect(page.get_by_role("heading", name="2 orders shipped")).to_be_visible()
    assert overflow(page) <= 0
    assert sorted(Shipment.objects.values_list("order__number", "carrier")) == [
        (number, "GLS") for number in numbers
    ]


def test_chosen_orders_are_printed_one_to_a_sheet_without_the_admin_around_them(open_page: OpenPage) -> None:
    make_product("TEA-01", on_hand=20, name="Green tea, loose, in a tin with a very long description of it")
    numbers = [place({"TEA-01": 2}, note="Ring twice.").number for _ in range(3)]
    page = open_page(make_user(role="Warehouse"), "/admin/orders/order/", viewport=PHONE, dark=True)
    for number in numbers[:2]:
        page.get_by_role("row", name=number).locator("input.action-select").check()
    page.get_by_role("button", name="Print packing slips").click()

    expect(page.get_by_role("heading", name="Packing slips")).to_be_visible()
    sheets = page.locator(".bo-sheet")
    expect(sheets).to_have_count(2)
    expect(sheets.first.get_by_role("heading", name=numbers[1])).to_be_visible()
    assert overflow(page) == 0
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    assert page.pdf(format="A4", prefer_css_page_size=True).count(b"/Type /Page\n") == 2


def test_an_order_is_packed_and_shipped_by_scanner_keys_alone(open_page: OpenPage) -> None:
    make_product("TEA-01", on_hand=9, name="Green tea")
    make_product("MUG-01", on_hand=9, name="Mug", barcode="4006381333931")
    number = str(place({"TEA-01": 2, "MUG-01": 1}).number)
    page = open_page(make_user(role="Warehouse"), "/admin/orders/order/")
    page.get_by_role("link", name="Scan").click()
    expect(page.get_by_label("Scan an order")).to_be_focused()

    def scan(text: str) -> None:
        type_text(page, text)
        press(page, "Enter")

    scan("B-404")
    expect(page.get_by_role("alert")).to_have_text("There is no order B-404.")
    expect(page.get_by_label("Scan an order")).to_be_focused()
    scan(number)
    code = page.get_by_label("Scan a product or the tracking number")
    expect(code).to_be_focused()
    expect(page.get_by_label("Units of TEA-01 in the parcel")).to_have_value("0")
    for each in ("tea-01", "4006381333931", "0034-1"):
        scan(each)
    expect(page.get_by_role("alert")).to_contain_text("0034-1 is unknown")
    scan("tea-01")
    expect(page.get_by_text("All 3 units picked. Scan the tracking number.")).to_be_visible()
    scan("tea-01")
    expect(page.get_by_role("alert")).to_contain_text("One TEA-01 too many")
    page.get_by_label("Carrier", exact=True).select_option("GLS")
    expect(code).to_be_focused()
    assert not Shipment.objects.exists()

    scan("0034-1")
    expect(page.get_by_text(f"{number} shipped, 3 units")).to_be_visible()
    expect(page.get_by_label("Scan an order")).to_be_focused()
    expect(page.get_by_label("Scan an order")).to_have_value("")
    assert list(Shipment.objects.values_list("order__number", "carrier", "tracking_number")) == [
        (number, "GLS", "0034-1")
    ]

    # Only a part of the next one, with the carrier of the last; a product is no tracking number.
    second = str(place({"TEA-01": 2}).number)
    scan(second)
    expect(code).to_be_focused()
    scan("tea-01")
    expect(page.get_by_label("Carrier", exact=True)).to_have_value("GLS")
    page.get_by_role("button", name="Ship what is ticked").click()
    scan("4006381333931")
    expect(page.get_by_role("alert")).to_contain_text("4006381333931 is Mug (MUG-01), not a tracking number.")
    expect(page.get_by_label("Units of TEA-01 in the parcel")).to_have_value("1")
    expect(code).to_be_focused()
    scan("0034-2")
    expect(page.get_by_text(f"{second} shipped, 1 unit")).to_be_visible()
    assert Shipment.objects.latest("pk").lines.get().quantity == 1


def test_a_line_of_very_many_units_is_packed_by_a_number(open_page: OpenPage) -> None:
    make_product("TEA-01", on_hand=900, name="Green tea")
    make_product("MUG-01", on_hand=9, name="Mug")
    number = str(place({"TEA-01": 432, "MUG-01": 3}).number)
    page = open_page(make_user(role="Warehouse"), f"/admin/orders/order/scan/?order={number}")
    code = page.get_by_label("Scan a product or the tracking number")
    teas = page.get_by_label("Units of TEA-01 in the parcel")
    expect(code).to_be_focused()

    type_text(page, "400*tea-01")
    press(page, "Enter")
    expect(teas).to_have_value("400")
    type_text(page, "33*TEA-01")
    press(page, "Enter")
    expect(page.get_by_role("alert")).to_have_text("33 × TEA-01 are too many: 400 of 432 picked already.")
    teas.fill("433")
    teas.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Type how many of TEA-01 are in the parcel: 0 to 432.")
    expect(teas).to_have_value("400")
    teas.fill("432")
    teas.press("Enter")
    page.get_by_role("button", name="All of MUG-01").click()
    expect(page.get_by_text("All 435 units picked. Scan the tracking number.")).to_be_visible()
    expect(code).to_be_focused()

    type_text(page, "0034-1")
    press(page, "Enter")
    expect(page.get_by_text(f"{number} shipped, 435 units")).to_be_visible()
    assert sorted(Shipment.objects.get().lines.values_list("quantity", flat=True)) == [3, 432]


def test_a_parcel_is_corrected_then_undone_from_its_place_on_the_page(open_page: OpenPage) -> None:
    make_product("TEA-01", on_hand=9, name="Green tea")
    order = place({"TEA-01": 2})
    ship_order(order.number, by=CLI, carrier="DHL", tracking_number="0034")
    page = open_page(make_user(role="Warehouse"), f"/admin/orders/order/{order.pk}/change/")

    page.get_by_role("button", name=f"Correct {order}-S1").click()
    page.locator("#dialog").get_by_label("Tracking number").fill("tea-01")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("tea-01 is Green tea (TEA-01), not a tracking number.")).to_be_visible()
    page.locator("#dialog").get_by_label("Tracking number").fill("0035")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"{order}-S1 is corrected.")).to_be_visible()

    page.get_by_role("group").filter(has=page.get_by_label(f"More about {order}-S1")).locator(
        "summary"
    ).click()
    page.get_by_role("button", name="It never left").click()
    page.get_by_label("Reason").fill("Missed the van")
    page.locator("#dialog").get_by_role("button", name="It never left").click()
    expect(page.get_by_text(f"{order}-S1 is undone: its units are to be shipped again.")).to_be_visible()
    expect(page.locator(".bo-label", has_text="Pending")).to_be_visible()
    shipment = Shipment.objects.get()
    assert (shipment.tracking_number, shipment.undone_at is None) == ("0035", False)
