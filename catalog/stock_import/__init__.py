"""Stock changed by a file: planned, looked at, applied, perhaps undone.

A row with a `problem_code` changes nothing; one with a `remark_code` was applied all the same.
"""

from backoffice.sheets.plans import CannotUndo
from catalog.stock_import.apply import (
    AlreadyImported,
    ImportHasProblems,
    PlanChanged,
    apply_import,
    refuse_repetition,
)
from catalog.stock_import.lookup import UnknownImport, WrongState, import_numbered
from catalog.stock_import.plan import forget_plan, plan_import, sweep_plans
from catalog.stock_import.problems import problem_in_words, problem_of
from catalog.stock_import.rejects import rejects_csv, template_csv
from catalog.stock_import.undo import undo_import

__all__ = [
    "AlreadyImported",
    "CannotUndo",
    "ImportHasProblems",
    "PlanChanged",
    "UnknownImport",
    "WrongState",
    "apply_import",
    "forget_plan",
    "import_numbered",
    "plan_import",
    "problem_in_words",
    "problem_of",
    "refuse_repetition",
    "rejects_csv",
    "sweep_plans",
    "template_csv",
    "undo_import",
]
