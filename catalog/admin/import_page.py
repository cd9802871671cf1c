"""What the page of one stock import shows."""

from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, Case, F, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest

from backoffice.admin.lists import CappedPaginator
from backoffice.errors import Refusal
from catalog.models import ImportMode, ImportState, StockImport, StockImportRow
from catalog.stock_import import AlreadyImported, CannotUndo

PER_PAGE = 100
PROBLEMS, CHANGES, RIGHT = "problems", "changes", "right"
HAS_PROBLEM = ~Q(problem_code="")
# Worth a second look: a hundred units or more, and three times as many as now or a third of them.
IS_BIG = Q(problem_code="") & (
    Q(change__gte=100, after__gte=3 * F("now")) | Q(change__lte=-100, now__gte=3 * F("after"))
)
IMPORTANCE = Case(
    When(HAS_PROBLEM, then=Value(0)),
    When(IS_BIG, then=Value(1)),
    When(change=0, then=Value(3)),
    default=Value(2),
    output_field=IntegerField(),
)
FAULTS_SHOWN = 10


def import_context(
    stock_import: StockImport, request: HttpRequest, refusal: Refusal | None
) -> dict[str, Any]:
    shown = request.GET.get("show", "")
    is_planned = stock_import.state == ImportState.PLANNED
    rows = rows_of(stock_import, shown).select_related("product")
    return {
        "title": f"Import {stock_import.pk}",
        "object": stock_import,
        "cards": _cards(stock_import, shown),
        "rows": CappedPaginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "shown": shown,
        "big_changes": rows_of(stock_import, "").filter(IS_BIG).count() if is_planned else 0,
        "earlier": _applied_before(stock_import) if is_planned else None,
        "may_move_stock": request.user.has_perm("catalog.move_stock"),
        "is_planned": is_planned,
        "is_applied": stock_import.state == ImportState.APPLIED,
        "has_moved": refusal is not None and not isinstance(refusal, AlreadyImported),
        **_refused(refusal),
    }


def _refused(refusal: Refusal | None) -> dict[str, Any]:
    if refusal is None:
        return {}
    return {
        "refusal": refusal,
        "faults": refusal.faults[:FAULTS_SHOWN],
        "more_faults": max(0, len(refusal.faults) - FAULTS_SHOWN),
        "cannot_undo": isinstance(refusal, CannotUndo),
    }


def rows_of(stock_import: StockImport, shown: str) -> QuerySet[StockImportRow]:
    """Problems first, then big changes, other changes, what is right; within each as in the file."""
    rows = rows_shown(StockImportRow.objects.filter(stock_import=stock_import), shown)
    is_big = Case(When(IS_BIG, then=Value(True)), default=Value(False), output_field=BooleanField())
    return rows.annotate(is_big=is_big).order_by(IMPORTANCE, "row")


def rows_shown(rows: QuerySet[StockImportRow], shown: str) -> QuerySet[StockImportRow]:
    """Those of one card, "" for all."""
    match shown:
        case "problems":
            return rows.filter(HAS_PROBLEM)
        case "changes":
            return rows.filter(problem_code="").exclude(change=0)
        case "right":
            return rows.filter(problem_code="", change=0)
    return rows


def _applied_before(stock_import: StockImport) -> StockImport | None:
    """The last import of the same content and mode that was applied and not undone."""
    same = StockImport.objects.filter(digest=stock_import.digest, state=ImportState.APPLIED)
    return same.select_related("applied_by").order_by("-pk").first()


def _cards(stock_import: StockImport, shown: str) -> list[dict[str, Any]]:
    is_planned = stock_import.state == ImportState.PLANNED
    is_count = stock_import.mode == ImportMode.COUNT
    figures = (
        (PROBLEMS, "Problems", stock_import.problems, "bad" if stock_import.problems else ""),
        (CHANGES, "Will change" if is_planned else "Changed", stock_import.changes, ""),
        (RIGHT, "Already right" if is_count else "Nothing to add", stock_import.unchanged, ""),
    )
    return cards_that_filter(figures, shown)


def cards_that_filter(figures: Iterable[tuple[str, str, int, str]], shown: str) -> list[dict[str, Any]]:
    """A card for each view, title, count and tone; a click shows its rows alone, another one all again."""
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
