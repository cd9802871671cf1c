"""Products changed by a file: every row looked at, then all of them imported as seen, perhaps undone."""

from backoffice.sheets.plans import CannotUndo
from catalog.product_files.apply import AppliedAlready, apply_product_import
from catalog.product_files.kept import (
    PlanGone,
    file_of,
    forget_product_plan,
    keep_product_plan,
    plan_of,
    planned_row,
    product_import_numbered,
    rejected_of,
    sweep_product_plans,
)
from catalog.product_files.plan import (
    import_products,
    plan_products,
    refuse_too_many,
    rejected_products_csv,
)
from catalog.product_files.problems import problems_in_words
from catalog.product_files.reading import ProductFile, read_products
from catalog.product_files.undo import NOT_UNDONE, undo_product_import

__all__ = [
    "NOT_UNDONE",
    "AppliedAlready",
    "CannotUndo",
    "PlanGone",
    "ProductFile",
    "apply_product_import",
    "file_of",
    "forget_product_plan",
    "import_products",
    "keep_product_plan",
    "plan_of",
    "plan_products",
    "planned_row",
    "problems_in_words",
    "product_import_numbered",
    "read_products",
    "refuse_too_many",
    "rejected_of",
    "rejected_products_csv",
    "sweep_product_plans",
    "undo_product_import",
]
