"""Finding and holding a numbered import."""

from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone

from backoffice.errors import Conflict, Fault, NotFound
from catalog.models import ImportState, StockImport, StockImportRow

FAULTS_NAMED = 50


class UnknownImport(NotFound):
    code = "unknown_import"


class WrongState(Conflict):
    """Only a planned import can be applied, only an applied one undone."""

    code = "import_state"


def import_numbered(number: int) -> StockImport:
    """Raises UnknownImport."""
    found = StockImport.objects.filter(pk=number).first()
    if found is None:
        raise UnknownImport(f"There is no stock import {number}. Plans are kept for 24 hours.")
    return found


def hold_import(number: int, *, state: ImportState) -> tuple[StockImport, list[StockImport]]:
    """The import and the others of the same mode and content, all locked until the transaction ends.

    Raises:
        UnknownImport, WrongState.
    """
    digest = import_numbered(number).digest
    same = list(StockImport.objects.filter(digest=digest).order_by("pk").select_for_update(no_key=True))
    held = next((each for each in same if each.pk == number), None)
    if held is None:
        raise UnknownImport(f"There is no stock import {number}. Plans are kept for 24 hours.")
    if held.state != state:
        raise WrongState(
            f"Stock import {number} is {held.get_state_display().lower()}, not {state.label.lower()}."
        )
    return held, [each for each in same if each.pk != number]


def count_rows(stock_import: StockImport) -> None:
    """Set, but do not save, how many rows do what."""
    is_good = Q(problem_code="")
    counts = stock_import.rows.aggregate(
        rows_count=Count("pk"),
        changes=Count("pk", filter=is_good & ~Q(change=0)),
        unchanged=Count("pk", filter=is_good & Q(change=0)),
        problems=Count("pk", filter=~is_good),
    )
    for name, value in counts.items():
        setattr(stock_import, name, value)


def faults_of(stock_import: StockImport, *codes: str) -> list[Fault]:
    """The first rows with a problem, with one of the codes if any are given."""
    rows = stock_import.rows.exclude(problem_code="").order_by("row")
    if codes:
        rows = rows.filter(problem_code__in=codes)
    return [_fault(row) for row in rows[:FAULTS_NAMED]]


def _fault(row: StockImportRow) -> Fault:
    return Fault(
        pointer=f"/rows/{row.row}",
        code=row.problem_code,
        detail=f"Row {row.row} ({row.sku}): {row.problem}",
        facts={"row": row.row, "sku": row.sku},
    )


def execute(statement: str, **facts: Any) -> int:
    """How many rows the statement wrote. Times are handed over as the ORM stores them."""
    moment = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(statement, {"moment": moment, **facts})
        return cursor.rowcount
