"""The columns and cells of a product file: how they are named and read, and what to say if they cannot be."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from backoffice.db.fields import folded
from backoffice.errors import Fault, Invalid
from backoffice.sheets.columns import named_columns
from catalog.models import Category

IMPORTED = ("sku", "name", "price", "category", "barcode", "low_stock_threshold", "is_active")
WHOLE = re.compile(r"[0-9]{1,10}(?:\.0+)?\Z")
# Decimal would take 1_000 for a thousand.
PRICE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\Z")
MAX_CELL = 255
TRUE, FALSE = ("1", "true", "yes"), ("0", "false", "no")
ROWS_NAMED = 5

type Categories = Mapping[str, Category]
"""By folded name and by slug."""


def product_columns(header: Sequence[object]) -> list[str]:
    """The header, those of products by their proper names. Raises UnreadableFile."""
    needed = "sku, and for new products name and price"
    return named_columns(header, IMPORTED, needed=["sku"], needed_in_words=needed)


def said_by(cells: Mapping[str, str], categories: Categories) -> dict[str, Any]:
    """What the cells say of a product, by the names of its fields.

    Raises:
        Invalid: naming every cell that cannot be understood.
    """
    said: dict[str, Any] = {}
    faults: list[Fault] = []
    for column, text in cells.items():
        try:
            _refuse_long(text)
            said[column] = _category(text, categories) if column == "category" else READERS[column](text)
        except ValueError as problem:
            faults.append(Fault(f"/{column}", "validation", str(problem)))
    if faults:
        raise Invalid(" ".join(fault.detail for fault in faults), faults=faults)
    return said


def _refuse_long(text: str) -> None:
    if len(text) > MAX_CELL:
        raise ValueError(f"It has {len(text):,} characters; at most {MAX_CELL} are read. Shorten it.")


def all_categories() -> Categories:
    rows = list(Category.objects.all())
    # The database folds no case outside ASCII, and a shop has few categories.
    return {each.slug: each for each in rows} | {folded(each.name): each for each in rows}


def _category(text: str, categories: Categories) -> Category | None:
    if not text:
        return None
    if folded(text) not in categories:
        raise ValueError(f"There is no category “{text}”: add it first.")
    return categories[folded(text)]


def _price(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        if PRICE.match(text):
            return Decimal(text)
    except InvalidOperation:
        pass
    raise ValueError(f"“{text}” is no price: write digits with a point before the cents, like 3.39.")


def _units(text: str) -> int | None:
    if not text:
        return None
    if not WHOLE.match(text):
        raise ValueError(f"“{text}” is not a whole number: write digits alone, like 12, or leave it empty.")
    return int(text.partition(".")[0])


def _truth(text: str) -> bool:
    # What is not understood must not archive a product.
    if folded(text) not in (*TRUE, *FALSE):
        raise ValueError("Write 1 for a product that can be ordered, 0 for an archived one.")
    return folded(text) in TRUE


READERS: dict[str, Callable[[str], Any]] = {
    "sku": str,
    "name": str,
    "price": _price,
    "barcode": str,
    "low_stock_threshold": _units,
    "is_active": _truth,
}


def listed(rows: Sequence[int]) -> str:
    """`3 and 4`, of many the first few."""
    *first, last = [f"{row}" for row in rows[:ROWS_NAMED]]
    if len(rows) > ROWS_NAMED:
        return f"{', '.join([*first, last])} and {len(rows) - ROWS_NAMED} more"
    return f"{', '.join(first)} and {last}"
