"""Plan, look, apply, undo."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.models import Source
from backoffice.db.transactions import write_transaction
from backoffice.errors import Invalid
from catalog.audit import audit_stock
from catalog.models import MovementKind, StockImport, StockMovement
from catalog.models.product import MAX_UNITS
from catalog.stock_import import UnknownImport, apply_import, problem_of, sweep_plans
from catalog.stock_import.staging import BATCH
from tests.catalog.stock_files import lines, on_hand, plan, problems_of, rows_of
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db

BAD_IMPORTS = Path(__file__).parents[2] / "data" / "bad-imports"


def bad_import(name: str, mode: str = "count") -> StockImport:
    return plan((BAD_IMPORTS / name).read_bytes(), name=name, mode=mode)


def test_a_plan_shows_now_after_and_change_and_moves_nothing() -> None:
    make_product("A", on_hand=5)
    make_product("B", on_hand=3)
    make_product("C")
    clerk = make_user(role="Warehouse")

    planned = plan(
        "sku,quantity,note,name,colour\n b ,3,shelf,Lamp,red\nA,7,,,\nC,0,,,", by=Actor(clerk, Source.ADMIN)
    )

    assert (planned.rows_count, planned.changes, planned.unchanged, planned.problems) == (3, 1, 2, 0)
    assert (planned.state, planned.mode, planned.file_name) == ("planned", "count", "stock.csv")
    assert (planned.created_by, planned.source, planned.ignored_columns) == (clerk, "admin", ["colour"])
    assert [
        (r.row, r.sku, r.product and r.product.sku, r.now, r.after, r.change)
        for r in rows_of(planned).values()
    ] == [
        (2, "b", "B", 3, 3, 0),
        (3, "A", "A", 5, 7, 2),
        (4, "C", "C", 0, 0, 0),
    ]
    assert (rows_of(planned)[2].note, rows_of(planned)[2].name) == ("shelf", "Lamp")
    assert on_hand("A") == 5
    assert not StockMovement.objects.filter(kind=MovementKind.IMPORT).exists()


def test_a_plan_to_receive_adds() -> None:
    make_product("A", on_hand=5)

    row = rows_of(plan(lines({"A": 7}), mode="receive"))[2]

    assert (row.now, row.after, row.change) == (5, 12, 7)


def test_each_bad_quantity_is_named_by_its_row() -> None:
    for sku in ("71053", "84029E", "22752", "21730", "84406B", "84029G", "22633", "22632"):
        make_product(sku)

    planned = bad_import("bad-quantities.csv")

    assert problems_of(planned) == {
        2: "quantity_negative",
        3: "quantity_not_whole",
        4: "quantity_not_whole",
        5: "quantity_missing",
        6: "quantity_not_whole",
        7: "quantity_too_large",
        9: "quantity_not_whole",
    }
    assert (rows_of(planned)[8].change, planned.changes, planned.problems) == (12, 1, 7)
    assert all(problem_of(row) for row in rows_of(planned).values() if row.problem_code)


def test_unknown_empty_and_repeated_skus_are_named_the_repeated_ones_with_both_rows() -> None:
    make_product("71053")
    make_product("84029E")

    planned = bad_import("unknown-and-duplicate.csv")

    assert problems_of(planned) == {
        2: "unknown_sku",
        3: "duplicate_sku",
        4: "duplicate_sku",
        5: "duplicate_sku",
        6: "duplicate_sku",
        7: "empty_sku",
    }
    assert problem_of(rows_of(planned)[3]) == "The SKU is in rows 3 and 4. Keep one of them."
    assert problem_of(rows_of(planned)[6]) == "The SKU is in rows 5 and 6. Keep one of them."


def test_a_sku_in_three_rows_is_named_with_the_first_and_the_last() -> None:
    make_product("A")

    planned = plan("sku,quantity\nA,1\na,1\n A ,1\n")

    assert problem_of(rows_of(planned)[3]) == (
        "The SKU is in 3 rows, the first is 2, the last 4. Keep one of them."
    )


def test_numbers_of_a_workbook_find_their_products() -> None:
    for sku in ("71053", "84029E", "22752", "21730"):
        make_product(sku)

    planned = bad_import("numbers-and-formulas.xlsx")

    assert {row.sku: row.change for row in rows_of(planned).values()} == {
        "71053": 5,
        "84029E": 6,
        "22752": None,
        "21730": None,
    }
    assert problems_of(planned) == {4: "formula_without_result", 6: "quantity_not_whole"}


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        ("5", ""),
        ("5.0", ""),
        ("", ""),
        ("6", "expected_differs"),
        ("six", "expected_not_whole"),
        ("9" * 30, "expected_differs"),
    ],
)
def test_what_the_file_expects_is_compared_with_what_is_on_hand(expected: str, code: str) -> None:
    make_product("A", on_hand=5)

    assert problems_of(plan(f"sku,quantity,expected\nA,7,{expected}\n")) == ({2: code} if code else {})


def test_a_count_below_what_orders_reserve_is_a_problem_and_one_that_covers_it_is_none() -> None:
    make_product("A", on_hand=5)
    make_product("B", on_hand=5)
    place({"A": 3, "B": 3})

    planned = plan(lines({"A": 2, "B": 3}))

    assert problems_of(planned) == {2: "below_reserved"}
    assert problem_of(rows_of(planned)[2]).startswith("3 are reserved")
    assert rows_of(planned)[2].now == 5


def test_receiving_more_than_a_product_can_hold_is_a_problem() -> None:
    make_product("A", on_hand=1)

    assert problems_of(plan(lines({"A": MAX_UNITS}), mode="receive")) == {2: "too_many"}
    assert problems_of(plan(lines({"A": MAX_UNITS}))) == {}


def test_an_unreadable_file_leaves_no_plan() -> None:
    make_product("71053")
    for name in ("ragged.csv", "nul-and-control.csv", "bomb.xlsx", "header-only.csv"):
        with pytest.raises(Invalid):
            bad_import(name)
    with pytest.raises(Invalid, match="count, receive"):
        plan(lines({"71053": 1}), mode="guess")

    assert not StockImport.objects.exists()


def test_a_file_name_is_kept_without_its_path_and_invisible_characters() -> None:
    make_product("A")
    name = "C:\\shelf\\" + "x" * 300 + "\n.csv"

    assert plan(lines({"A": 1}), name=name).file_name == ("x" * 300 + ".csv")[-255:]
    assert plan(lines({"A": 1}), name="").file_name == "file"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mode", ["count", "receive"])
def test_planning_and_applying_take_the_same_statements_for_1_row_and_for_50(mode: str) -> None:
    skus = [make_product().sku for _ in range(50)]
    counts = []
    for some in (skus[:1], skus):
        with CaptureQueriesContext(connection) as queries:
            apply_import(plan(lines({sku: 7 + len(some) for sku in some}), mode=mode).pk, by=CLI)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert audit_stock() == []


def test_several_files_can_be_planned_and_applied_in_one_transaction() -> None:
    make_product("A", on_hand=5)

    @write_transaction
    def add_twice() -> None:
        for units in (1, 2):
            apply_import(plan(lines({"A": units}), mode="receive").pk, by=CLI)

    add_twice()

    assert on_hand("A") == 8
    assert audit_stock() == []


def test_a_refused_file_is_in_nobodys_way() -> None:
    make_product("A", on_hand=5)
    with pytest.raises(Invalid, match="Row 3"):
        plan('sku,quantity\nA,1\n"B,1\n')

    assert plan(lines({"A": 1})).rows_count == 1


def test_postgresql_has_looked_at_a_long_plan_before_it_is_applied() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite plans without such statistics.")
    planned = plan(lines({f"NO-{number}": 1 for number in range(BATCH)}))

    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'catalog_stockimportrow'")
        assert cursor.fetchone() == (planned.rows_count,)


def test_a_long_plan_is_kept_some_rows_at_a_time_and_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.stock_import.plan.ROWS_AT_ONCE", 2)
    for number in range(6):
        make_product(f"P-{number}", on_hand=number)

    for count in (3, 4, 5):
        planned = plan("sku,quantity\n" + "".join(f"P-{number},3\n" for number in range(count)))
        assert planned.rows_count == count
        assert [row.sku for row in planned.rows.order_by("row")] == [f"P-{number}" for number in range(count)]


def test_half_a_plan_is_shown_to_nobody_and_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.stock_import.plan.ROWS_AT_ONCE", 2)
    monkeypatch.setattr("catalog.stock_import.plan.clear", raise_stopped)
    for number in range(3):
        make_product(f"P-{number}", on_hand=number)

    with pytest.raises(RuntimeError, match="stopped"):
        plan("sku,quantity\nP-0,3\nP-1,3\nP-2,3\n")

    assert not StockImport.objects.exists()
    left = StockImport.with_incomplete.get()
    assert (left.rows_count, left.rows.count()) == (3, 3)
    with pytest.raises(UnknownImport):
        apply_import(left.pk, by=CLI)
    assert [on_hand(f"P-{number}") for number in range(3)] == [0, 1, 2]
    assert sweep_plans(left.created_at + timedelta(hours=25)) == 1
    assert not StockImport.with_incomplete.exists()


def raise_stopped(*_: object) -> None:
    raise RuntimeError("stopped")
