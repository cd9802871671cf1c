"""The columns and cells of a product file: how they are named and read."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from backoffice.money import TooManyPlaces, in_places, places
from backoffice.sheets.columns import named_columns
from backoffice.sheets.plans import RowProblem
from backoffice.text import identity_key
from catalog.models import Category
from catalog.product_files.problems import RowHasProblems

IMPORTED = ("sku", "name", "price", "category", "barcode", "low_stock_threshold", "is_active")
WHOLE = re.compile(r"[0-9]{1,10}(?:\.0+)?\Z")
# Decimal would take 1_000 for a thousand.
PRICE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\Z")
MAX_CELL = 255
TRUE, FALSE = ("1", "true", "yes"), ("0", "false", "no")

type Categories = Mapping[str, Category]
"""All categories, by folded name and by slug."""


class UnclearCell(Exception):
    """A cell cannot be understood; the code says why, and the facts fill the sentence about it."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def columns_named_in(header: Sequence[object]) -> list[str]:
    """Return the header with the columns of products by their proper names. Raises UnreadableFile."""
    needed = _("sku, and for new products name and price")
    return named_columns(header, IMPORTED, needed=["sku"], needed_in_words=needed)


def said_by(cells: Mapping[str, str], categories: Categories) -> dict[str, Any]:
    """Return the values that the cells give, by the names of the product's fields.

    Raises:
        RowHasProblems: one for each cell that cannot be understood.
    """
    said: dict[str, Any] = {}
    problems: list[RowProblem] = []
    for column, text in cells.items():
        try:
            said[column] = _value_of(column, text, categories)
        except UnclearCell as unclear:
            problems.append(RowProblem(column, unclear.code, unclear.facts))
    if problems:
        raise RowHasProblems(*problems)
    return said


def _value_of(column: str, text: str, categories: Categories) -> Any:
    if len(text) > MAX_CELL:
        raise UnclearCell("cell_too_long", length=len(text), most=MAX_CELL)
    return _category(text, categories) if column == "category" else READERS[column](text)


def all_categories() -> Categories:
    rows = list(Category.objects.all())
    # The database folds no case outside ASCII, and a shop has few categories.
    return {each.slug: each for each in rows} | {identity_key(each.name): each for each in rows}


def _category(text: str, categories: Categories) -> Category | None:
    if not text:
        return None
    if identity_key(text) not in categories:
        raise UnclearCell("unknown_category", text=text)
    return categories[identity_key(text)]


def _price(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        if PRICE.match(text):
            return in_places(Decimal(text))
    except TooManyPlaces:
        raise UnclearCell("max_decimal_places", max=places()) from None
    except InvalidOperation:
        pass
    raise UnclearCell("not_a_price", text=text)


def _units(text: str) -> int | None:
    if not text:
        return None
    if not WHOLE.match(text):
        raise UnclearCell("not_whole", text=text)
    return int(text.partition(".")[0])


def _is_active(text: str) -> bool:
    # A cell that is not understood must not archive a product.
    if identity_key(text) not in (*TRUE, *FALSE):
        raise UnclearCell("not_yes_or_no")
    return identity_key(text) in TRUE


READERS: dict[str, Callable[[str], Any]] = {
    "sku": str,
    "name": str,
    "price": _price,
    "barcode": str,
    "low_stock_threshold": _units,
    "is_active": _is_active,
}
