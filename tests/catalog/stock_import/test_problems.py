"""Sentences about rows of a stock file, made of what is kept: a code and its facts."""

from typing import Any

import pytest

from catalog import stock
from catalog.stock_import import apply_import, problem_in_words, problem_of, undo_import
from tests.catalog.stock_files import lines, plan, rows_of
from tests.factories import CLI, make_product, place

ROW = "sku,quantity,expected\n"


@pytest.mark.parametrize(
    ("code", "facts", "sentence"),
    [
        ("", {}, ""),
        ("empty_sku", {}, "The SKU is missing. Write it, or remove the row."),
        (
            "duplicate_sku",
            {"copies": 2, "first_row": 3, "last_row": 9},
            "The SKU is in rows 3 and 9. Keep one of them.",
        ),
        (
            "duplicate_sku",
            {"copies": 4, "first_row": 3, "last_row": 9},
            "The SKU is in 4 rows, the first is 3, the last 9. Keep one of them.",
        ),
        ("quantity_too_large", {}, "The quantity is too large. At most 2,000,000,000 can be on hand."),
        (
            "expected_differs",
            {"expected": "7", "on_hand": 1},
            "The file expects 7, but 1 is on hand. Somebody changed it since: count again.",
        ),
        ("below_reserved", {"reserved": 1}, "1 is reserved by orders. Cancel units of these first."),
        ("below_reserved", {"reserved": 3}, "3 are reserved by orders. Cancel units of these first."),
        ("too_many", {}, "The product would have more than 2,000,000,000 on hand."),
        ("plan_changed", {"reserved": 3}, "3 are reserved by orders now. Plan again."),
        (
            "plan_changed",
            {"on_hand": 6, "planned": 5},
            "6 are on hand now, the plan showed 5. Plan again.",
        ),
        (
            "stock_moved",
            {"on_hand": 6, "planned": 5},
            "6 were on hand, the plan had shown 5; the quantity was added all the same.",
        ),
        (
            "not_undone",
            {"reason": "counted_since"},
            "The product was counted again since: that count stays.",
        ),
        (
            "not_undone",
            {"reason": "too_few", "on_hand": 1, "taken": 9},
            "Only 1 is left on hand, 9 would be taken.",
        ),
        (
            "not_undone",
            {"reason": "reserved", "left": 5, "reserved": 6},
            "It would leave 5 on hand, but 6 are reserved by orders.",
        ),
        ("not_undone", {"reason": "too_many"}, "The product would have more than 2,000,000,000 on hand."),
    ],
)
def test_a_code_and_its_facts_become_a_sentence(code: str, facts: dict[str, Any], sentence: str) -> None:
    assert problem_in_words(code, facts) == sentence


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("row", "code", "facts"),
    [
        ("A,7,6", "expected_differs", {"expected": "6", "on_hand": 5}),
        ("A,7,6.00", "expected_differs", {"expected": "6.00", "on_hand": 5}),
        ("A,7,six", "expected_not_whole", {}),
        ("A,2,", "below_reserved", {"reserved": 3}),
        ("A,9,\nA,9,", "duplicate_sku", {"copies": 2, "first_row": 2, "last_row": 3}),
        ("A,1.5,", "quantity_not_whole", {}),
        ('"""},A",1,', "unknown_sku", {}),
        ("A,9,", "", {}),
    ],
)
def test_a_plan_keeps_code_and_facts_alone(row: str, code: str, facts: dict[str, Any]) -> None:
    make_product("A", on_hand=5)
    place({"A": 3})

    kept = rows_of(plan(ROW + row))[2]

    assert (kept.problem_code, kept.facts) == (code, facts)


@pytest.mark.django_db
def test_every_way_in_which_an_applied_row_can_be_spoiled_keeps_its_facts() -> None:
    for sku in "ABCD":
        make_product(sku, on_hand=5)
    planned = plan(lines({"A": 9, "B": 9, "C": 2, "D": 9}))
    stock.receive("A", 1, by=CLI)
    place({"C": 3})
    applied = apply_import(planned.pk, by=CLI, skip_invalid=True)
    stock.count("D", 9, by=CLI)
    place({"B": 6})

    with_facts = rows_of(undo_import(plan_to_receive(), by=CLI, skip_invalid=True))

    assert [row.facts for row in rows_of(applied).values()] == [
        {"on_hand": 6, "planned": 5},
        {},
        {"reserved": 3},
        {},
    ]
    assert with_facts[2].facts == {"reason": "too_few", "on_hand": 2, "taken": 4}
    assert problem_of(with_facts[2]) == "Only 2 are left on hand, 4 would be taken."


def plan_to_receive() -> int:
    """An import that receives four and of which two are left, beside one that can be undone."""
    make_product("E", on_hand=0)
    make_product("F", on_hand=0)
    number = plan(lines({"E": 4, "F": 1}), mode="receive").pk
    apply_import(number, by=CLI)
    stock.count("E", 2, by=CLI)
    return number
