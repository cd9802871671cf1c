"""Products as rows of a file that an import takes back."""

from decimal import Decimal
from io import BytesIO

import pytest
from tablib import Dataset

from backoffice.sheets.csv_lines import csv_lines
from backoffice.sheets.plans import Outcome
from catalog.models import Product
from catalog.product_files import plan_products, read_products
from catalog.product_files.cells import IMPORTED
from catalog.product_files.export import ProductExport, ProductExportWithoutCost
from tests.factories import make_category, make_product, place

pytestmark = pytest.mark.django_db
NO_FAMILY = ("", "", "", "")


def exported() -> Dataset:
    return ProductExport().export(queryset=Product.objects.order_by("sku"))


def test_a_row_holds_what_an_import_understands_and_the_stock_beside_it() -> None:
    make_product("A", name="=1+1", price="3.39", category=make_category("Teas"), barcode="4711", on_hand=7)
    make_product(
        "B",
        name="Mug",
        price="4.00",
        low_stock_threshold=2,
        is_active=False,
        description="A mug.",
        cost=Decimal("1.20"),
        weight_grams=420,
        supplier_number="S-7",
    )
    place({"A": 3})

    dataset = exported()

    assert dataset.headers == [*IMPORTED, "category_name", "on_hand", "reserved", "stock"]
    assert [[str(cell if cell is not None else "") for cell in row] for row in dataset] == [
        ["A", "'=1+1", "3.39", "teas", "4711", "", "1", *[""] * 4, *NO_FAMILY, "Teas", "7", "3", "4"],
        ["B", "Mug", "4.00", "", "", "2", "0", "A mug.", "1.20", "420", "S-7", *NO_FAMILY, "", "0", "0", "0"],
    ]


def test_what_is_exported_changes_nothing_when_it_is_imported_again() -> None:
    make_product("=A", name="'quoted", category=make_category("Teas & Töpfe"), on_hand=7)
    make_product("B", price="9999999999.99", low_stock_threshold=0, is_active=False, barcode="0012")
    make_product(
        "C",
        description='Hand-glazed stoneware.\n\n=Safe, in the oven;\n"and" there',
        cost=Decimal("0.01"),
        weight_grams=0,
        supplier_number="00-12",
    )
    content = csv_lines([exported().headers, *exported()]).encode()

    plan = plan_products(read_products(BytesIO(content), file_name="products.csv"))

    assert [row.outcome for row in plan.rows] == [Outcome.SAME] * 3
    assert plan.ignored_columns == ("category_name", "on_hand", "reserved", "stock")


def test_whoever_may_not_see_costs_gets_all_other_columns() -> None:
    make_product("A", cost=Decimal("1.23"), supplier_number="S-7")

    dataset = ProductExportWithoutCost().export(queryset=Product.objects.all())
    assert set(exported().headers) - set(dataset.headers) == {"cost"}
    assert "1.23" in str(exported()[0])
    assert "1.23" not in str(dataset[0])
    assert dataset["supplier_number"] == ["S-7"]
