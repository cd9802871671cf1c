"""What was written with a transfer is put together, in the flavours of banks."""

import pytest

from orders.payments.statements.mt940_text import told_by

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("lines", "text", "name"),
    [
        (["166?00GUTSCHRIFT?20B-100042?32Ada?33 Lovelace"], "B-100042", "Ada Lovelace"),
        (["166?20SVWZ+Thank you for order B-1?2100042"], "Thank you for order B-100042", ""),
        (["166?20EREF+B-100042?21SVWZ+Tee"], "Tee B-100042", ""),
        (["166?20SVWZ+Tee?21ABWA+Real Payer?32Bank"], "Tee", "Real Payer"),
        (["/TRTP/SEPA/NAME/J. Vries/REMI/B-100042/EREF/NOTPROVIDED"], "B-100042", "J. Vries"),
        (["/CNTP/NL02/RABO/K. Bakker/Utrecht//REMI/USTD//B-100042/"], "B-100042", "K. Bakker"),
        (["GIRO 123 Ada", "B-100042"], "GIRO 123 Ada B-100042", ""),
        (["x" * 60 + "B-100", "042"], "x" * 60 + "B-100042", ""),
        ([], "", ""),
    ],
)
def test_the_text_is_put_together(lines: list[str], text: str, name: str) -> None:
    assert told_by(lines) == (text, name)
