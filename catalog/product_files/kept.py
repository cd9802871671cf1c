"""A plan, stored between the request that shows it and the one that applies it."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import User
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict, Forbidden, NotFound
from backoffice.sheets.plans import Outcome, PlannedRow, RowPlan, RowProblem
from backoffice.sheets.remarks import kept_remarks, remarks_kept
from catalog.models import ImportState, ProductImport, ProductImportRow
from catalog.product_files.plan import rejected_products_csv
from catalog.product_files.problems import problems_in_words
from catalog.product_files.reading import ProductFile
from catalog.product_history import told_to

PLANS_KEPT = timedelta(hours=24)
# So many rows are written in one transaction; others can write between two of them.
ROWS_AT_ONCE = 2_000
PAUSE_SECONDS = 0.01
LONGEST_SKU = 255


class PlanGone(NotFound):
    code = "unknown_import"
    title = _("No such import")

    def __init__(self, number: int) -> None:
        super().__init__(
            gettext("There is no product import %(number)s. Plans are kept for 24 hours.")
            % {"number": number}
        )


class ImportInWrongState(Conflict):
    """Only a planned import can be applied, only an applied one undone."""

    code = "import_state"
    title = _("The import is in another state")


def keep_product_plan(file: ProductFile, plan: RowPlan, *, by: Actor) -> ProductImport:
    """Store a plan; nobody sees it before its last row is written."""
    kept = ProductImport(
        file_name=file.name,
        columns=list(file.columns),
        ignored_columns=list(file.ignored_columns),
        remarks=kept_remarks(file.remarks),
        rows_count=len(plan.rows),
        new=plan.count(Outcome.NEW),
        changed=plan.count(Outcome.CHANGE),
        unchanged=plan.count(Outcome.SAME),
        problems=plan.count(Outcome.PROBLEM),
        created_by=by.user,
        source=by.source,
    )
    if len(plan.rows) <= ROWS_AT_ONCE:
        _keep_at_once(kept, file, plan)
    else:
        _keep_in_parts(kept, file, plan)
    return kept


@write_transaction
def _keep_at_once(kept: ProductImport, file: ProductFile, plan: RowPlan) -> None:
    kept.pk = None
    kept.save(force_insert=True)
    _keep_rows(kept, file, list(zip(plan.rows, file.rows, strict=True)))


def _keep_in_parts(kept: ProductImport, file: ProductFile, plan: RowPlan) -> None:
    """Write the rows in several transactions; nobody sees the plan before the last one."""
    kept.kept_since = timezone.now()
    write_transaction(kept.save)()
    for part in batched(zip(plan.rows, file.rows, strict=True), ROWS_AT_ONCE):
        write_transaction(_keep_rows)(kept, file, part)
        # Without a pause the lock would be taken again before anybody who waits could get it.
        time.sleep(PAUSE_SECONDS)
    kept.kept_since = None
    write_transaction(kept.save)(update_fields=["kept_since"])


def _keep_rows(
    kept: ProductImport, file: ProductFile, rows: Sequence[tuple[PlannedRow, tuple[int, tuple[str, ...]]]]
) -> None:
    ProductImportRow.objects.bulk_create(
        _as_kept(kept, row, cells, file.faults.get(number, ())) for row, (number, cells) in rows
    )


def _as_kept(
    kept: ProductImport, row: PlannedRow, cells: Sequence[str], faults: Sequence[RowProblem]
) -> ProductImportRow:
    return ProductImportRow(
        product_import=kept,
        row=row.row,
        sku=row.name[:LONGEST_SKU],
        outcome=row.outcome.value,
        cells=list(cells),
        faults=_as_json(faults),
        changes=row.with_amounts_as_text.changes,
        problems=_as_json(row.problems),
        problem_code=row.problem_code or "",
    )


def _as_json(problems: Sequence[RowProblem]) -> list[list[Any]]:
    return [[each.column, each.code, each.facts] for each in problems]


def product_import_numbered(number: int) -> ProductImport:
    """Return the stored import with this number. Raises PlanGone."""
    found = ProductImport.objects.filter(pk=number).first()
    if found is None:
        raise PlanGone(number)
    return found


def hold_product_import(number: int) -> ProductImport:
    """Return the import, locked until the transaction ends. Raises PlanGone."""
    found = ProductImport.objects.select_for_update(no_key=True).filter(pk=number).first()
    if found is None:
        raise PlanGone(number)
    return found


def plan_of(kept: ProductImport) -> RowPlan:
    """Return the plan as it was shown, with amounts as text; problems are put into words again."""
    rows = kept.rows.defer("cells").order_by("row").iterator(2_000)
    remarks = remarks_kept(kept.remarks)
    return RowPlan("sku", tuple(map(planned_row, rows)), tuple(kept.ignored_columns), remarks)


def planned_row(row: ProductImportRow) -> PlannedRow:
    """Return a row as it was planned; one that could not be undone says why."""
    pairs = {column: (before, after) for column, (before, after) in row.changes.items()}
    problems = tuple(RowProblem(*each) for each in row.problems)
    words = problems_in_words(problems)
    return PlannedRow(row.row, row.sku, Outcome(row.outcome), pairs, words, problems)


def rejected_of(kept: ProductImport, *, to: User | None) -> str:
    """Return the rows with problems as a CSV file to correct and import again; `to` None sees everything.

    Raises:
        Forbidden: the file has a column that the reader may not see.
    """
    if told_to(dict.fromkeys(kept.columns), to).keys() != set(kept.columns):
        raise Forbidden(gettext("Only those who may edit products see what they cost."))
    return rejected_products_csv(file_of(kept), plan_of(kept))


def file_of(kept: ProductImport) -> ProductFile:
    read = list(kept.rows.order_by("row").values_list("row", "cells", "faults"))
    return ProductFile(
        kept.file_name,
        tuple(kept.columns),
        tuple(kept.ignored_columns),
        tuple((number, tuple(cells)) for number, cells, _faults in read),
        {number: tuple(RowProblem(*each) for each in faults) for number, _cells, faults in read if faults},
        remarks_kept(kept.remarks),
    )


@write_transaction
def forget_product_plan(number: int) -> None:
    """Delete the plan, unless it was applied."""
    _delete(ProductImport.objects.filter(pk=number, state=ImportState.PLANNED))


@write_transaction
def sweep_product_plans(now: datetime) -> int:
    """Delete plans that nobody applied within 24 hours and return how many."""
    abandoned = ProductImport.with_incomplete.filter(
        state=ImportState.PLANNED, created_at__lt=now - PLANS_KEPT
    )
    return _delete(abandoned)


def _delete(plans: QuerySet[ProductImport]) -> int:
    # A plan that is being applied right now is locked, and skipped.
    pks: list[Any] = list(plans.select_for_update(skip_locked=True).values_list("pk", flat=True))
    ProductImport.with_incomplete.filter(pk__in=pks).delete()
    return len(pks)
