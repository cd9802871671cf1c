"""What a product import and its rows look like as data, and which ones a list is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import ProductImport
from catalog.product_files import undo_product_import
from catalog.readers.product_imports import (
    PRODUCT_IMPORT_FIELDS,
    ProductImportFilter,
    product_import_data,
    product_imports_as_data,
    rows_as_data,
)
from tests.catalog.product_files.test_kept import kept
from tests.catalog.product_files.test_undo import imported
from tests.factories import CLI, make_category, make_product

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 1, 10, tzinfo=UTC)


def test_an_import_is_told_with_its_counts_and_who_did_what_when() -> None:
    make_product("A", price="3.00")
    undone = undo_product_import(imported("sku,price,colour\nA,4,x\nB,1,x\n", skip_invalid=True), by=CLI)

    assert product_import_data(undone.pk, to=None) == {
        "number": undone.pk,
        "state": "undone",
        "file_name": "products.csv",
        "rows": 2,
        "new": 0,
        "changed": 1,
        "unchanged": 0,
        "problems": 1,
        "ignored_columns": ["colour"],
        "remarks": [],
        "source": "cli",
        "created_at": undone.created_at,
        "created_by": "System",
        "applied_at": undone.applied_at,
        "applied_by": "System",
        "undone_at": undone.undone_at,
        "undone_by": "System",
    }


def test_a_row_is_told_from_what_to_what_with_nothing_and_zero_as_they_are() -> None:
    make_category("Teas")
    make_product("A", price="3.00", low_stock_threshold=4, barcode="4711")
    plan = kept("sku,price,low_stock_threshold,barcode,category,is_active\nA,0,0,,Teas,0\nB,x,,,,1\n")

    changed, wrong = rows_as_data(plan.rows.order_by("row"))

    assert changed["changes"] == {
        "price": {"from": "3.00", "to": "0.00"},
        "low_stock_threshold": {"from": 4, "to": 0},
        "barcode": {"from": "4711", "to": ""},
        "category": {"from": None, "to": "teas"},
        "is_active": {"from": True, "to": False},
    }
    assert (wrong["outcome"], wrong["changes"], wrong["problem_code"]) == ("problem", {}, "not_a_number")
    assert wrong["problem"].startswith("price: “x” is not a number")


def test_a_list_is_narrowed_by_state_and_time() -> None:
    make_product("A", price="3.00")
    old, applied, plan = (
        imported("sku,price\nA,4\n"),
        imported("sku,price\nA,5\n"),
        kept("sku,price\nA,6\n").pk,
    )
    for number, days in ((old, 0), (applied, 1), (plan, 2)):
        ProductImport.objects.filter(pk=number).update(created_at=NOON + timedelta(days=days))

    def found(**filters: Any) -> list[int]:
        narrowed = ProductImportFilter(**filters).of(ProductImport.objects.order_by("pk"))
        return list(narrowed.values_list("pk", flat=True))

    assert found(state="planned") == [plan]
    assert found(created_after=NOON + timedelta(days=1)) == [applied, plan]
    assert found(created_before=NOON + timedelta(days=1)) == [old]


def test_a_list_of_three_takes_as_many_statements_as_one_of_one() -> None:
    counts = []
    for _ in range(3):
        kept("sku,name,price\nNEW,Mug,2.00\n")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            listed = list(product_imports_as_data(ProductImport.objects.all(), to=None))
        counts.append(len(queries))
    assert (len(listed), set(listed[0]), counts) == (3, set(PRODUCT_IMPORT_FIELDS), [1, 1, 1])
