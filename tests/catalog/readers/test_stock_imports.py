"""What a stock import and its rows look like as data, and which ones a list is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.models import Source
from catalog.models import StockImport
from catalog.readers.stock_imports import (
    IMPORT_FIELDS,
    ROW_FIELDS,
    ImportFilter,
    import_data,
    imports_as_data,
    rows_as_data,
)
from catalog.stock_import import apply_import, undo_import
from tests.catalog.stock_files import lines, plan
from tests.factories import CLI, make_product, make_user

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 1, 10, tzinfo=UTC)


def test_a_plan_is_told_with_what_its_rows_do_and_who_made_it() -> None:
    make_product("A", on_hand=1)
    make_product("B", on_hand=1)
    clerk = make_user("wanda@shop.example", role="Warehouse")
    planned = plan("sku,quantity,colour\nA,2,x\nB,1,x\nC,1,x\n", by=Actor(clerk, Source.API))

    assert import_data(planned.pk, to=None) == {
        "number": planned.pk,
        "state": "planned",
        "mode": "count",
        "file_name": "stock.csv",
        "rows": 3,
        "changes": 1,
        "unchanged": 1,
        "problems": 1,
        "ignored_columns": ["colour"],
        "remarks": [],
        "source": "api",
        "created_at": planned.created_at,
        "created_by": "wanda@shop.example",
        "applied_at": None,
        "applied_by": None,
        "undone_at": None,
        "undone_by": None,
    }


def test_who_did_what_has_not_happened_yet_is_nobody_and_the_system_is_called_so() -> None:
    make_product("A", on_hand=1)
    number = plan(lines({"A": 2})).pk
    people = ("created_by", "applied_by", "undone_by")

    assert import_data(number, people, to=None) == {
        "created_by": "System",
        "applied_by": None,
        "undone_by": None,
    }
    apply_import(number, by=CLI)
    undo_import(number, by=Actor(make_user("mia@shop.example", role="Manager"), Source.ADMIN))
    assert tuple(import_data(number, people, to=None).values()) == ("System", "System", "mia@shop.example")


def test_a_list_takes_one_statement_and_tells_what_one_import_tells() -> None:
    for number in range(3):
        plan(lines({f"S-{number}": 1}))
    newest = StockImport.objects.order_by("-pk")

    with CaptureQueriesContext(connection) as queries:
        told = list(imports_as_data(newest, to=None))

    assert len(queries) == 1
    assert [tuple(each) for each in told] == [IMPORT_FIELDS] * 3
    assert told == [import_data(each.pk, to=None) for each in newest]


def test_rows_are_told_with_the_products_name_and_what_is_wrong_with_them() -> None:
    make_product("A", name="Green tea", on_hand=1)
    planned = plan("sku,quantity,name\nA,3,Tea\nB,1,Mug\n")

    good, bad = rows_as_data(planned.rows.order_by("row"))

    assert (tuple(good), tuple(bad)) == (ROW_FIELDS, ROW_FIELDS)
    assert good == {
        "row": 2,
        "sku": "A",
        "name": "Green tea",
        "quantity": "3",
        "now": 1,
        "after": 3,
        "change": 2,
        "problem": None,
        "problem_code": None,
    }
    assert (bad["name"], bad["now"], bad["change"], bad["problem_code"]) == ("Mug", None, None, "unknown_sku")
    assert bad["problem"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["first.csv", "second.csv", "third.csv"]),
        ({"state": "applied"}, ["first.csv"]),
        ({"mode": "receive"}, ["third.csv"]),
        ({"created_after": NOON + timedelta(days=1)}, ["second.csv", "third.csv"]),
        ({"created_before": NOON + timedelta(days=1)}, ["first.csv"]),
        ({"mode": "count", "created_after": NOON + timedelta(days=1)}, ["second.csv"]),
    ],
)
def test_a_list_is_narrowed_by_state_mode_and_time(wanted: dict[str, Any], found: list[str]) -> None:
    make_product("A", on_hand=1)
    for days, (name, mode) in enumerate(
        (("first.csv", "count"), ("second.csv", "count"), ("third.csv", "receive"))
    ):
        made = plan(lines({"A": 2 + days}), mode=mode, name=name)
        StockImport.objects.filter(pk=made.pk).update(created_at=NOON + timedelta(days=days))
    apply_import(StockImport.objects.get(file_name="first.csv").pk, by=CLI)

    imports = ImportFilter(**wanted).of(StockImport.objects.order_by("pk"))

    assert list(imports.values_list("file_name", flat=True)) == found
