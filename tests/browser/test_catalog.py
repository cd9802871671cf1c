"""The catalogue and the frame, as somebody uses them."""

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO

from playwright.sync_api import FilePayload, Page, expect

from catalog import stock
from catalog.models import Product
from catalog.stock_import import apply_import, plan_import
from tests.browser.conftest import PHONE, OpenPage, overflow
from tests.browser.keyboard import press, type_text
from tests.factories import CLI, PASSWORD, make_product, make_user

IMPORTS = "/admin/catalog/stockimport/"
GOOD = "sku;quantity\nTEA-01;14\nTEA-02;3\n"
BAD = "sku,quantity\nTEA-01,14\nNONE,5\nTEA-02,abc\n"


def csv_file(content: str) -> FilePayload:
    return FilePayload(name="shelf.csv", mimeType="text/csv", buffer=content.encode())


def choose_file(page: Page, content: str) -> None:
    """By the chooser that a click opens; the file is sent as soon as it is chosen."""
    page.get_by_label("File of stock").wait_for(state="attached")
    page.wait_for_load_state()
    with page.expect_file_chooser() as chooser:
        page.get_by_label("File of stock").click()
    chooser.value.set_files(files=[csv_file(content)])


def count_clicks(page: Page) -> Callable[[], int]:
    """How often the mouse was pressed since, on this page and those it leads to."""
    so_far = "Number(sessionStorage.clicks ?? 0)"
    page.add_init_script(
        f"addEventListener('pointerdown', () => {{ sessionStorage.clicks = 1 + {so_far}; }}, true)"
    )
    page.reload()
    return lambda: int(page.evaluate(so_far))


