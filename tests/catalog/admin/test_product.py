"""The catalogue's pages: products, adjusting stock, imports, files, the reorder list."""

import csv
import io
import json
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Source
from catalog import stock
from catalog.admin import stock_files
from catalog.models import MovementKind, Product, StockImport, StockMovement
from catalog.stock_import import plan_import
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_category, make_customer, make_product, make_sold_out, place
from tests.orders.admin.posted_dialogs import submitted

pytestmark = pytest.mark.django_db
PRODUCTS = "/admin/catalog/product/"
IMPORTS = "/admin/catalog/stockimport/"


@pytest.fixture
def warehouse(sign_in: SignIn) -> Client:
    return sign_in("Warehouse")


def adjust(client: Client, product: Product, way: str, quantity: int, **fields: str) -> str:
    """Send the dialog; its text, or "" when it closed."""
    data = {"way": way, "quantity": quantity, "seen": product.on_hand, **submitted(), **fields}
    answer = client.post(f"{PRODUCTS}{product.pk}/adjust-stock/", data)
    assert answer.status_code in (200, 302)
    return answer.text


def test_the_dialog_receives_counts_and_corrects_in_the_name_of_whoever_filled_it_in(
    warehouse: Client,
) -> None:
    product = make_product("TEA-01", on_hand=10)

    assert adjust(warehouse, product, "receive", 5, note="Delivery 7") == ""
    product.refresh_from_db()
    assert adjust(warehouse, product, "count", 12) == ""
    product.refresh_from_db()
    assert adjust(warehouse, product, "adjust", -2, reason="damaged") == ""

    product.refresh_from_db()
    assert product.on_hand == 10
    rows = StockMovement.objects.exclude(actor=None).order_by("id")
    assert [(row.kind, row.on_hand_delta, row.on_hand_after, row.reason, row.note) for row in rows] == [
        ("receive", 5, 15, "", "Delivery 7"),
        ("count", -3, 12, "", ""),
        ("adjust", -2, 10, "damaged", ""),
    ]
    assert {row.source for row in rows} == {Source.ADMIN}


def test_a_count_of_a_shelf_that_changed_meanwhile_is_refused_in_the_dialog(warehouse: Client) -> None:
    product = make_product("TEA-01", on_hand=10)
    stock.receive("TEA-01", 1, by=CLI)

    dialog = adjust(warehouse, product, "count", 9)

    assert "TEA-01 now has 11 on hand, not 10. Count it again." in dialog
    product.refresh_from_db()
    assert product.on_hand == 11


def test_taking_away_reserved_units_is_refused_and_names_the_order(warehouse: Client) -> None:
    product = make_product("TEA-01", on_hand=10)
    order = place({"TEA-01": 8})
    product.refresh_from_db()

    dialog = adjust(warehouse, product, "adjust", -5, reason="lost")

    assert f"8 of TEA-01 are reserved by {order.number}" in dialog
    assert StockMovement.objects.filter(kind=MovementKind.ADJUST).count() == 0


def test_the_page_of_a_product_shows_its_history_and_what_holds_reserved_units(manager: Client) -> None:
    product = make_product("TEA-01", on_hand=10)
    order = place({"TEA-01": 3}, customer=make_customer("theo@example.com"))

    page = manager.get(f"{PRODUCTS}{product.pk}/change/")

    assert [figure.value for figure in page.context["stock_figures"]] == ["10", "3", "7"]
    assert [(row["held_for"], row["units"]) for row in page.context["holders"]] == [(order.number, 3)]
    balances = [(row.kind, row.on_hand_after, row.reserved_after) for row in page.context["history"]]
    assert balances == [("reserve", 10, 3), ("receive", 10, 0)]


def test_editing_a_product_leaves_its_stock_alone(manager: Client) -> None:
    product = make_product("TEA-01", on_hand=10, name="Tea")
    form = {"sku": "TEA-02", "name": "Earl Grey", "price": "12.00", "is_active": "on", "on_hand": "999"}

    answer = manager.post(f"{PRODUCTS}{product.pk}/change/", form)

    assert answer.status_code == 302
    product.refresh_from_db()
    assert (product.sku, product.sku_key, product.name, product.on_hand) == (
        "TEA-02",
        "tea-02",
        "Earl Grey",
        10,
    )


def test_a_negative_price_is_told_at_its_field(manager: Client) -> None:
    page = manager.post(f"{PRODUCTS}add/", {"sku": "TEA-01", "name": "Tea", "price": "-5", "is_active": "on"})

    assert page.context["adminform"].form.errors == {"price": ["A price is never negative."]}
    assert not Product.objects.exists()


