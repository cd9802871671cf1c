"""Products by a file on the admin's page: looked at, then just that imported, once."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver
from openpyxl import Workbook

from backoffice.admin.file_check import CellChange
from catalog.models import Product, ProductChange, ProductImport
from catalog.products import edit_product
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_category, make_product

pytestmark = pytest.mark.django_db

PRODUCTS = "/admin/catalog/product/"
MIXED = "sku,name,price,category,on_hand\ntea-01,Earl Grey,9.50,Tea,99\nNEW-01,Green tea,4.00,,7\n"


@pytest.fixture
def manager(sign_in: SignIn) -> Client:
    return sign_in("Manager")


def looked_at(client: Client, content: str | bytes, name: str = "products.csv") -> Any:
    """The page that shows what the file would do, or why it cannot be read."""
    raw = content if isinstance(content, bytes) else content.encode()
    return client.post(f"{PRODUCTS}import/", {"import_file": SimpleUploadedFile(name, raw)}, follow=True)


def applied(client: Client, **form: str) -> Any:
    number = ProductImport.objects.latest("pk").pk
    return client.post(f"{PRODUCTS}import/{number}/apply/", form, follow=True)


def test_products_are_looked_at_and_then_created_and_changed(manager: Client) -> None:
    make_category("Tea")
    make_product("TEA-01", on_hand=4, name="Tea", price="3.00")

    page = looked_at(manager, MIXED)

    assert [(row.name, row.what, row.is_new, row.changes) for row in page.context["rows"]] == [
        ("NEW-01", "Green tea", True, [CellChange("Price", "", "€4.00"), CellChange("On sale", "", "Yes")]),
        (
            "tea-01",
            "Tea",
            False,
            [
                CellChange("Name", "Tea", "Earl Grey"),
                CellChange("Price", "€3.00", "€9.50"),
                CellChange("Category", "", "Tea"),
            ],
        ),
    ]
    assert '<del class="bo-old">€3.00</del>' in page.text
    assert '<ins class="bo-new">€9.50</ins>' in page.text
    assert "Not used: the column on_hand." in page.text
    assert Product.objects.get().price == Decimal("3.00")

    assert "products.csv is imported: 2 products created or changed." in applied(manager).text
    rows = Product.objects.order_by("pk").values_list("sku", "name", "price", "category__name", "on_hand")
    assert [(sku, name, str(price), category, on_hand) for sku, name, price, category, on_hand in rows] == [
        ("TEA-01", "Earl Grey", "9.50", "Tea", 4),
        ("NEW-01", "Green tea", "4.00", None, 0),
    ]


def test_the_histories_of_the_products_tell_of_it(manager: Client) -> None:
    make_product("TEA-01", price="3.00")
    looked_at(manager, "sku,price\nTEA-01,9.50\n")

    applied(manager)

    change = ProductChange.objects.latest("pk")
    assert (change.product, change.kind, change.changes, change.file_name, change.source) == (
        Product.objects.get(),
        "changed",
        {"price": ["3.00", "9.50"]},
        "products.csv",
        "admin",
    )


def test_one_bad_row_keeps_the_file_out_until_it_is_left_out(manager: Client) -> None:
    page = looked_at(manager, "sku,name,price,category\nA,Tea,9.50,\nB,Coffee,1.00,Nowhere\n")
    assert "There is no category “Nowhere”" in page.text

    assert ProductImport.objects.get().rows.get(row=3).problems == [
        ["category", "unknown_category", {"text": "Nowhere"}]
    ]

    refused = applied(manager)
    assert "1 of 2 rows have problems; nothing was changed." in refused.text
    assert Product.objects.count() == 0

    applied(manager, skip_invalid="on")
    assert [product.sku for product in Product.objects.all()] == ["A"]
    number = ProductImport.objects.get().pk
    rejected = manager.get(f"{PRODUCTS}import/{number}/rejected.csv")
    assert rejected.text.splitlines()[1].startswith("B,Coffee,1.00,Nowhere,3,")


def test_a_price_that_a_colleague_changed_meanwhile_stays_and_is_told(manager: Client) -> None:
    make_product("TEA-01", price="3.00")
    looked_at(manager, "sku,price\nTEA-01,9.50\n")
    edit_product("TEA-01", by=CLI, changes={"price": Decimal("4.00")})

    page = applied(manager)

    assert "Row 2 (TEA-01): price 4.00 → 9.50 now; you saw: price 3.00 → 9.50." in page.text
    assert Product.objects.get().price == Decimal("4.00")
    assert not ProductChange.objects.exclude(file_name="").exists()


def test_confirming_twice_does_nothing_again(manager: Client) -> None:
    make_product("TEA-01", price="3.00")
    looked_at(manager, "sku,price\nTEA-01,9.50\n")
    applied(manager)
    edit_product("TEA-01", by=CLI, changes={"price": Decimal("4.00")})

    page = applied(manager)

    assert page.status_code == 200
    assert "This file is imported already; nothing was done again." in page.text
    assert Product.objects.get().price == Decimal("4.00")
    assert ProductChange.objects.exclude(file_name="").count() == 1


def undone(client: Client, **form: str) -> Any:
    number = ProductImport.objects.latest("pk").pk
    return client.post(f"{PRODUCTS}import/{number}/undo/", form, follow=True)


def test_an_import_is_undone_and_what_was_changed_since_is_named(manager: Client) -> None:
    for sku in ("TEA-01", "TEA-02"):
        make_product(sku, price="3.00")
    looked_at(manager, "sku,price\nTEA-01,9.50\nTEA-02,9.50\n")
    applied(manager)
    edit_product("TEA-02", by=CLI, changes={"price": Decimal("4.00")})

    refused = undone(manager)
    assert "Row 3 (TEA-02): price: It has been changed since, to 4.00: that stays." in refused.text
    assert "Leave out the rows that can no longer be undone" in refused.text

    assert "The import of products.csv is undone." in undone(manager, skip_invalid="on").text
    assert list(Product.objects.order_by("sku").values_list("price", flat=True)) == [
        Decimal("3.00"),
        Decimal("4.00"),
    ]
    assert "is undone, not applied" in undone(manager).text
    assert "was applied and undone before" in applied(manager).text


def test_imports_are_listed_with_state_author_and_counts(manager: Client, sign_in: SignIn) -> None:
    looked_at(manager, MIXED)
    number = ProductImport.objects.get().pk

    listed = sign_in("Viewer").get("/admin/catalog/productimport/").text
    assert f"Product import {number}" in listed
    assert "1 new · 0 to change · 0 already right" in listed
    assert "1 with problems" in listed
    assert "Planned" in listed
    page = sign_in("Viewer").get(f"/admin/catalog/productimport/{number}/change/", follow=True)
    assert page.redirect_chain == [(f"{PRODUCTS}import/{number}/", 302)]
    assert "Your role may look at this plan but not apply it." in page.text
    assert sign_in("Viewer").post(f"{PRODUCTS}import/{number}/undo/").status_code == 403


def test_what_a_product_costs_is_told_to_those_alone_who_may_edit_it(
    manager: Client, sign_in: SignIn
) -> None:
    make_product("A", cost="1.00")
    looked_at(manager, "sku,name,price,cost\nA,Tea,9.50,7.77\nB,Mug,1.00,6.66x\n")
    page = f"{PRODUCTS}import/{ProductImport.objects.get().pk}/"

    for client, is_told in ((manager, True), (sign_in("Viewer"), False)):
        shown = client.get(page).text
        assert ("7.77" in shown, "6.66x" in shown) == (is_told, is_told)
        assert ('value="cost"' in shown, "rejected.csv" in shown) == (is_told, is_told)
    assert "Only those who may edit products see what it says here." in shown
    narrowed = sign_in("Viewer").get(f"{page}?kind=cost")
    assert len([*narrowed.context["first_problems"], *narrowed.context["rows"]]) == 2


def test_what_was_changed_since_of_a_field_that_the_file_lacks_is_told_by_the_same_rule(
    manager: Client, sign_in: SignIn
) -> None:
    looked_at(manager, "sku,name,price\nA,Tea,3.00\nB,Mug,3.00\nC,Bowl,3.00\n")
    applied(manager)
    edit_product("A", by=CLI, changes={"cost": Decimal("4.56")})
    edit_product("B", by=CLI, changes={"description": "Enamel"})
    number = ProductImport.objects.get().pk
    manager.post(f"{PRODUCTS}import/{number}/undo/", {"skip_invalid": "on"})

    for client, knows_costs in ((manager, True), (sign_in("Viewer"), False)):
        shown = client.get(f"{PRODUCTS}import/{number}/").text
        assert ("to 4.56: that stays" in shown, "to Enamel: that stays" in shown) == (knows_costs, True)


def test_rows_are_found_by_sku_name_and_field(manager: Client) -> None:
    for sku, name in (("TEA-01", "Earl Grey"), ("TEA-02", "Straße"), ("MUG-01", "Mug")):
        make_product(sku, name=name, price="3.00")
    looked_at(
        manager,
        "sku,name,price\ntea-01,Earl Grey,4.00\nTEA-02,STRASSE,3.00\nMUG-01,Mug,x\nNEW-01,Mug of Earl,1.00\n",
    )
    page = f"{PRODUCTS}import/{ProductImport.objects.get().pk}/"

    def found(**asked: str) -> list[str]:
        context = manager.get(page, asked).context
        return [row.name for row in (*context["first_problems"], *context["rows"])]

    assert found(q="earl") == ["NEW-01", "tea-01"]
    assert found(q="tea-0") == ["tea-01", "TEA-02"]
    assert found(q="strasse") == ["TEA-02"]
    assert found(kind="name") == ["NEW-01", "TEA-02"]
    assert found(kind="price", q="mug") == ["MUG-01", "NEW-01"]
    assert found(kind="price", q="mug", show="problems") == ["MUG-01"]
    assert found(q="nothing") == []


def test_of_many_problems_the_first_three_stand_above_the_changes(manager: Client) -> None:
    bad = "".join(f"B-{number},Tea,x\n" for number in range(6))
    looked_at(manager, f"sku,name,price\n{bad}A,Tea,1.00\n")
    page = f"{PRODUCTS}import/{ProductImport.objects.get().pk}/"

    first = manager.get(page)
    assert [row.name for row in first.context["first_problems"]] == ["B-0", "B-1", "B-2"]
    assert [row.name for row in first.context["rows"]] == ["A"]
    assert "3 more problems" in first.text
    assert "Show all 6" in first.text
    assert len(manager.get(f"{page}?show=problems").context["rows"]) == 6


def test_rows_with_problems_that_are_not_there_are_no_page(manager: Client) -> None:
    looked_at(manager, "sku,name,price\nA,Tea,9.50\n")
    number = ProductImport.objects.get().pk

    for missing in (number, 4711):
        assert manager.get(f"{PRODUCTS}import/{missing}/rejected.csv").status_code == 404
    assert manager.get("/admin/catalog/stockimport/4711/rejected.csv").status_code == 404


def test_a_long_preview_has_pages(manager: Client) -> None:
    looked_at(manager, "sku,name,price\n" + "".join(f"N-{n:03},Tea,1\n" for n in range(250)))
    number = ProductImport.objects.get().pk

    page = manager.get(f"{PRODUCTS}import/{number}/?page=3")

    assert [row.name for row in page.context["rows"]] == [f"N-{n:03}" for n in range(200, 250)]


def test_what_was_looked_at_is_imported_whatever_the_file_became(manager: Client, sign_in: SignIn) -> None:
    looked_at(manager, "sku,name,price\nA,Tea,9.50\n")
    first = ProductImport.objects.get()
    looked_at(sign_in("Manager"), "sku,name,price\nA,Coffee,1.00\n")

    manager.post(f"{PRODUCTS}import/{first.pk}/apply/")

    assert Product.objects.get().name == "Tea"


def test_semicolons_and_the_first_visible_sheet_are_read(manager: Client) -> None:
    book = Workbook()
    book.active.append(("sku", "name", "price"))
    book.active.append(("A", "Tea", 9.5))
    book.create_sheet("other").append(("sku", "name", "price"))
    book.active = 1
    file = BytesIO()
    book.save(file)

    for content, name in ((b"SKU;Name;Price\nA;Tea;9.5\n", "a.csv"), (file.getvalue(), "a.xlsx")):
        page = looked_at(manager, content, name)
        assert [(row.name, row.is_new) for row in page.context["rows"]] == [("A", True)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file has no rows."),
        (b"colour\nred\n", "The first row must name the columns."),
        (b"sku,name,price\nA,Tea\x07,1\n", "invisible control characters"),
        (b'sku,name,price\nA,"Tea,1\nB,Coffee,2\n', "quotation mark that is not closed"),
        (b"PK\x03\x04", "not an XLSX workbook"),
    ],
)
def test_a_file_that_cannot_be_read_is_explained(manager: Client, content: bytes, said: str) -> None:
    page = looked_at(manager, content)

    assert said in page.text
    assert not ProductImport.objects.exists()


def test_a_plan_that_is_gone_leads_back_to_choosing_a_file(manager: Client) -> None:
    answer = manager.get(f"{PRODUCTS}import/4711/", follow=True)

    assert answer.redirect_chain == [(f"{PRODUCTS}import/", 302)]
    assert "Plans are kept for 24 hours." in answer.text


def test_more_rows_than_the_page_takes_are_refused(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.admin.product_files.MOST_ROWS", 1)

    page = looked_at(manager, "sku,name,price\nA,Tea,1\nB,Tea,1\n")

    assert "at most 1 are taken here at a time" in page.text


def test_no_address_leads_to_the_librarys_own_way_to_import(manager: Client) -> None:
    names = {name for _, name in _addresses(get_resolver().url_patterns)}

    assert "catalog_product_import" in names
    assert not {name for name in names if "process_import" in name}
    assert manager.post(f"{PRODUCTS}process_import/", {"import_file_name": "x"}).status_code in (302, 404)


def _addresses(patterns: Any) -> Any:
    for each in patterns:
        if hasattr(each, "url_patterns"):
            yield from _addresses(each.url_patterns)
        else:
            yield each.callback, each.name or ""
