"""The cells of a product file: what each says, and what to write instead of what says nothing."""

from decimal import Decimal
from typing import Any

import pytest

from backoffice.sheets.plans import RowProblem
from catalog.models import Category
from catalog.product_files.cells import MAX_CELL, all_related, said_by
from catalog.product_files.problems import RowHasProblems
from tests.factories import make_category

TEAS = Category(name="Teas & Töpfe", slug="teas")
RELATED = {"category": {"teas": TEAS, "teas & töpfe": TEAS}, "family": {}}


def said(**cells: str) -> dict[str, Any]:
    return said_by(cells, RELATED)


def refused(**cells: str) -> tuple[RowProblem, ...]:
    with pytest.raises(RowHasProblems) as refusal:
        said(**cells)
    problems: tuple[RowProblem, ...] = refusal.value.problems
    return problems


@pytest.mark.once
@pytest.mark.parametrize(
    ("cell", "price"),
    [
        ("3.39", "3.39"),
        ("3", "3"),
        ("3.", "3"),
        (".5", "0.5"),
        ("-1", "-1"),
        ("+1", "1"),
        ("3,39", "3.39"),
        ("29.0000", "29"),
        ("1 000", "1000"),
        ("1\xa0234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("(2.50)", "-2.50"),
    ],
)
def test_a_price_is_read_to_the_last_digit(cell: str, price: str) -> None:
    assert said(price=cell) == {"price": Decimal(price)}


@pytest.mark.once
@pytest.mark.parametrize(
    "cell", ["3.39 €", "1_000", "10 00", "NaN", "Infinity", "0x10", "٣", "1e1000", "1.2E3", "."]
)
def test_what_is_no_price_is_refused(cell: str) -> None:
    assert refused(price=cell) == (RowProblem("price", "not_a_number", {"text": cell}),)


@pytest.mark.once
@pytest.mark.parametrize(
    ("cell", "threshold"),
    [("12", 12), ("0", 0), ("12.0", 12), ("12.0000", 12), ("1 000", 1000), ("", None)],
)
def test_a_threshold_is_a_whole_number_or_none(cell: str, threshold: int | None) -> None:
    assert said(low_stock_threshold=cell) == {"low_stock_threshold": threshold}


@pytest.mark.once
@pytest.mark.parametrize("cell", ["2.5", "-1", "1e3", "many", "٣"])
def test_what_is_no_whole_number_is_refused(cell: str) -> None:
    assert refused(low_stock_threshold=cell) == (
        RowProblem("low_stock_threshold", "not_whole", {"text": cell}),
    )


@pytest.mark.once
@pytest.mark.parametrize(
    ("cell", "is_active"),
    [("1", True), ("TRUE", True), ("Yes", True), ("0", False), ("False", False), ("no", False)],
)
def test_a_product_can_be_ordered_or_is_archived(cell: str, is_active: bool) -> None:
    assert said(is_active=cell) == {"is_active": is_active}


@pytest.mark.once
@pytest.mark.parametrize("cell", ["", "2", "maybe", "archived", "-"])
def test_what_is_not_understood_archives_nothing(cell: str) -> None:
    assert refused(is_active=cell) == (RowProblem("is_active", "not_active_or_archived"),)


@pytest.mark.once
@pytest.mark.parametrize("cell", ["teas", "TEAS", " Teas & TÖPFE "])
def test_a_category_is_named_by_its_name_or_slug_in_any_case(cell: str) -> None:
    assert said(category=cell) == {"category": TEAS}


@pytest.mark.once
def test_an_empty_cell_empties_what_can_be_empty() -> None:
    assert said(name="", price="", category="", barcode="") == {
        "name": "",
        "price": None,
        "category": None,
        "barcode": "",
    }


@pytest.mark.once
def test_every_cell_that_cannot_be_understood_is_named_and_none_is_too_long() -> None:
    assert said(name="x" * MAX_CELL) == {"name": "x" * 255}
    too_long = {"length": 256, "most": 255}
    assert refused(
        name="x" * (MAX_CELL + 1), price="1" * (MAX_CELL + 1), category="Nowhere", is_active="", sku="A"
    ) == (
        RowProblem("name", "cell_too_long", too_long),
        RowProblem("price", "cell_too_long", too_long),
        RowProblem("category", "unknown_category", {"text": "Nowhere"}),
        RowProblem("is_active", "not_active_or_archived"),
    )


@pytest.mark.once
@pytest.mark.parametrize(("cell", "small"), [("1.000", "1"), ("12,500", "12.5")])
def test_what_may_be_meant_as_thousands_is_refused(cell: str, small: str) -> None:
    facts = {"text": cell, "small": small, "large": cell.replace(".", "").replace(",", "")}

    assert refused(price=cell) == (RowProblem("price", "ambiguous_number", facts),)
    assert refused(low_stock_threshold=cell) == (
        RowProblem("low_stock_threshold", "ambiguous_number", facts),
    )


@pytest.mark.once
def test_cells_that_their_columns_cannot_hold_are_named_before_the_others() -> None:
    fault = RowProblem("price", "date_in_number", {"text": "2026-01-02"})

    with pytest.raises(RowHasProblems) as refusal:
        said_by({"price": "2026-01-02", "is_active": "?"}, RELATED, [fault])

    assert refusal.value.problems == (fault, RowProblem("is_active", "not_active_or_archived"))


@pytest.mark.django_db
def test_every_category_is_found_by_its_slug_and_its_folded_name() -> None:
    towels = make_category("Badetücher ÄÖ")

    assert all_related(["category"])["category"] == {"badetücher-äö": towels, "badetücher äö": towels}
    assert said_by({"category": "BADETÜCHER äö"}, all_related(["category"])) == {"category": towels}
