"""Tables say in several ways whether money came in or went out."""

import io
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import Workbook

from backoffice.sheets.limits import UnreadableFile
from orders.payments.statements import BankStatement, read_statement

pytestmark = pytest.mark.once


def read(text: str) -> BankStatement:
    return read_statement(text.encode(), file_name="statement.csv")


def problems(found: BankStatement) -> list[tuple[int, str]]:
    return [(each.row, each.code) for each in found.problems]


def test_columns_for_money_in_and_out_give_the_sign() -> None:
    found = read(
        "Datum;Soll;Haben;Text\n30.11.2026;12,50;;a\n30.11.2026;;7,00;b\n30.11.2026;-3,00;;c\n"
        "30.11.2026;1,00;2,00;d\n"
    )

    assert [str(line.amount) for line in found.lines] == ["-12.50", "7.00", "-3.00"]
    assert problems(found) == [(5, "two_amounts")]


def test_a_mark_beside_or_behind_the_amount_gives_the_sign() -> None:
    found = read(
        "Datum;Umsatz;S/H\n30.11.2026;12,50;S\n30.11.2026;7,00;H\n30.11.2026;-1,00;H\n30.11.2026;1,00;Q\n"
    )
    assert [str(line.amount) for line in found.lines] == ["-12.50", "7.00"]
    assert problems(found) == [(4, "sign_contradicts"), (5, "unknown_mark")]

    behind = read("Datum;Umsatz\n30.11.2026;12,50 S\n30.11.2026;7,00 H\n30.11.2026;3,00-\n")
    assert [str(line.amount) for line in behind.lines] == ["-12.50", "7.00", "-3.00"]


def test_a_file_of_one_s_own_needs_a_date_and_an_amount() -> None:
    found = read("date,amount,text,name,id,method\n2026-11-30,12.50,B-100042,Ada,77,cash\n")

    (line,) = found.lines
    assert (line.date, line.amount, line.text, line.name) == (
        date(2026, 11, 30),
        Decimal("12.50"),
        "B-100042",
        "Ada",
    )
    assert (line.reference, line.method) == ("77", "cash")


def test_numbers_of_a_workbook_are_amounts() -> None:
    file = io.BytesIO()
    book = Workbook()
    for cells in (("Datum", "Betrag", "Text"), (date(2026, 11, 30), 1234.5, "a"), ("30.11.2026", -7, "b")):
        book.active.append(cells)
    book.save(file)

    found = read_statement(file.getvalue(), file_name="statement.xlsx")
    assert [(line.date, str(line.amount)) for line in found.lines] == [
        (date(2026, 11, 30), "1234.50"),
        (date(2026, 11, 30), "-7.00"),
    ]


def test_a_formula_without_a_result_is_a_problem_of_its_row() -> None:
    found = read("date;amount\n2026-11-30;#REF!\n2026-11-30;1,50\n")
    assert problems(found) == [(2, "error_cell")]
    assert len(found.lines) == 1


def test_more_rows_than_a_statement_may_have_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.payments.statements.table.MAX_ROWS", 2)
    with pytest.raises(UnreadableFile, match="more than 2 rows"):
        read("date;amount\n" + "2026-11-30;1,50\n" * 3)
