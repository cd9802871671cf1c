"""What the page of one product import shows, and what it leaves in the products' histories."""

from collections.abc import Sequence
from itertools import batched
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Paginator
from django.http import HttpRequest

from accounts.actors import Actor
from backoffice.db.fields import folded
from backoffice.errors import Refusal
from backoffice.sheets.plans import Outcome, PlannedRow, RowPlan
from catalog.admin.import_page import cards_that_filter
from catalog.models import Product, ProductImport, ProductImportState
from catalog.product_files import plan_of

PER_PAGE = 100
FAULTS_SHOWN = 10
ROWS_AT_ONCE = 1_000
IMPORTANCE = (Outcome.PROBLEM, Outcome.NEW, Outcome.CHANGE, Outcome.SAME)
VIEWS = {
    "problems": (Outcome.PROBLEM,),
    "new": (Outcome.NEW,),
    "changes": (Outcome.CHANGE,),
    "right": (Outcome.SAME,),
}


def product_import_context(
    kept: ProductImport, request: HttpRequest, refusal: Refusal | None
) -> dict[str, Any]:
    plan = plan_of(kept)
    shown = request.GET.get("show", "")
    rows = [row for row in plan.rows if row.outcome in VIEWS.get(shown, IMPORTANCE)]
    rows.sort(key=lambda row: IMPORTANCE.index(row.outcome))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    is_planned = kept.state == ProductImportState.PLANNED
    return {
        "title": str(kept),
        "object": kept,
        "plan": plan,
        "problems": len(plan.problems),
        "cards": _cards(plan, shown, is_planned=is_planned),
        "page": page,
        "rows": [(row, _changes(row)) for row in page],
        "shown": shown,
        "is_planned": is_planned,
        "refusal": refusal,
        "faults": [] if refusal is None else refusal.faults[:FAULTS_SHOWN],
        "more_faults": 0 if refusal is None else max(0, len(refusal.faults) - FAULTS_SHOWN),
    }


def _changes(row: PlannedRow) -> list[tuple[str, str, str]]:
    return [
        (name, _in_words(before), _in_words(after))
        for name, (before, after) in row.changes.items()
        if name != "sku"
    ]


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _cards(plan: RowPlan, shown: str, *, is_planned: bool) -> list[dict[str, Any]]:
    problems = len(plan.problems)
    figures = (
        ("problems", "Problems", problems, "bad" if problems else ""),
        ("new", "New" if is_planned else "Created", plan.count(Outcome.NEW), ""),
        ("changes", "Will change" if is_planned else "Changed", plan.count(Outcome.CHANGE), ""),
        ("right", "Already right", plan.count(Outcome.SAME), ""),
    )
    return cards_that_filter(figures, shown)


def note_in_histories(kept: ProductImport, by: Actor) -> int:
    """An entry for each product that was created or changed, with values before and after; gives how many."""
    rows = [row for row in plan_of(kept).rows if row.outcome in (Outcome.NEW, Outcome.CHANGE)]
    for part in batched(rows, ROWS_AT_ONCE):
        LogEntry.objects.bulk_create(_entries(kept, part, by))
    return len(rows)


def _entries(kept: ProductImport, rows: Sequence[PlannedRow], by: Actor) -> list[LogEntry]:
    products = {product.sku_key: product for product in Product.objects.with_skus(row.name for row in rows)}
    kind = ContentType.objects.get_for_model(Product)
    return [
        LogEntry(
            user=by.user,
            content_type=kind,
            object_id=str(products[folded(row.name)].pk),
            object_repr=str(products[folded(row.name)])[:200],
            action_flag=ADDITION if row.outcome is Outcome.NEW else CHANGE,
            change_message=_message(kept, row),
        )
        for row in rows
        if folded(row.name) in products
    ]


def _message(kept: ProductImport, row: PlannedRow) -> str:
    told = (f"{name} {before or '(empty)'} → {after or '(empty)'}" for name, before, after in _changes(row))
    return f"By the file {kept.file_name}: {'; '.join(told)}."
