"""The columns and cells of a product file: how they are named and read."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from backoffice.sheets.cells import CellFault, CellKind, money_of, truth_of, whole_of
from backoffice.sheets.columns import Layout
from backoffice.sheets.plans import RowProblem
from backoffice.text import identity_key
from catalog.models import Category
from catalog.models.product import MAX_DESCRIPTION
from catalog.product_files.problems import RowHasProblems

KINDS = {
    "sku": CellKind.KEY,
    "name": CellKind.TEXT,
    "price": CellKind.MONEY,
    "category": CellKind.TEXT,
    "barcode": CellKind.KEY,
    "low_stock_threshold": CellKind.WHOLE,
    "is_active": CellKind.TRUTH,
    "description": CellKind.LINES,
    "cost": CellKind.MONEY,
    "weight_grams": CellKind.WHOLE,
    "supplier_number": CellKind.KEY,
}
IMPORTED = tuple(KINDS)
LAYOUT = Layout(
    KINDS,
    needed=("sku",),
    no_rows=_("The file has no rows. Put one row for each product below the header."),
    # Those of rejected rows that were handed back.
    others=("row", "problem"),
    needed_in_words=_("sku, and for new products name and price"),
)
MAX_CELL = 255
LONGER_CELLS = {"description": MAX_DESCRIPTION}

type Categories = Mapping[str, Category]
"""All categories, by folded name and by slug."""


def said_by(
    cells: Mapping[str, str], categories: Categories, faults: Sequence[RowProblem] = ()
) -> dict[str, Any]:
    """Return the values that the cells give, by the names of the product's fields.

    Raises:
        RowHasProblems: `faults`, and one for each other cell that cannot be understood.
    """
    said: dict[str, Any] = {}
    problems = list(faults)
    faulty = {each.column for each in faults}
    for column, text in cells.items():
        if column in faulty:
            continue
        try:
            said[column] = _value_of(column, text, categories)
        except CellFault as fault:
            problems.append(RowProblem(column, fault.code, fault.facts))
    if problems:
        raise RowHasProblems(*problems)
    return said


def _value_of(column: str, text: str, categories: Categories) -> Any:
    most = LONGER_CELLS.get(column, MAX_CELL)
    if len(text) > most:
        raise CellFault("cell_too_long", length=len(text), most=most)
    return _category(text, categories) if column == "category" else READERS[column](text)


def all_categories() -> Categories:
    rows = list(Category.objects.all())
    # The database folds no case outside ASCII, and a shop has few categories.
    return {each.slug: each for each in rows} | {identity_key(each.name): each for each in rows}


def _category(text: str, categories: Categories) -> Category | None:
    if not text:
        return None
    if identity_key(text) not in categories:
        raise CellFault("unknown_category", text=text)
    return categories[identity_key(text)]


def _amount(text: str) -> Decimal | None:
    return money_of(text) if text else None


def _units(text: str) -> int | None:
    if not text:
        return None
    units = whole_of(text)
    if units < 0:
        raise CellFault("not_whole", text=text)
    return units


def _is_active(text: str) -> bool:
    try:
        return truth_of(text)
    except CellFault as fault:
        # A cell that is not understood must not archive a product.
        raise CellFault("not_active_or_archived") from fault


READERS: dict[str, Callable[[str], Any]] = {
    "sku": str,
    "name": str,
    "price": _amount,
    "barcode": str,
    "low_stock_threshold": _units,
    "is_active": _is_active,
    "description": str,
    "cost": _amount,
    "weight_grams": _units,
    "supplier_number": str,
}