def test_archiving_takes_products_out_of_sale(manager: Client) -> None:
    first, second = make_product("TEA-01"), make_product("TEA-02")

    manager.post(f"{PRODUCTS}{first.pk}/archive/", submitted())
    manager.post(PRODUCTS, {"action": "archive_selected", "_selected_action": [second.pk]})

    assert list(Product.objects.active()) == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("tea-01", ["TEA-01", "TEA-010"]),
        ("4006381333931", ["TEA-01"]),
        (" TEA-01 ", ["TEA-01", "TEA-010"]),
    ],
)
def test_an_exact_sku_comes_first_and_hides_nothing_that_is_called_alike(
    manager: Client, typed: str, found: list[str]
) -> None:
    make_product("TEA-01", name="Earl Grey", barcode="4006381333931")
    make_product("TEA-010", name="tea-01 gift set")

    page = manager.get(PRODUCTS, {"q": typed})

    assert [product.sku for product in page.context["cl"].result_list] == found


def test_products_are_found_by_words_of_their_name(manager: Client) -> None:
    make_product("A", name="Linen shirt, Sand")
    make_product("B", name="Linen shirt, Navy")

    page = manager.get(PRODUCTS, {"q": "navy linen"})

    assert [product.sku for product in page.context["cl"].result_list] == ["B"]


def test_the_reorder_list_suggests_what_sales_and_threshold_ask_for(manager: Client) -> None:
    make_product("LOW", on_hand=20, name="=Tea", low_stock_threshold=5)
    make_product("PLENTY", on_hand=500)
    long_ago = timezone.now() - timedelta(days=31)
    place({"LOW": 4}, at=long_ago)
    place({"LOW": 12})

    file = manager.get(f"{PRODUCTS}reorder.csv/")

    rows = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert [
        (row["sku"], row["name"], row["stock"], row["sold_30_days"], row["quantity"]) for row in rows
    ] == [("LOW", "'=Tea", "4", "12", "13")]


# Imports


def upload(client: Client, content: str, mode: str = "count") -> str:
    """Send the form; the text of the page it leads to."""
    file = SimpleUploadedFile("shelf.csv", content.encode())
    return client.post(f"{IMPORTS}import/", {"import_file": file, "mode": mode}, follow=True).text


def test_a_good_file_is_shown_applied_and_undone(warehouse: Client) -> None:
    product = make_product("TEA-01", on_hand=10)

    preview = upload(warehouse, "sku,quantity\nTEA-01,14\n")
    assert "Apply 1 change" in preview
    product.refresh_from_db()
    assert product.on_hand == 10

    number = StockImport.objects.get().pk
    applied = warehouse.post(f"{IMPORTS}{number}/apply/", follow=True).text
    assert f"Import {number} is applied: 1 changed, 0 left out." in applied
    product.refresh_from_db()
    assert product.on_hand == 14

    undone = warehouse.post(f"{IMPORTS}{number}/undo/", follow=True).text
    assert "Sales since then are kept." in undone
    product.refresh_from_db()
    assert product.on_hand == 10


def test_a_file_with_problems_changes_nothing_until_they_are_left_out(warehouse: Client) -> None:
    make_product("TEA-01", on_hand=10)

    preview = upload(warehouse, "sku,quantity\nTEA-01,14\nNONE,1\n")
    assert "No product has this SKU." in preview
    assert "Leave out 1 problem<" in preview

    number = StockImport.objects.get().pk
    refused = warehouse.post(f"{IMPORTS}{number}/apply/").text
    assert "Nothing was changed." in refused
    assert Product.objects.get().on_hand == 10

    warehouse.post(f"{IMPORTS}{number}/apply/", {"skip_invalid": "on"})
    assert Product.objects.get().on_hand == 14
    rejected = warehouse.get(f"{IMPORTS}{number}/rejected.csv")
    assert rejected.text.splitlines()[1].startswith("NONE,1,")


def test_the_same_file_asks_before_it_is_applied_once_more(warehouse: Client) -> None:
    make_product("TEA-01", on_hand=10)
    upload(warehouse, "sku,quantity\nTEA-01,5\n", mode="receive")
    first = StockImport.objects.get()
    warehouse.post(f"{IMPORTS}{first.pk}/apply/")

    preview = upload(warehouse, "sku,quantity\nTEA-01,5\n", mode="receive")
    assert "The same rows were applied before" in preview
    second = StockImport.objects.exclude(pk=first.pk).get()
    asked = warehouse.post(f"{IMPORTS}{second.pk}/apply/").text
    assert "Apply it once more" in asked
    assert Product.objects.get().on_hand == 15

    warehouse.post(f"{IMPORTS}{second.pk}/apply/", {"again": "on"})
    assert Product.objects.get().on_hand == 20


