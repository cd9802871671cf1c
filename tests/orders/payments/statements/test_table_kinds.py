"""Only money of customers that has moved is booked."""

import pytest

from orders.payments.statements import BankStatement, read_statement
from orders.payments.statements.table_columns import Writer
from orders.payments.statements.table_kinds import MoneyOf, moved_by

pytestmark = pytest.mark.once


def read(text: str) -> BankStatement:
    return read_statement(text.encode(), file_name="statement.csv")


def problems(found: BankStatement) -> list[tuple[int, str]]:
    return [(each.row, each.code) for each in found.problems]


def test_a_status_that_nobody_knows_is_not_booked() -> None:
    found = read("date;amount;status\n2026-11-30;12,50;gone fishing\n2026-11-30;12,50;completed\n")

    assert len(found.lines) == 1
    assert problems(found) == [(2, "unknown_status")]


@pytest.mark.parametrize(
    ("writer", "kind", "status", "impact", "money"),
    [
        (Writer.BANK, "GUTSCHRIFT", "", "", MoneyOf.PAYMENT),
        (Writer.BANK, "", "Umsatz vorgemerkt", "", MoneyOf.NOT_YET),
        (Writer.STRIPE, "charge", "", "", MoneyOf.PAYMENT),
        (Writer.STRIPE, "payment_refund", "", "", MoneyOf.PAYMENT),
        (Writer.STRIPE, "dispute_reversal", "", "", MoneyOf.CHARGEBACK),
        (Writer.STRIPE, "payout", "", "", MoneyOf.OF_THE_SHOP),
        (Writer.STRIPE, "fee", "", "", MoneyOf.OF_THE_SHOP),
        (Writer.STRIPE, "", "requires_capture", "", MoneyOf.NOT_YET),
        (Writer.PAYPAL, "Allgemeine Währungsumrechnung", "Abgeschlossen", "Soll", MoneyOf.OF_THE_SHOP),
        (Writer.PAYPAL, "Express Checkout Payment", "Completed", "Memo", MoneyOf.OF_THE_SHOP),
        (Writer.PAYPAL, "Rückbuchung", "Abgeschlossen", "Soll", MoneyOf.CHARGEBACK),
        (Writer.PAYPAL, "Express Checkout Payment", "Denied", "", MoneyOf.NOT_YET),
    ],
)
def test_each_kind_of_row_is_known(
    writer: Writer, kind: str, status: str, impact: str, money: MoneyOf
) -> None:
    assert moved_by(writer, kind=kind, status=status, impact=impact) is money
