"""A file of products: what each row would do, all of it or nothing, and words for what cannot be."""

from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.sheets.plans import Outcome, RowsChanged, RowsHaveProblems
from catalog.models import Product
from catalog.product_files import (
    ProductFile,
    import_products,
    plan_products,
    read_products,
    rejected_products_csv,
)
from catalog.products import edit_product
from tests.factories import CLI, make_category, make_product

pytestmark = pytest.mark.django_db

MIXED = """sku,name,price,category,is_active
TEA-01,Green tea,4.10,Teas,1
tea-02,Black tea,3.39,Teas,1
NEW-1,Mate,7.00,,1
TEA-03,,3.39,Nowhere,maybe
"""


def read(content: str | bytes, file_name: str = "products.csv") -> ProductFile:
    return read_products(
        BytesIO(content if isinstance(content, bytes) else content.encode()), file_name=file_name
    )


@pytest.fixture
def teas() -> None:
    teas = make_category("Teas")
    for sku, name in (("TEA-01", "Green tea"), ("tea-02", "Black tea"), ("TEA-03", "Red tea")):
        make_product(sku, name=name, category=teas)


@pytest.mark.usefixtures("teas")
def test_a_plan_names_what_each_row_does_and_changes_nothing() -> None:
    rows = plan_products(read(MIXED)).rows
    assert [(row.row, row.name, row.outcome.value, row.changes) for row in rows[:3]] == [
        (2, "TEA-01", "change", {"price": (Decimal("3.39"), Decimal("4.10"))}),
        (3, "tea-02", "same", {}),
        (
            4,
            "NEW-1",
            "new",
            {
                "sku": (None, "NEW-1"),
                "name": (None, "Mate"),
                "price": (None, Decimal("7.00")),
                "is_active": (None, True),
            },
        ),
    ]
    assert rows[3].problem == (
        "category: There is no category “Nowhere”: add it first. "
        "is_active: Write 1 for a product that can be ordered, 0 for an archived one."
    )
    assert Product.objects.get(sku="TEA-01").price == Decimal("3.39")
    assert Product.objects.count() == 3


@pytest.mark.usefixtures("teas")
def test_one_row_with_a_problem_imports_nothing() -> None:
    file = read(MIXED)
    with pytest.raises(RowsHaveProblems, match="1 of 4 rows") as refused:
        import_products(file, by=CLI, seen=plan_products(file))
    assert [fault.pointer for fault in refused.value.faults] == ["/rows/5"]
    assert Product.objects.get(sku="TEA-01").price == Decimal("3.39")
    assert Product.objects.count() == 3


@pytest.mark.usefixtures("teas")
def test_the_good_rows_alone_are_imported_and_the_others_handed_back() -> None:
    file = read(MIXED)
    plan = import_products(file, by=CLI, seen=plan_products(file), skip_invalid=True)
    assert (plan.count(Outcome.NEW), plan.count(Outcome.CHANGE), len(plan.problems)) == (1, 1, 1)
    assert Product.objects.get(sku="TEA-01").price == Decimal("4.10")
    assert Product.objects.get(sku="NEW-1").name == "Mate"
    header, row = rejected_products_csv(file, plan).splitlines()
    assert header == "sku,name,price,category,is_active,row,problem"
    assert row.startswith("TEA-03,,3.39,Nowhere,maybe,5,")
    mended = read(
        f"{header}\n{row.replace('Nowhere', 'Teas').replace('maybe', '0').replace(',,', ',Red,')}\n"
    )
    import_products(mended, by=CLI, seen=plan_products(mended))
    assert not Product.objects.get(sku="TEA-03").is_active


@pytest.mark.usefixtures("teas")
def test_nothing_but_what_was_seen_is_imported() -> None:
    file = read("sku,price\nTEA-01,4.10\n")
    seen = plan_products(file)
    edit_product("TEA-01", by=CLI, changes={"price": Decimal("5.00")})
    with pytest.raises(RowsChanged):
        import_products(file, by=CLI, seen=seen)
    assert Product.objects.get(sku="TEA-01").price == Decimal("5.00")


