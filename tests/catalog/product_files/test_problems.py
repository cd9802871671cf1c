"""Sentences about rows of a product file, made of what a plan keeps: a column, a code and its facts."""

import json
from io import BytesIO

import pytest

from catalog.product_files import keep_product_plan, plan_of, plan_products, read_products
from catalog.product_files.problems import problems_in_words, repeated_sku
from tests.factories import CLI, make_product

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("cells", "code", "sentence"),
    [
        ("sku,name\n,Tea", "sku_missing", "The SKU is missing. Write it, or remove the row."),
        ("sku,price\nA,-1", "negative_price", "price: Not negative."),
        ("sku,price\nA,", "null", "price: This field cannot be null."),
        ("sku,name\nA,", "blank", "name: This field cannot be blank."),
        (
            "sku,price\nA,1.999",
            "max_decimal_places",
            "price: Ensure that there are no more than 2 decimal places.",
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
    assert row.problem not in json.dumps(kept.plan, ensure_ascii=False)


def test_a_sku_in_many_rows_names_the_first_of_them() -> None:
    assert problems_in_words([repeated_sku([2, 5])]) == "sku: The SKU is in rows 2 and 5. Keep one of them."
    assert problems_in_words([repeated_sku([2, 5, 7])]) == (
        "sku: The SKU is in rows 2, 5 and 7. Keep one of them."
    )
    assert problems_in_words([repeated_sku([2, 3, 4, 5, 6, 7, 8])]) == (
        "sku: The SKU is in rows 2, 3, 4, 5, 6 and 2 more. Keep one of them."
    )
