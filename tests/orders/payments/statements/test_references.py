"""A line of a bank has one number, in whichever file it comes."""

import pytest

from orders.payments.statements import BankStatement, read_statement

pytestmark = pytest.mark.once

HEADER = "date;amount;text;name;id\n"
MONDAY = "2026-11-23;12,50;B-100042;Ada;\n"
TWICE = "2026-11-23;3,00;thanks;Ben;\n"
TUESDAY = "2026-11-24;12,50;B-100042;Ada;\n"


def read(*rows: str, header: str = HEADER) -> BankStatement:
    return read_statement((header + "".join(rows)).encode(), file_name="a.csv")


def numbers(*rows: str) -> list[str]:
    return [line.reference for line in read(*rows).lines]


def test_overlapping_statements_give_a_line_the_same_number() -> None:
    monday, first, second = numbers(MONDAY, TWICE, TWICE)

    assert numbers(TUESDAY, TWICE, MONDAY, TWICE)[1:] == [first, monday, second]


def test_the_same_line_twice_on_a_day_is_two() -> None:
    assert len(set(numbers(TWICE, TWICE, MONDAY, TUESDAY))) == 4


def test_where_a_text_is_wrapped_changes_no_number() -> None:
    assert numbers(MONDAY) == numbers("2026-11-23;12,5;B- 100042 ;ADA;\n")


def test_a_bank_s_number_is_taken_as_it_is() -> None:
    assert numbers("2026-11-23;12,50;B-100042;Ada;TX-9\n") == ["TX-9"]


@pytest.mark.parametrize("placeholder", ["NONREF", "NOTPROVIDED", "0000", "-"])
def test_what_stands_for_no_number_is_none(placeholder: str) -> None:
    (number,) = numbers(f"2026-11-23;12,50;B-100042;Ada;{placeholder}\n")
    assert number.startswith("line-")


def test_a_number_that_a_bank_gives_to_different_lines_is_none() -> None:
    first, second = numbers("2026-11-23;12,50;a;Ada;7\n", "2026-11-23;13,50;b;Ben;7\n")
    assert first.startswith("line-")
    assert second.startswith("line-")
    assert first != second


def test_a_number_that_is_too_long_is_a_problem_of_its_row() -> None:
    found = read(f"2026-11-23;12,50;a;Ada;{'7' * 121}\n", MONDAY)
    assert [(each.row, each.code) for each in found.problems] == [(2, "reference_too_long")]
    assert len(found.lines) == 1
