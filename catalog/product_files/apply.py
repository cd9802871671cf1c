"""Applying a plan that was kept: exactly what was shown, once."""

from django.utils import timezone
from django.utils.translation import gettext

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.sheets.plans import OnRow
from catalog.models import ImportState, ProductImport
from catalog.product_files.kept import ImportInWrongState, file_of, hold_product_import, plan_of
from catalog.product_files.plan import import_products


class AppliedAlready(ImportInWrongState):
    pass


@write_transaction
def apply_product_import(
    number: int, *, by: Actor, skip_invalid: bool = False, on_row: OnRow | None = None
) -> ProductImport:
    """Do exactly what was shown; all of it, or with `skip_invalid` every row without a problem.

    Raises:
        PlanGone, AppliedAlready: a second click finds it done.
        RowsHaveProblems, RowsChanged: naming rows; nothing was changed.
    """
    kept = hold_product_import(number)
    if kept.state == ImportState.UNDONE:
        raise AppliedAlready(gettext("This import was applied and undone before; nothing was done again."))
    if kept.state != ImportState.PLANNED:
        raise AppliedAlready(gettext("This file is imported already; nothing was done again."))
    import_products(
        file_of(kept),
        by=by,
        seen=plan_of(kept),
        skip_invalid=skip_invalid,
        product_import=kept,
        on_row=on_row,
    )
    kept.state = ImportState.APPLIED
    kept.applied_at = timezone.now()
    kept.applied_by = by.user
    kept.save(update_fields=["state", "applied_at", "applied_by"])
    return kept
