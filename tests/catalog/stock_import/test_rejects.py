"""Files handed out: rejected rows with their reasons, and an empty one to fill in."""

import csv
import io

import pytest

from backoffice.sheets.limits import UnreadableFile
from catalog import stock
from catalog.stock_import import apply_import, rejects_csv, template_csv
from catalog.stock_import.stock_file import read_stock_file
from tests.catalog.stock_files import lines, on_hand, plan, rows_of
from tests.factories import CLI, make_product

pytestmark = pytest.mark.django_db


def test_rejected_rows_stand_as_they_were_written_in_the_order_of_the_file() -> None:
    make_product("A", on_hand=5)
    planned = plan('name,sku,quantity,note,expected\nTea,A,9,,\n"Mug, blue",=1+1,many,@x,\n,A-2,-4,,7\n')

    rejected = list(csv.DictReader(io.StringIO(rejects_csv(planned), newline="")))

    assert all(row.pop("problem") for row in rejected)
    assert rejected == [
        {
            "sku": "'=1+1",
            "quantity": "many",
            "expected": "",
            "note": "'@x",
            "name": "Mug, blue",
            "row": "3",
        },
        {"sku": "A-2", "quantity": "'-4", "expected": "7", "note": "", "name": "", "row": "4"},
    ]


def test_where_nothing_was_rejected_there_is_the_header_alone() -> None:
    make_product("A", on_hand=5)
    header = "sku,quantity,expected,note,name,row,problem\r\n"

    assert rejects_csv(plan(lines({"A": 6}))) == header


def test_a_remark_on_a_row_that_was_applied_rejects_it_not() -> None:
    make_product("A", on_hand=5)
    planned = plan(lines({"A": 4}), mode="receive")
    stock.receive("A", 1, by=CLI)

    applied = apply_import(planned.pk, by=CLI)

    assert on_hand("A") == 10
    assert len(rejects_csv(applied).splitlines()) == 1


def test_an_empty_file_has_the_columns_that_are_read() -> None:
    assert template_csv() == "sku,quantity,expected,note,name\r\n"
    filled = read_stock_file((template_csv() + "A,5,4,shelf,Tea\r\n").encode(), file_name="stock.csv")
    assert list(filled.rows) == [(2, "A", "5", "4", "shelf", "Tea", None)]
    with pytest.raises(UnreadableFile):
        list(read_stock_file(template_csv().encode(), file_name="stock.csv").rows)


def test_the_file_of_rejected_rows_can_be_mended_and_imported() -> None:
    make_product("=ODD", on_hand=5)
    planned = plan("sku,quantity\n=ODD,-1\nGONE,1\n")

    again = plan(rejects_csv(planned).replace("'-1", "4"))

    row = rows_of(again)[2]
    assert (row.product and row.product.sku, row.change) == ("=ODD", -1)
    assert again.ignored_columns == []
