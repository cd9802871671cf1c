"""Finding an import of payments by its number, and holding it until the transaction ends."""

from typing import Any

from django.db import connection
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.errors import Conflict, Fault, NotFound
from catalog.models import ImportState
from orders.models import PaymentImport, PaymentImportRow, PaymentOutcome
from orders.payments.imports.judging import COUNTED_AS
from orders.payments.imports.words import row_in_words

FAULTS_NAMED = 50
WRONG_STATES = {
    (ImportState.APPLIED, ImportState.PLANNED): gettext_lazy(
        "Payment import %(number)s is applied, not planned."
    ),
    (ImportState.UNDONE, ImportState.PLANNED): gettext_lazy(
        "Payment import %(number)s is undone, not planned."
    ),
    (ImportState.PLANNED, ImportState.APPLIED): gettext_lazy(
        "Payment import %(number)s is planned, not applied."
    ),
    (ImportState.UNDONE, ImportState.APPLIED): gettext_lazy(
        "Payment import %(number)s is undone, not applied."
    ),
}


class UnknownPaymentImport(NotFound):
    code = "unknown_import"

    def __init__(self, number: int) -> None:
        super().__init__(
            _("There is no payment import %(number)s. Plans are kept for 24 hours.") % {"number": number}
        )


class WrongPaymentImportState(Conflict):
    """Only a planned import can be applied, only an applied one undone."""

    code = "import_state"


def payment_import_numbered(number: int) -> PaymentImport:
    """Return the import with this number. Raises UnknownPaymentImport."""
    found = PaymentImport.objects.filter(pk=number).first()
    if found is None:
        raise UnknownPaymentImport(number)
    return found


def hold_payment_import(number: int, *, state: ImportState) -> PaymentImport:
    """Return the import, locked until the transaction ends.

    Raises:
        UnknownPaymentImport, WrongPaymentImportState.
    """
    held = PaymentImport.objects.filter(pk=number).select_for_update(no_key=True).first()
    if held is None:
        raise UnknownPaymentImport(number)
    if held.state != state:
        raise WrongPaymentImportState(WRONG_STATES[ImportState(held.state), state] % {"number": number})
    return held


def count_rows(found: PaymentImport) -> list[str]:
    """Set, but do not save, the counts of rows by what they do; return the fields.

    Of an import that was applied, what was booked counts as changes, also where it differed.
    """
    counts = dict.fromkeys((*dict.fromkeys(COUNTED_AS.values()), "rows_count"), 0)
    kinds = found.rows.order_by().values_list("outcome", "is_accepted").annotate(count=Count("pk"))
    for outcome, is_accepted, count in kinds:
        counts["rows_count"] += count
        counts["changes" if is_accepted else COUNTED_AS[PaymentOutcome(outcome)]] += count
    for name, count in counts.items():
        setattr(found, name, count)
    return list(counts)


def faults_of(found: PaymentImport, *codes: str) -> list[Fault]:
    """Return the first rows with one of these problems."""
    rows = found.rows.filter(problem_code__in=codes).select_related("order").order_by("row")
    return [_fault(row) for row in rows[:FAULTS_NAMED]]


def _fault(row: PaymentImportRow) -> Fault:
    number = str(row.order.number) if row.order else ""
    return Fault(
        pointer=f"/rows/{row.row}",
        code=row.problem_code,
        detail=_("Row %(row)s (%(order)s): %(problem)s")
        % {
            "row": row.row,
            "order": number,
            "problem": row_in_words(row.outcome, row.problem_code, row.facts),
        },
        facts={"row": row.row, "order": number, **row.facts},
    )


def execute(statement: str, **facts: Any) -> int:
    """Run the statement and return how many rows it wrote; it may use `%(moment)s`, the present time."""
    moment = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(statement, {"moment": moment, **facts})
        return int(cursor.rowcount)
