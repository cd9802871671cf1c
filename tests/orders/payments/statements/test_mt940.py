"""MT940 as banks write it, which is never quite as SWIFT says."""

import pytest

from orders.payments.statements import BankStatement, read_statement

pytestmark = pytest.mark.once

HEAD = ":20:S\n:25:10000000/1\n:60F:C261126EUR1,00\n"


def read(body: str, head: str = HEAD) -> BankStatement:
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


def test_lines_may_end_as_windows_ends_them() -> None:
    text = f"{HEAD}:61:261128C5,00NTRFNONREF\n:86:166?20B-100042?32Ada\n?33 Lovelace\n-}}".replace(
        "\n", "\r\n"
    )
    (line,) = read_statement(text.encode(), file_name="a.sta").lines
    assert (line.text, line.name) == ("B-100042", "Ada Lovelace")


def test_control_characters_come_through_nowhere() -> None:
    found = read(":61:261128C5,00NTRFNON\x00REF//X\x007\n:86:166?20B-1\x0000042?32A\x00da\n:61:gar\x00bage\n")
    (line,), (problem,) = found.lines, found.problems
    assert (line.reference, line.name) == ("2026-11-28/X7", "Ada")
    assert "\x00" not in f"{line} {problem}"
