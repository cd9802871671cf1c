"""What the page of one stock import shows."""

from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest

from backoffice.errors import Refusal
from backoffice.lists import CappedPaginator
from catalog.models import ImportMode, ImportState, StockImport, StockImportRow
from catalog.stock_import import AlreadyImported, CannotUndo

PER_PAGE = 100
PROBLEMS, CHANGES, RIGHT = "problems", "changes", "right"
HAS_PROBLEM = ~Q(problem_code="")
# From here on a change is worth a second look.
BIG_CHANGE = 100


def import_context(
    stock_import: StockImport, request: HttpRequest, refusal: Refusal | None
) -> dict[str, Any]:
    shown = request.GET.get("show", "")
    rows = CappedPaginator(rows_of(stock_import, shown), PER_PAGE).get_page(request.GET.get("page"))
    for row in rows.object_list:
        row.is_big = _is_big(row)
    return {
        "title": f"Import {stock_import.pk}",
        "object": stock_import,
        "cards": _cards(stock_import, shown),
        "rows": rows,
        "shown": shown,
        "refusal": refusal,
        "asks_again": isinstance(refusal, AlreadyImported),
        "cannot_undo": isinstance(refusal, CannotUndo),
        "may_move_stock": request.user.has_perm("catalog.move_stock"),
        "is_planned": stock_import.state == ImportState.PLANNED,
        "is_applied": stock_import.state == ImportState.APPLIED,
        "is_count": stock_import.mode == ImportMode.COUNT,
    }


def rows_of(stock_import: StockImport, shown: str) -> QuerySet[StockImportRow]:
    """Problems first, then changes, then what is right already; within each as in the file."""
    rows = StockImportRow.objects.filter(stock_import=stock_import).select_related("product")
    match shown:
        case "problems":
            rows = rows.filter(HAS_PROBLEM)
        case "changes":
            rows = rows.filter(problem_code="").exclude(change=0)
        case "right":
            rows = rows.filter(problem_code="", change=0)
    importance = Case(
        When(HAS_PROBLEM, then=Value(0)),
        When(change=0, then=Value(2)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return rows.order_by(importance, "row")


def _cards(stock_import: StockImport, shown: str) -> list[dict[str, Any]]:
    is_planned = stock_import.state == ImportState.PLANNED
    figures = (
        (CHANGES, "Will change" if is_planned else "Changed", stock_import.changes, ""),
        (RIGHT, "Already right", stock_import.unchanged, ""),
        (PROBLEMS, "Problems", stock_import.problems, "bad" if stock_import.problems else ""),
    )
    return [
        {
            "title": title,
            "value": f"{count:,}",
            "value_tone": tone,
            "href": "?" if shown == view else f"?show={view}",
            "is_current": shown == view,
        }
        for view, title, count, tone in figures
    ]


def _is_big(row: StockImportRow) -> bool:
    if row.problem_code or row.change is None or row.now is None:
        return False
    return abs(row.change) >= max(BIG_CHANGE, 2 * row.now)
