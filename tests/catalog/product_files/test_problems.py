"""Sentences about rows of a product file, made of what a plan keeps: a code and its facts."""

import json
from io import BytesIO
from typing import Any

import pytest

from backoffice.sheets.plans import RowProblem
from catalog.models import Product
from catalog.product_files import keep_product_plan, plan_of, plan_products, read_products
from catalog.product_files.problems import problems_in_words, problems_of_fields, repeated_sku
from catalog.products import unclean_fields
from tests.factories import CLI, make_product


@pytest.mark.once
@pytest.mark.parametrize(
    ("code", "facts", "sentence"),
    [
        ("sku_missing", {}, "The SKU is missing. Write it, or remove the row."),
        ("barcode_taken", {"barcode": "50 %"}, "Another product has the barcode 50 % already."),
        ("unknown_category", {"text": "Teas"}, "There is no category “Teas”: add it first."),
        (
            "cell_too_long",
            {"length": 30_001, "most": 255},
            "It has 30,001 characters; at most 255 are read. Shorten it.",
        ),
        (
            "not_active_or_archived",
            {},
            "Write 1 for a product that can be ordered, 0 for an archived one.",
        ),
        ("a_code_that_nobody_knows", {}, "Enter a valid value."),
    ],
)
def test_a_code_and_its_facts_become_a_sentence(code: str, facts: dict[str, Any], sentence: str) -> None:
    assert problems_in_words([RowProblem("", code, facts)]) == sentence


@pytest.mark.once
@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([3, 4], "The SKU is in rows 3 and 4. Keep one of them."),
        ([3, 4, 5, 6, 7, 8, 9], "The SKU is in rows 3, 4, 5, 6, 7 and 2 more. Keep one of them."),
    ],
)
def test_of_many_rows_with_one_sku_the_first_five_are_named(rows: list[int], sentence: str) -> None:
    assert problems_in_words([repeated_sku(rows)]) == f"sku: {sentence}"


@pytest.mark.once
def test_each_problem_stands_behind_its_column() -> None:
    problems = [
        RowProblem("name", "blank"),
        RowProblem("", "sku_missing"),
        RowProblem("price", "negative_price"),
    ]

    assert problems_in_words(problems) == (
        "name: A value is needed here: write one. "
        "The SKU is missing. Write it, or remove the row. "
        "price: Not negative."
    )
    assert problems_in_words([]) == ""


@pytest.mark.once
def test_what_fields_cannot_hold_has_its_sentence_and_keeps_no_value_of_the_file() -> None:
    product = Product(sku="..", name="x" * 256, price="1.234", low_stock_threshold=-1)

    problems = problems_of_fields(unclean_fields(product))

    assert sorted(each.column for each in problems) == ["low_stock_threshold", "name", "price", "sku"]
    assert all("value" not in each.facts for each in problems)
    sentence = problems_in_words(problems)
    for part in (
        "name: Ensure this value has at most 255 characters (it has 256).",
        "price: An amount in EUR has at most 2 decimal places.",
        "low_stock_threshold: Ensure this value is greater than or equal to 0.",
        "sku: ",
    ):
        assert part in sentence
    assert "Enter a valid value." not in sentence


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cells", "code", "sentence"),
    [
        ("sku,name\n,Tea", "sku_missing", "The SKU is missing. Write it, or remove the row."),
        ("sku,price\nA,-1", "negative_price", "price: Not negative."),
        ("sku,price\nA,", "null", "price: A value is needed here: write one."),
        ("sku,name\nA,", "blank", "name: A value is needed here: write one."),
        (
            "sku,price\nA,1.9999",
            "max_decimal_places",
            "price: An amount in EUR has at most 2 decimal places.",
        ),
        (
            f"sku,barcode\nA,{'1' * 70}",
            "max_length",
            "barcode: Ensure this value has at most 64 characters (it has 70).",
        ),
        (
            "sku,name,price\n..,Dots,1",
            "sku_of_dots",
            "sku: “.” and “..” alone cannot be a SKU: add a letter or a digit.",
        ),
        (
            "sku,name,price\na/b,Tea,1",
            "sku_characters",
            "sku: A SKU has 1 to 64 characters, without / and control characters.",
        ),
    ],
)
def test_a_kept_plan_says_what_the_first_look_said(cells: str, code: str, sentence: str) -> None:
    make_product("A")
    file = read_products(BytesIO(cells.encode()), file_name="products.csv")
    plan = plan_products(file)

    kept = keep_product_plan(file, plan, by=CLI)
    kept.refresh_from_db()

    (row,) = plan.rows
    assert [problem.code for problem in row.problems] == [code]
    assert row.problem == sentence
    assert plan_of(kept).rows == plan.rows
    assert row.problem not in json.dumps(kept.rows.get().problems, ensure_ascii=False)