def test_signing_in_lands_on_the_dashboard(open_page: OpenPage) -> None:
    make_user("anna@example.com", role="Manager")
    page = open_page(None)

    expect(page.get_by_label("E-mail address")).to_be_focused()
    type_text(page, "anna@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    expect(page.get_by_role("heading", name="Needs attention")).to_be_visible()


def test_stock_is_received_in_the_dialog_and_the_page_shows_it(open_page: OpenPage) -> None:
    product = make_product("TEA-01", on_hand=10)
    page = open_page(make_user(role="Warehouse"), f"/admin/catalog/product/{product.pk}/change/")

    page.get_by_role("link", name="Adjust stock").click()
    expect(page.get_by_role("spinbutton", name="Units")).to_be_focused()
    type_text(page, "5")
    page.get_by_role("button", name="Save").last.click()

    expect(page.get_by_text("TEA-01: +5. Now 15 on hand, 15 available.")).to_be_visible()
    expect(page.locator("#history").get_by_text("Received").first).to_be_visible()


def test_a_refused_adjustment_keeps_the_dialog_open_with_its_reason(open_page: OpenPage) -> None:
    product = make_product("TEA-01", on_hand=10)
    page = open_page(make_user(role="Warehouse"), f"/admin/catalog/product/{product.pk}/change/")

    page.get_by_role("link", name="Adjust stock").click()
    expect(page.get_by_label("Reason")).to_be_hidden()
    page.get_by_label("Add or take away (±)").check()
    expect(page.get_by_label("Reason")).to_be_visible()
    page.get_by_role("spinbutton", name="Units").fill("-11")
    page.get_by_role("button", name="Save").last.click()

    expect(page.get_by_text("Only 10 of TEA-01 are on hand.")).to_be_visible()
    product.refresh_from_db()
    assert product.on_hand == 10


def test_a_good_file_is_looked_at_applied_and_undone(open_page: OpenPage) -> None:
    make_product("TEA-01", on_hand=10)
    make_product("TEA-02", on_hand=3)
    page = open_page(make_user(role="Warehouse"), f"{IMPORTS}import/")

    choose_file(page, "colour\nred\n")
    expect(page.get_by_text("The first row must name the columns.")).to_be_visible()
    choose_file(page, GOOD)
    expect(page.get_by_role("row", name="TEA-01")).to_contain_text("+4")
    page.get_by_role("button", name="Apply 1 change").click()
    expect(page.get_by_role("heading", name="is done")).to_be_visible()
    assert Product.objects.get(sku="TEA-01").on_hand == 14

    page.get_by_role("button", name="Undo 1 change").click()
    expect(page.get_by_role("heading", name="is undone")).to_be_visible()
    assert Product.objects.get(sku="TEA-01").on_hand == 10


def test_the_good_rows_of_a_bad_file_take_four_clicks_from_the_first_page(open_page: OpenPage) -> None:
    make_product("TEA-01", on_hand=10)
    make_product("TEA-02", on_hand=3)
    page = open_page(make_user(role="Warehouse"))
    clicks = count_clicks(page)

    page.get_by_role("link", name="Stock imports").click()
    choose_file(page, BAD)
    expect(page.get_by_role("row", name="NONE")).to_contain_text("No product has this SKU.")
    expect(page.get_by_role("row", name="TEA-02")).to_contain_text("not a whole number")
    page.get_by_label("Leave out 2 problems").check()
    page.get_by_role("button", name="Apply 1 change").click()

    expect(page.get_by_text("1 changed, 2 left out.")).to_be_visible()
    assert clicks() == 4
    with page.expect_download() as download:
        page.get_by_role("link", name="Problems as CSV").click()
    assert "NONE" in download.value.path().read_text(encoding="utf-8-sig")


def test_a_wrong_import_is_undone_in_three_clicks_which_name_what_stays(open_page: OpenPage) -> None:
    for sku in ("TEA-01", "TEA-02"):
        make_product(sku, on_hand=10)
    file = BytesIO(b"sku,quantity\nTEA-01,4\nTEA-02,5\n")
    plan = apply_import(plan_import(file, file_name="wrong.csv", mode="count", by=CLI).pk, by=CLI)
    stock.count("TEA-02", 6, by=CLI)
    page = open_page(make_user(role="Warehouse"))
    clicks = count_clicks(page)

    page.get_by_role("link", name="Stock imports").click()
    page.get_by_role("link", name=f"Import {plan.pk}").click()
    page.get_by_role("button", name="Undo 2 changes").click()
    expect(page.get_by_role("alert")).to_contain_text("(TEA-02): The product was counted again since")
    assert clicks() == 3
    page.get_by_label("Leave out the rows that can no longer be undone").check()
    page.get_by_role("button", name="Undo the others").click()

    expect(page.get_by_text("is undone. Sales since then are kept.")).to_be_visible()
    on_hand = dict(Product.objects.values_list("sku", "on_hand"))
    assert on_hand == {"TEA-01": 10, "TEA-02": 6}


def test_the_reorder_list_is_two_clicks_away(open_page: OpenPage) -> None:
    make_product("TEA-01", on_hand=1)
    page = open_page(make_user(role="Warehouse"))
    clicks = count_clicks(page)

    page.locator("#nav-sidebar").get_by_role("link", name="Products").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Reorder list").click()

    assert "TEA-01" in download.value.path().read_text(encoding="utf-8-sig")
    assert clicks() == 2


def test_stock_that_moved_since_the_preview_stops_the_import(open_page: OpenPage) -> None:
    make_product("TEA-01", on_hand=10)
    plan = plan_import(BytesIO(b"sku,quantity\nTEA-01,4\n"), file_name="a.csv", mode="count", by=CLI)
    page = open_page(make_user(role="Warehouse"), f"/admin/catalog/stockimport/{plan.pk}/change/")
    stock.receive("TEA-01", 1, by=CLI)

    page.get_by_role("button", name="Apply 1 change").click()

    expect(page.get_by_role("alert")).to_contain_text("Nothing was changed.")
    assert Product.objects.get().on_hand == 11


def test_a_list_is_walked_selected_and_opened_by_keys_alone(open_page: OpenPage) -> None:
    make_product("TEA-01", name="Earl Grey")
    make_product("TEA-02", name="Green tea")
    page = open_page(make_user(role="Manager"), "/admin/")

    press(page, "g")
    press(page, "s")
    page.wait_for_url("**/admin/catalog/product/")
    press(page, "j")
    press(page, "j")
    press(page, "x")
    expect(page.get_by_role("row", name="Green tea").get_by_role("checkbox")).to_be_checked()
    press(page, "k")
    press(page, "Enter")

    expect(page.get_by_role("textbox", name="SKU")).to_have_value("TEA-01")


def test_the_overlay_tells_our_keys_beside_unfolds(open_page: OpenPage) -> None:
    page = open_page(make_user(role="Manager"))

    press(page, "Shift+?")

    told = page.get_by_role("listitem").filter(has_text="Count shelves")
    expect(told.last).to_be_visible()
    expect(told.last.locator("kbd")).to_have_text(["g", "c"])
    press(page, "Escape")
    press(page, "g")
    press(page, "c")
    page.wait_for_url("**/admin/catalog/product/count/")


def test_the_command_search_finds_a_page(open_page: OpenPage) -> None:
    page = open_page(make_user(role="Manager"))

    press(page, "Control+k")
    expect(page.locator("#search-input-command")).to_be_focused()
    type_text(page, "stock imp")
    expect(page.locator("#command-results-list")).to_contain_text("Stock imports")
    press(page, "ArrowDown")
    press(page, "Enter")

    page.wait_for_url("**/admin/catalog/stockimport/")


def test_every_page_fits_a_phone_in_the_dark(open_page: OpenPage) -> None:
    product = make_product(
        "TEA-01", on_hand=10, name="A tea with quite a long name, loose, in a tin of 250 g"
    )
    plan = plan_import(BytesIO(BAD.encode()), file_name="shelf.csv", mode="count", by=CLI)
    page = open_page(make_user(is_superuser=True), viewport=PHONE, dark=True)

    for path in (
        "",
        "catalog/product/",
        f"catalog/product/{product.pk}/change/",
        "catalog/stockimport/",
        "catalog/stockimport/import/",
        "catalog/stockimport/export/",
        "catalog/product/count/",
        f"catalog/stockimport/{plan.pk}/change/",
        "catalog/stockmovement/",
        "accounts/user/",
        "accounts/user/add/",
        "outbox/emailmessage/",
    ):
        page.goto(f"/admin/{path}")
        expect(page.locator("html")).to_have_class("dark")
        assert overflow(page) <= 0, path


def test_filters_of_the_ledger_open_and_apply(open_page: OpenPage) -> None:
    make_product("TEA-01", on_hand=10)
    page = open_page(make_user(role="Viewer"), "/admin/catalog/stockmovement/")

    page.get_by_role("button", name="Filter").click()
    sheet = page.get_by_role("dialog", name="Filter stock movements")
    sheet.get_by_label("From").fill("2020-01-01")
    sheet.get_by_label("To", exact=True).fill("2020-01-02")
    sheet.get_by_role("button", name="Apply filters").click()

    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.get_by_role("link", name="Date Wed 1 Jan 2020 to Thu 2 Jan 2020").click()
    expect(page.get_by_role("row", name="TEA-01")).to_be_visible()


def test_a_file_of_products_is_chosen_looked_at_and_imported(open_page: OpenPage) -> None:
    make_product("TEA-01", name="Tea", price="3.00")
    page = open_page(make_user(role="Manager"), "/admin/catalog/product/import/")

    with page.expect_file_chooser() as chooser:
        page.get_by_label("File of products").click()
    chooser.value.set_files(files=[csv_file("sku,name,price\nTEA-01,Tea,4.00\nTEA-02,Green tea,5.00\n")])

    expect(page.get_by_text("4.00")).to_be_visible()
    assert Product.objects.get().price == Decimal("3.00")
    page.get_by_role("button", name="Apply 2 changes").click()
    expect(page.get_by_text("2 products created or changed")).to_be_visible()
    assert {product.sku: str(product.price) for product in Product.objects.all()} == {
        "TEA-01": "4.00",
        "TEA-02": "5.00",
    }
