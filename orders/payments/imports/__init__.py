"""Payments from a file of a bank or provider: planned, looked at, applied, perhaps undone."""

from orders.payments.imports.apply import apply_payments
from orders.payments.imports.lookup import (
    UnknownPaymentImport,
    WrongPaymentImportState,
    payment_import_numbered,
)
from orders.payments.imports.plan import (
    UnknownImportRow,
    forget_payment_plan,
    give_order,
    plan_payments,
    sweep_payment_plans,
)
from orders.payments.imports.rejects import open_rows, payments_template_csv, rejected_payments_csv
from orders.payments.imports.undo import undo_payments
from orders.payments.imports.words import row_in_words

__all__ = [
    "UnknownImportRow",
    "UnknownPaymentImport",
    "WrongPaymentImportState",
    "apply_payments",
    "forget_payment_plan",
    "give_order",
    "open_rows",
    "payment_import_numbered",
    "payments_template_csv",
    "plan_payments",
    "rejected_payments_csv",
    "row_in_words",
    "sweep_payment_plans",
    "undo_payments",
]
