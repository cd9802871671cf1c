"""MT940 as banks write it, which is never quite as SWIFT says."""

import pytest

from orders.payments.statements import Statement, read_statement
from orders.payments.statements.mt940_text import told_by

pytestmark = pytest.mark.once

HEAD = ":20:S\n:25:10000000/1\n:60F:C261126EUR1,00\n"


def read(body: str, head: str = HEAD) -> Statement:
    return read_statement(f"{head}{body}:62F:C261130EUR1,00\n-\n".encode(), file_name="a.sta")


@pytest.mark.parametrize(
    ("mark", "amount"), [("C", "5.00"), ("D", "-5.00"), ("RC", "-5.00"), ("RD", "5.00"), ("CR", "5.00")]
)
def test_a_reversal_moves_money_the_other_way(mark: str, amount: str) -> None:
    (line,) = read(f":61:261128{mark}5,00NTRFNONREF\n:86:B-100042\n").lines
    assert str(line.amount) == amount


def test_what_is_only_expected_is_left_out() -> None:
    found = read(":61:261128EC5,00NTRFNONREF\n:86:B-100042\n")
    assert found.lines == ()
    assert [(each.code, each.facts["names"]) for each in found.remarks] == [("not_yet", [4])]


def test_another_currency_is_that_of_the_account() -> None:
    found = read(":61:261128C5,00NTRFNONREF\n:86:B-100042\n", ":20:S\n:25:1\n:60F:C261126USD1,00\n")
    assert [each.code for each in found.problems] == ["other_currency"]


def test_a_line_without_a_text_is_a_line() -> None:
    found = read(":61:261128C5,00NTRFB-100042\n:61:261128C6,00NTRFNONREF//X7\n")
    assert [(str(line.amount), line.text) for line in found.lines] == [("5.00", "B-100042"), ("6.00", "")]
    assert found.lines[1].reference == "2026-11-28/X7"


def test_a_line_that_cannot_be_read_loses_none_of_the_others() -> None:
    found = read(":61:garbage\n:86:B-1\n:61:261399C5,00NTRFNONREF\n:61:261128C5,00NTRFNONREF\n:86:good\n")
    assert [line.text for line in found.lines] == ["good"]
    assert [(each.row, each.code) for each in found.problems] == [
        (4, "unreadable_line"),
        (6, "unreadable_line"),
    ]


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
