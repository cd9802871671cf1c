"""Products changed by a file: every row looked at, then all of them imported as they were seen."""

from catalog.product_files.kept import (
    PlanGone,
    apply_product_import,
    file_of,
    keep_product_plan,
    plan_of,
    product_import_numbered,
    sweep_product_plans,
)
from catalog.product_files.plan import import_products, plan_products, rejected_products_csv
from catalog.product_files.reading import ProductFile, read_products

__all__ = [
    "PlanGone",
    "ProductFile",
    "apply_product_import",
    "file_of",
    "import_products",
    "keep_product_plan",
    "plan_of",
    "plan_products",
    "product_import_numbered",
    "read_products",
    "rejected_products_csv",
    "sweep_product_plans",
]
