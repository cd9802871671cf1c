"""What cannot be booked is told line by line, and costs none of the others."""

from datetime import timedelta

import pytest
from django.utils import timezone

from orders.payments.statements import BankStatement, problem_in_words, read_statement

pytestmark = pytest.mark.once


def read(text: str) -> BankStatement:
    return read_statement(text.encode(), file_name="statement.csv")


def problems(found: BankStatement) -> list[tuple[int, str]]:
    return [(each.row, each.code) for each in found.problems]


def test_what_is_wrong_with_a_row_is_told_of_that_row() -> None:
    late = timezone.localdate() + timedelta(days=2)
    found = read(
        "date;amount;text;method\n"
        "2026-11-30;12,50;good;\n"
        ";12,50;;\n"
        "yesterday;12,50;;\n"
        "1999-12-31;12,50;;\n"
        f"{late};12,50;;\n"
        "2026-11-30;;;\n"
        "2026-11-30;0,00;;\n"
        "2026-11-30;12,505;;\n"
        "2026-11-30;99999999999,00;;\n"
        "2026-11-30;twelve;;\n"
        "2026-11-30;12,50;;barter\n"
        "2026-11-30;12,50;;;more\n"
    )

    assert [line.text for line in found.lines] == ["good"]
    assert problems(found) == [
        (3, "date_missing"),
        (4, "not_a_date"),
        (5, "date_too_early"),
        (6, "date_in_future"),
        (7, "amount_missing"),
        (8, "amount_zero"),
        (9, "max_decimal_places"),
        (10, "amount_too_large"),
        (11, "not_a_number"),
        (12, "unknown_method"),
        (13, "torn_row"),
    ]
    for each in found.problems:
        assert problem_in_words(each.column, each.code, each.facts).endswith((".", ".)"))


def test_tomorrow_s_date_is_taken() -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert read(f"date;amount\n{tomorrow};1,50\n").lines[0].date == tomorrow
