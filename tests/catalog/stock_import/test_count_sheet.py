"""A sheet to count shelves by, as an import takes it back."""

import pytest

from backoffice.sheets.csv_lines import csv_lines
from catalog import stock
from catalog.models import Product
from catalog.stock_import.count_sheet import count_sheet
from tests.catalog.stock_files import plan, problems_of
from tests.factories import CLI, make_product

pytestmark = pytest.mark.django_db


def sheet() -> str:
    dataset = count_sheet(Product.objects.order_by("sku"))
    return csv_lines([dataset.headers, *dataset])


@pytest.fixture(autouse=True)
def _shelves() -> None:
    make_product("=A", on_hand=5, name="@Tea")
    make_product("B", name="Mug, blue")


def test_each_product_has_what_is_on_hand_twice_and_room_for_a_note() -> None:
    assert sheet().splitlines() == [
        "sku,quantity,expected,note,name",
        "'=A,5,5,,'@Tea",
        'B,0,0,,"Mug, blue"',
    ]


def test_imported_as_it_is_it_changes_nothing() -> None:
    planned = plan(sheet())

    assert (planned.rows_count, planned.unchanged, planned.problems) == (2, 2, 0)


def test_a_row_whose_product_moved_meanwhile_is_refused() -> None:
    written = sheet()
    stock.receive("=A", 1, by=CLI)

    assert problems_of(plan(written)) == {2: "expected_differs"}


def test_without_products_there_is_the_header_alone() -> None:
    assert count_sheet([]).headers == ["sku", "quantity", "expected", "note", "name"]
    assert len(count_sheet([])) == 0
