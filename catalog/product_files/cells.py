"""The columns and cells of a product file: how they are named and read."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from backoffice.sheets.cells import CellFault, CellKind, money_of, truth_of, whole_of
from backoffice.sheets.columns import Layout
from backoffice.sheets.plans import RowProblem
from backoffice.text import identity_key
from catalog.models import Category, ProductFamily
from catalog.models.family import OPTIONS
from catalog.models.product import MAX_DESCRIPTION
from catalog.product_files.problems import RowHasProblems
from catalog.product_history import RELATED

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
    "family": CellKind.TEXT,
    **dict.fromkeys(OPTIONS, CellKind.TEXT),
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

type Related = Mapping[str, Mapping[str, Category | ProductFamily]]
"""All categories and families by the columns that name them, there by folded name and by slug."""


def said_by(cells: Mapping[str, str], related: Related, faults: Sequence[RowProblem] = ()) -> dict[str, Any]:
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
            said[column] = _value_of(column, text, related)
        except CellFault as fault:
            problems.append(RowProblem(column, fault.code, fault.facts))
    if problems:
        raise RowHasProblems(*problems)
    return said


def _value_of(column: str, text: str, related: Related) -> Any:
    most = LONGER_CELLS.get(column, MAX_CELL)
    if len(text) > most:
        raise CellFault("cell_too_long", length=len(text), most=most)
    if column in RELATED:
        return _named(text, column, related[column])
    return READERS[column](text)


def all_related(columns: Collection[str]) -> Related:
    """Return all categories and families, as far as a file with these columns is about any."""
    needed = {"category": {"category"}, "family": {"family", *OPTIONS}}
    return {
        column: _by_name(model._default_manager.all()) if needed[column].intersection(columns) else {}
        for column, model in RELATED.items()
    }


def _by_name[Row: Category | ProductFamily](rows: Iterable[Row]) -> dict[str, Row]:
    found = list(rows)
    # The database folds no case outside ASCII, and a shop has few of them.
    # What one of them is called may be the slug of another: exported files name them by their slugs.
    return {identity_key(each.name): each for each in found} | {
        identity_key(each.slug): each for each in found
    }


def _named[Row: Category | ProductFamily](text: str, column: str, rows: Mapping[str, Row]) -> Row | None:
    if not text:
        return None
    if identity_key(text) not in rows:
        raise CellFault(f"unknown_{column}", text=text)
    return rows[identity_key(text)]


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
    **dict.fromkeys(OPTIONS, str),
}