def test_a_file_that_cannot_be_read_is_explained_at_the_field(warehouse: Client) -> None:
    page = warehouse.post(
        f"{IMPORTS}import/", {"import_file": SimpleUploadedFile("a.csv", b"colour\nred\n"), "mode": "count"}
    )

    assert page.status_code == 200
    assert "The first row must name the columns." in page.context["refusals"][0]
    assert StockImport.objects.count() == 0


def test_a_script_is_told_where_the_plan_is_or_why_there_is_none(warehouse: Client) -> None:
    make_product("TEA-01", on_hand=10)

    def send(content: bytes) -> dict[str, str]:
        form = {"import_file": SimpleUploadedFile("a.csv", content), "mode": "count", "upload": "0" * 32}
        answer = warehouse.post(f"{IMPORTS}import/", form, headers={"Accept": "application/json"})
        told: dict[str, str] = json.loads(answer.content)
        return told

    assert send(b"sku,quantity\nTEA-01,14\n") == {"url": f"{IMPORTS}{StockImport.objects.get().pk}/change/"}
    assert send(b"") == {"refused": "The file has no rows. Put one row for each product below the header."}
    assert send(b"colour\nred\n")["refused"].startswith("The first row must name the columns.")


def test_it_is_told_how_many_rows_of_an_upload_are_read(
    warehouse: Client, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock_files, "TELL_EVERY", 2)
    key = "0123456789abcdef" * 2
    file = SimpleUploadedFile("a.csv", b"sku,quantity\nA,1\nB,1\nC,1\nD,1\nE,1\n")

    warehouse.post(f"{IMPORTS}import/", {"import_file": file, "mode": "count", "upload": key})

    progress = f"{IMPORTS}import/progress/?upload={key}"
    assert json.loads(warehouse.get(progress).content) == {"rows": 4}
    assert json.loads(sign_in("Warehouse").get(progress).content) == {"rows": 0}


def test_the_list_of_imports_begins_with_choosing_a_file_for_those_who_may(
    warehouse: Client, sign_in: SignIn
) -> None:
    assert "Choose a file" in warehouse.get(IMPORTS).text
    assert "Choose a file" not in sign_in("Viewer").get(IMPORTS).text


def test_the_preview_names_columns_that_are_not_used(warehouse: Client) -> None:
    make_product("TEA-01", on_hand=10)

    preview = upload(warehouse, "sku,quantity,pallet\nTEA-01,14,P1\n")

    assert "Not used: the column pallet." in preview


def test_problems_stand_above_changes_and_changes_above_what_is_right(warehouse: Client) -> None:
    for sku, on_hand in (("RIGHT", 3), ("CHANGE", 3), ("MORE", 60), ("LESS", 300)):
        make_product(sku, on_hand=on_hand)
    plan = plan_import(
        BytesIO(b"sku,quantity\nRIGHT,3\nCHANGE,5\nMORE,240\nLESS,100\nNONE,1\n"),
        file_name="a.csv",
        mode="count",
        by=CLI,
    )

    page = warehouse.get(f"{IMPORTS}{plan.pk}/change/")
    changes = warehouse.get(f"{IMPORTS}{plan.pk}/change/?show=changes")

    assert [row.name for row in page.context["first_problems"]] == ["NONE"]
    assert [row.name for row in page.context["rows"]] == ["MORE", "LESS", "CHANGE", "RIGHT"]
    assert [row.name for row in changes.context["rows"]] == ["MORE", "LESS", "CHANGE"]
    assert [row.mark for row in changes.context["rows"]] == ["Big change", "Big change", ""]
    assert "2 big changes" in page.text


def test_half_a_plan_is_not_listed(warehouse: Client) -> None:
    make_product("TEA-01", on_hand=10)
    upload(warehouse, "sku,quantity\nTEA-01,14\n")
    assert [each.file_name for each in warehouse.get(IMPORTS).context["cl"].result_list] == ["shelf.csv"]

    StockImport.objects.update(kept_since=timezone.now())

    assert list(warehouse.get(IMPORTS).context["cl"].result_list) == []


