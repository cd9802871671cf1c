"""A plan, stored between the request that shows it and the one that applies it."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict, NotFound
from backoffice.sheets.plans import Outcome, PlannedRow, RowPlan, RowProblem
from backoffice.sheets.remarks import kept_remarks, remarks_kept
from catalog.models import ProductImport, ProductImportState
from catalog.product_files.plan import import_products
from catalog.product_files.problems import problems_in_words
from catalog.product_files.reading import ProductFile, kept_file

PLANS_KEPT = timedelta(hours=24)


class PlanGone(NotFound):
    code = "unknown_import"
    title = _("No such import")

    def __init__(self, number: int) -> None:
        super().__init__(
            gettext("There is no product import %(number)s. Plans are kept for 24 hours.")
            % {"number": number}
        )


class AppliedAlready(Conflict):
    code = "import_state"
    title = _("The import was applied before")


@write_transaction
def keep_product_plan(file: ProductFile, plan: RowPlan, *, by: Actor) -> ProductImport:
    """Store a plan in one statement."""
    return ProductImport.objects.create(
        file_name=file.name,
        columns=file.columns,
        ignored_columns=file.ignored_columns,
        rows=file.rows_to_keep(),
        remarks=kept_remarks(file.remarks),
        plan=[_as_json(row) for row in plan.rows],
        created_by=by.user,
        source=by.source,
    )


def product_import_numbered(number: int) -> ProductImport:
    """Return the stored import with this number. Raises PlanGone."""
    found = ProductImport.objects.filter(pk=number).first()
    if found is None:
        raise PlanGone(number)
    return found


def plan_of(kept: ProductImport) -> RowPlan:
    """Return the plan as it was shown, with amounts as text; problems are put into words again."""
    rows = tuple(_row(*each) for each in kept.plan)
    return RowPlan("sku", rows, tuple(kept.ignored_columns), remarks_kept(kept.remarks))


def _row(
    number: int, name: str, outcome: str, changes: dict[str, list[Any]], kept: list[list[Any]]
) -> PlannedRow:
    pairs = {column: (before, after) for column, (before, after) in changes.items()}
    problems = tuple(RowProblem(*each) for each in kept)
    return PlannedRow(number, name, Outcome(outcome), pairs, problems_in_words(problems), problems)


def file_of(kept: ProductImport) -> ProductFile:
    remarks = remarks_kept(kept.remarks)
    return kept_file(kept.file_name, kept.columns, kept.ignored_columns, kept.rows, remarks)


@write_transaction
def apply_product_import(number: int, *, by: Actor, skip_invalid: bool = False) -> ProductImport:
    """Do exactly what was shown; all of it, or with `skip_invalid` every row without a problem.

    Raises:
        PlanGone, AppliedAlready: a second click finds it done.
        RowsHaveProblems, RowsChanged: naming rows; nothing was changed.
    """
    kept = ProductImport.objects.select_for_update(no_key=True).filter(pk=number).first()
    if kept is None:
        raise PlanGone(number)
    if kept.state != ProductImportState.PLANNED:
        raise AppliedAlready(gettext("This file is imported already; nothing was done again."))
    import_products(file_of(kept), by=by, seen=plan_of(kept), skip_invalid=skip_invalid)
    kept.state = ProductImportState.APPLIED
    kept.applied_at = timezone.now()
    kept.applied_by = by.user
    kept.save(update_fields=["state", "applied_at", "applied_by"])
    return kept


@write_transaction
def sweep_product_plans(now: datetime) -> int:
    """Delete plans that nobody applied within 24 hours and return how many."""
    abandoned = ProductImport.objects.filter(
        state=ProductImportState.PLANNED, created_at__lt=now - PLANS_KEPT
    )
    # A plan that is being applied right now is locked, and skipped.
    plans = list(abandoned.select_for_update(skip_locked=True).values_list("pk", flat=True))
    ProductImport.objects.filter(pk__in=plans).delete()
    return len(plans)


def _as_json(row: PlannedRow) -> list[Any]:
    row = row.with_amounts_as_text
    problems = [[each.column, each.code, each.facts] for each in row.problems]
    return [row.row, row.name, row.outcome.value, row.changes, problems]
