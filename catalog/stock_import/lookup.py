"""Finding an import by its number, and holding it until the transaction ends."""

from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.errors import Conflict, Fault, NotFound
from catalog.models import ImportState, StockImport, StockImportRow
from catalog.stock_import.problems import problem_of

FAULTS_NAMED = 50
# The sentence for the state that an import has and the state that was needed.
WRONG_STATES = {
    (ImportState.APPLIED, ImportState.PLANNED): _("Stock import %(number)s is applied, not planned."),
    (ImportState.UNDONE, ImportState.PLANNED): _("Stock import %(number)s is undone, not planned."),
    (ImportState.PLANNED, ImportState.APPLIED): _("Stock import %(number)s is planned, not applied."),
    (ImportState.UNDONE, ImportState.APPLIED): _("Stock import %(number)s is undone, not applied."),
    (ImportState.PLANNED, ImportState.UNDONE): _("Stock import %(number)s is planned, not undone."),
    (ImportState.APPLIED, ImportState.UNDONE): _("Stock import %(number)s is applied, not undone."),
}


class UnknownImport(NotFound):
    code = "unknown_import"

    def __init__(self, number: int) -> None:
        super().__init__(
            gettext("There is no stock import %(number)s. Plans are kept for 24 hours.") % {"number": number}
        )


class WrongState(Conflict):
    """Only a planned import can be applied, only an applied one undone."""

    code = "import_state"


def import_numbered(number: int) -> StockImport:
    """Return the import with this number. Raises UnknownImport."""
    found = StockImport.objects.filter(pk=number).first()
    if found is None:
        raise UnknownImport(number)
    return found


def hold_import(number: int, *, state: ImportState) -> tuple[StockImport, list[StockImport]]:
    """Return the import and others of the same mode and content, all locked until the transaction ends.

    Raises:
        UnknownImport, WrongState.
    """
    digest = import_numbered(number).digest
    same = list(StockImport.objects.filter(digest=digest).order_by("pk").select_for_update(no_key=True))
    held = next((each for each in same if each.pk == number), None)
    if held is None:
        raise UnknownImport(number)
    if held.state != state:
        raise WrongState(WRONG_STATES[ImportState(held.state), state] % {"number": number})
    return held, [each for each in same if each.pk != number]


def count_rows(stock_import: StockImport) -> None:
    """Set, but do not save, the counts of rows by what they do."""
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
    """Return the first rows with a problem, only those with one of the codes if any are given."""
    rows = stock_import.rows.exclude(problem_code="").order_by("row")
    if codes:
        rows = rows.filter(problem_code__in=codes)
    return [_fault(row) for row in rows[:FAULTS_NAMED]]


def _fault(row: StockImportRow) -> Fault:
    return Fault(
        pointer=f"/rows/{row.row}",
        code=row.problem_code,
        detail=gettext("Row %(row)s (%(sku)s): %(problem)s")
        % {"row": row.row, "sku": row.sku, "problem": problem_of(row)},
        facts={"row": row.row, "sku": row.sku, **row.facts},
    )


def execute(statement: str, **facts: Any) -> int:
    """Run the statement and return how many rows it wrote; it may use `%(moment)s`, the present time."""
    moment = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(statement, {"moment": moment, **facts})
        return cursor.rowcount