@pytest.mark.usefixtures("teas")
def test_columns_that_are_not_there_stay_as_they_are_and_unknown_ones_are_named() -> None:
    file = read("SKU;Price;Low stock threshold;Supplier\ntea-01;4.10;7;Ronnefeldt\n")
    plan = plan_products(file)
    import_products(file, by=CLI, seen=plan)
    product = Product.objects.get(sku_key="tea-01")
    assert (product.name, product.price, product.low_stock_threshold) == ("Green tea", Decimal("4.10"), 7)
    assert plan.ignored_columns == ("Supplier",)


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        (
            "price\nA,3.39 €",
            "price: “3.39 €” is not a number: write digits with a point before the decimals, like 12.50.",
        ),
        ("price\nA,-1", "price: Not negative."),
        ("price\nA,", "price: A value is needed here: write one."),
        (
            "price\nA,NaN",
            "price: “NaN” is not a number: write digits with a point before the decimals, like 12.50.",
        ),
        (
            "price\nA,1_000",
            "price: “1_000” is not a number: write digits with a point before the decimals, like 12.50.",
        ),
        (
            f"price\nA,{'1' * 30_000}x",
            "price: It has 30,001 characters; at most 255 are read. Shorten it.",
        ),
        (
            "low_stock_threshold\nA,2.5",
            "low_stock_threshold: “2.5” is not a whole number: write digits alone, like 12.",
        ),
        ("is_active\nA,", "is_active: Write 1 for a product that can be ordered, 0 for an archived one."),
        ("name\nA,", "name: A value is needed here: write one."),
        ("barcode\nA,4711", "Another product has the barcode 4711 already."),
    ],
)
def test_a_cell_that_cannot_be_says_what_to_do(cells: str, problem: str) -> None:
    make_product("A")
    make_product("B", barcode="4711")
    (row,) = plan_products(read(f"sku,{cells}\n")).rows
    assert row.problem == problem


def test_a_new_product_needs_a_name_and_a_price() -> None:
    (row,) = plan_products(read("sku,barcode\nA,1\n")).rows
    assert row.problem == "name: A value is needed here: write one. price: A value is needed here: write one."


def test_a_sku_twice_in_the_file_names_both_rows() -> None:
    make_product("A")
    rows = plan_products(read("sku,price\nA,1\n\nB,2\n a ,3\n")).rows
    assert [(row.row, row.problem) for row in rows if row.problem] == [
        (2, "sku: The SKU is in rows 2 and 5. Keep one of them."),
        (4, "name: A value is needed here: write one."),
        (5, "sku: The SKU is in rows 2 and 5. Keep one of them."),
    ]


def test_text_that_was_neutralised_comes_back_as_it_was() -> None:
    make_product("=A", name="-50% lamp")
    (row,) = plan_products(read("sku,name\n'=A,'-50% lamp\n")).rows
    assert row.outcome is Outcome.SAME


def test_every_row_is_told_while_it_is_looked_at() -> None:
    make_product("A")
    told: list[int] = []
    plan_products(read("sku,price\nA,1\nA,2\nB,x\n"), on_row=lambda: told.append(1))
    assert len(told) == 3


def test_a_key_never_renames_a_product() -> None:
    make_product("UN-3")
    file = read("sku,price\nun-3,4.10\n")

    plan = import_products(file, by=CLI, seen=plan_products(file))

    assert [row.changes for row in plan.rows] == [{"price": (Decimal("3.39"), Decimal("4.10"))}]
    assert Product.objects.get().sku == "UN-3"


@pytest.mark.usefixtures("teas")
def test_changes_to_nothing_and_from_nothing_are_shown() -> None:
    first = read("sku,low_stock_threshold,category,is_active,barcode\nTEA-01,0,,0,4711\n")
    import_products(first, by=CLI, seen=plan_products(first))
    back = read("sku,low_stock_threshold,barcode\nTEA-01,,\n")

    (row,) = plan_products(back).rows

    assert row.changes == {"low_stock_threshold": (0, None), "barcode": ("4711", "")}


def test_a_barcode_in_two_rows_is_a_problem_of_the_second() -> None:
    rows = plan_products(read("sku,name,price,barcode\nA,Tea,1,4711\nB,Mug,2,4711\n")).rows

    assert [row.problem for row in rows] == ["", "Another product has the barcode 4711 already."]


def test_rows_that_were_overtaken_are_named_with_what_was_seen() -> None:
    make_product("A", price="3.00")
    make_product("B", price="3.00")
    file = read("sku,price\nA,4.10\nB,4.10\n")
    seen = plan_products(file)
    edit_product("B", by=CLI, changes={"price": Decimal("5.00")})

    with pytest.raises(RowsChanged) as refused:
        import_products(file, by=CLI, seen=seen)

    (fault,) = refused.value.faults
    assert (fault.pointer, fault.code) == ("/rows/3", "plan_changed")
    assert fault.detail == "Row 3 (B): price 5.00 → 4.10 now; you saw: price 3.00 → 4.10."


def test_a_longer_file_takes_no_more_statements() -> None:
    counts = []
    for number in (3, 30):
        for each in range(number):
            make_product(f"P-{number}-{each}")
        lines = "".join(f"P-{number}-{each},5.00,{number}{each}\n" for each in range(number))
        file = read(f"sku,price,barcode\n{lines}N-{number},5.00,\n".replace("N-", "P-"))
        with CaptureQueriesContext(connection) as captured:
            plan = plan_products(file)
            import_products(file, by=CLI, seen=plan, skip_invalid=True)
        counts.append(len(captured))

    assert counts[0] == counts[1]
