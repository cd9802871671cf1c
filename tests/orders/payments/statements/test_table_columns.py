"""Who wrote a table is told by its header."""

import pytest

from orders.payments.statements.table_columns import LAYOUT, Writer, writer_of

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("header", "writer"),
    [
        (("id", "Type", "Amount", "Customer Facing Amount"), Writer.STRIPE),
        (("Date", "Gross", "Fee", "Net", "Transaction ID"), Writer.PAYPAL),
        (("Datum", "Brutto", "Transaktionscode"), Writer.PAYPAL),
        (("Buchungstag", "Betrag", "Verwendungszweck"), Writer.BANK),
    ],
)
def test_the_writer_is_known_by_columns_of_its_own(header: tuple[str, ...], writer: Writer) -> None:
    assert writer_of(header) is writer


def test_a_header_has_a_date_and_an_amount() -> None:
    assert LAYOUT.is_header(["Buchungstag", "Haben"])
    assert not LAYOUT.is_header(["Buchungstag", "Verwendungszweck"])
    assert not LAYOUT.is_header(["Saldo", "4.321,09", "EUR"])
