"""The rows of a CSV file, by the numbers that a person sees beside them."""

import pytest

from backoffice.sheets import csv_rows as module
from backoffice.sheets.csv_rows import MAX_LINE, csv_rows
from backoffice.sheets.limits import MAX_COLUMNS, UnreadableFile

pytestmark = pytest.mark.once


def rows(text: str, delimiter: str = ",") -> list[tuple[int, list[str]]]:
    return [(row.number, row.cells) for row in csv_rows(text.encode(), delimiter=delimiter)]


def refusal(text: str | bytes) -> str:
    content = text.encode() if isinstance(text, str) else text
    with pytest.raises(UnreadableFile) as refused:
        list(csv_rows(content, delimiter=","))
    return refused.value.detail


def test_rows_have_the_numbers_of_their_first_lines_and_blank_ones_are_passed_over() -> None:
    assert rows('\n,,\na,b\n"1\n2",x\n\n , \n3,4\n') == [
        (3, ["a", "b"]),
        (4, ["1\n2", "x"]),
        (8, ["3", "4"]),
    ]


@pytest.mark.parametrize("text", ["", "\n", " , ,\n\n"])
def test_a_file_without_a_filled_cell_has_no_rows(text: str) -> None:
    assert rows(text) == []


def test_rows_are_as_long_as_they_are() -> None:
    assert rows("a,b\n1,2,, \n3\n") == [(1, ["a", "b"]), (2, ["1", "2", "", " "]), (3, ["3"])]


def test_rows_below_a_line_that_nobody_sees_keep_their_numbers() -> None:
    found = csv_rows(b'a;b\n"1\n2";x\n3;4\n', delimiter=";", first_line=2)

    assert [row.number for row in found] == [2, 3, 5]
    with pytest.raises(UnreadableFile, match="Row 3 contains invisible"):
        list(csv_rows(b"a\n\x07\n", delimiter=";", first_line=2))


def test_a_row_has_at_most_a_thousand_cells() -> None:
    assert len(rows("x," * (MAX_COLUMNS - 1) + "x\n")[0][1]) == 1_000
    assert "1,001" in refusal("x," * MAX_COLUMNS + "x\n")
    assert len(rows("x" + "," * 2 * MAX_COLUMNS + "\n")) == 1


def test_a_line_has_a_length_that_a_row_of_goods_never_has() -> None:
    assert rows("x" * (MAX_LINE - 1) + "\n")
    assert "Row 1" in refusal("x" * MAX_LINE + "\n")
    swallowed = "a,b\n1,2\n" + '"' + "3,4\n" * (MAX_LINE // 4)
    assert "row 3" in refusal(swallowed)


def test_many_blank_lines_above_the_header_are_not_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BLANK_LINES", 3)

    assert rows("\n\n\na\n") == [(4, ["a"])]
    assert "blank rows" in refusal("\n\n\n\na\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x00,b\n", "not a CSV or XLSX file"),
        (b"\x01a,b\n", "not a CSV or XLSX file"),
        (b"a,b\n1,\x072\n", "Row 2 contains invisible"),
        (b"a,b\n1,\xc2\x85\n", "Row 2 contains invisible"),
        (b'a,b\n"1"2,3\n', "Row 2 opens a quotation mark"),
        (b'a,b\n1,"2\n', "Row 2 opens a quotation mark"),
        (b"a,b\n1,2\r3,4\n", "Row 2 has a stray line break"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_row(content: bytes, said: str) -> None:
    assert said in refusal(content)