def test_a_swept_plan_leads_back_to_the_list(warehouse: Client) -> None:
    answer = warehouse.get(f"{IMPORTS}4711/change/", follow=True)

    assert answer.redirect_chain == [(IMPORTS, 302)]
    assert "Plans are kept for 24 hours." in answer.text


# Products as files


def test_an_export_holds_the_stock_and_defuses_formulas(manager: Client) -> None:
    make_product("TEA-01", on_hand=4, name="=1+1", category=make_category("Tea"))

    file = manager.post(f"{PRODUCTS}export/", {"format": "0", "resource": "0"})

    row = next(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert (row["sku"], row["name"], row["on_hand"]) == ("TEA-01", "'=1+1", "4")
    assert (row["category"], row["category_name"]) == ("tea", "Tea")


def test_a_barcode_whose_last_digit_does_not_fit_is_saved_and_remarked(manager: Client) -> None:
    form = {"sku": "TEA-01", "name": "Tea", "price": "1.00", "is_active": "on"}
    told = "The last digit of a barcode does not fit the others: 4006381333932. It is taken as it is."
    assert told in manager.post(f"{PRODUCTS}add/", {**form, "barcode": "4006381333932"}, follow=True).text
    product = Product.objects.get()
    assert (product.barcode, product.barcode_key) == ("4006381333932", "04006381333932")
    change = f"{PRODUCTS}{product.pk}/change/"
    assert told not in manager.post(change, {**form, "barcode": "4006381333932"}, follow=True).text
    assert "last digit" not in manager.post(change, {**form, "barcode": "4006381333931"}, follow=True).text


def test_a_product_that_never_had_stock_is_not_low(manager: Client) -> None:
    product = make_product("NEW", low_stock_threshold=5)
    make_sold_out("GONE", low_stock_threshold=5)

    assert "Never stocked" in manager.get(PRODUCTS, {"q": "NEW"}).text
    low = manager.get(PRODUCTS, {"view": "low"})
    assert [each.sku for each in low.context["cl"].result_list] == ["GONE"]
    assert "never stocked" in manager.get(f"{PRODUCTS}{product.pk}/change/").text
    stock.receive("NEW", 3, by=CLI)
    product.refresh_from_db()
    assert (product.was_stocked, product.is_low) == (True, True)


def test_whoever_may_only_look_reads_the_price_in_the_currency(sign_in: SignIn) -> None:
    product = make_product("TEA-01", price="4.20")
    page = f"{PRODUCTS}{product.pk}/change/"
    for role in ("Viewer", "Warehouse", "Marketing"):
        text = sign_in(role).get(page).text
        assert ("€4.20" in text, "4.200" in text) == (True, False)
    assert 'value="4.20"' in sign_in("Manager").get(page).text


def test_changes_of_a_stock_import_are_found_by_product_and_by_how_they_change(warehouse: Client) -> None:
    for sku, name in (("MORE", "Earl Grey"), ("LESS", "Green tea"), ("BIG", "Mug")):
        make_product(sku, name=name, on_hand=10)
    upload(warehouse, "sku,quantity\nMORE,12\nLESS,9\nBIG,500\nNONE,x\n")
    page = f"{IMPORTS}{StockImport.objects.get().pk}/change/"

    def found(**asked: str) -> list[str]:
        context = warehouse.get(page, asked).context
        return [row.name for row in (*context["first_problems"], *context["rows"])]

    assert found(kind="more") == ["BIG", "MORE"]
    assert found(kind="fewer") == ["LESS"]
    assert found(kind="big") == ["BIG"]
    assert found(q="earl") == ["MORE"]
    assert found(q="non") == ["NONE"]
    assert found(q="tea", kind="more") == []
    cards = warehouse.get(page).context["cards"]
    assert [(card["value"], card["note"]) for card in cards] == [
        ("3", "1 big change"),
        ("+491", "492 more, 1 fewer"),
        ("0", "already as counted"),
        ("1", "these rows cannot be applied"),
    ]


def test_a_problem_quotes_what_the_file_says_beside_its_field(warehouse: Client) -> None:
    make_product("TEA-01", on_hand=10)
    upload(warehouse, "sku,quantity,expected\nTEA-01,abc,\n")

    (row,) = warehouse.get(f"{IMPORTS}{StockImport.objects.get().pk}/change/").context["first_problems"]

    problem = row.problems[0]
    assert (problem.field, problem.quoted) == ("Quantity", "abc")
    assert problem.sentence == "The quantity is not a whole number. Write digits alone, like 12."
