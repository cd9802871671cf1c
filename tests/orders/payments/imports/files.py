"""Files of a bank for tests, and what a plan of them says."""

from io import BytesIO

from accounts.actors import Actor
from orders.models import PaymentImport
from orders.payments.imports import plan_payments
from tests.factories import CLI

HEADER = "date;amount;text;name;id;method\n"


def file_of(*rows: str) -> str:
    """Write rows such as `12.50;B-100001;Ada;TX1`, all of one day."""
    return HEADER + "".join(f"2026-11-30;{row}\n" for row in rows)


def planned(*rows: str, by: Actor = CLI) -> PaymentImport:
    return plan_payments(BytesIO(file_of(*rows).encode()), file_name="bank.csv", by=by)


def outcomes(found: PaymentImport) -> list[str]:
    return list(found.rows.order_by("row").values_list("outcome", flat=True))
