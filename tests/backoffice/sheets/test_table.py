"""A file is read as one table, and whatever of it is not read is told: never ignored in silence."""

import io
from typing import Any

import pytest
from openpyxl import Workbook

from backoffice.sheets.cells import CellKind
from backoffice.sheets.columns import Layout
from backoffice.sheets.limits import UnreadableFile
from backoffice.sheets.table import FaultyCell, SheetTable, TextRow, read_table

pytestmark = pytest.mark.once

LAYOUT = Layout(
    {"sku": CellKind.KEY, "quantity": CellKind.WHOLE, "note": CellKind.LINES},
    needed=("sku", "quantity"),
    no_rows="No rows.",
    others=("problem",),
)


def table(content: str | bytes) -> SheetTable:
    content = content.encode() if isinstance(content, str) else content
    return read_table(content, file_name="a.csv", layout=LAYOUT)


def read(content: str | bytes) -> list[TextRow]:
    return list(table(content).text_rows(most=100))


def remarks(content: str | bytes) -> list[str]:
    found = table(content)
    list(found.text_rows(most=100))
    return [remark.in_words for remark in found.remarks]


def refusal(content: str | bytes) -> str:
    with pytest.raises(UnreadableFile) as refused:
        read(content)
    return refused.value.detail


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def workbook(*rows: tuple[Any, ...]) -> Workbook:
    book = Workbook()
    for cells in rows:
        book.active.append(cells)
    return book


GOODS = (("sku", "quantity"), ("A", 1), ("B", 2))


def test_rows_have_the_columns_in_the_order_of_the_file() -> None:
    found = table("note,x,Qty,problem,SKU\n hi ,,5,,A\n")

    assert (dict(found.places), found.ignored_columns) == ({"note": 0, "quantity": 2, "sku": 4}, ("x",))
    assert list(found.text_rows(most=1)) == [TextRow(2, ("hi", "5", "A"))]
    assert found.remarks == []


def test_a_cell_that_its_column_cannot_hold_is_named_and_shown() -> None:
    assert read("sku,quantity\n4.00638E+12,#N/A\n") == [
        TextRow(
            2,
            ("4.00638E+12", "#N/A"),
            (
                FaultyCell("sku", "rounded_number", {"text": "4.00638E+12"}),
                FaultyCell("quantity", "error_cell", {"text": "#N/A"}),
            ),
        )
    ]


def test_last_cells_may_be_left_out_unless_they_are_needed() -> None:
    assert read("sku,quantity,note,x\nA,5\n") == [TextRow(2, ("A", "5", ""))]
    assert "Row 2 does not have as many cells (1) as the header (3)" in refusal("sku,quantity,note\nA\n")
    assert "Row 2 does not have as many cells (4)" in refusal("sku,quantity,note\nA,1,2,3\n")
    assert read("sku,quantity\nA,5,, \n") == [TextRow(2, ("A", "5"))]


@pytest.mark.parametrize(
    "title", ["Stock list", "Stock list\n", "Stock list;;;\n\nof today", "a;b;c\n\n\n\n\n"]
)
def test_a_header_below_a_title_is_found_and_told(title: str) -> None:
    content = f"{title}\nSKU;Menge\nA;5\n"
    row = content.count("\n") - 1

    assert read(content) == [TextRow(row + 1, ("A", "5"))]
    assert remarks(content) == [f"The header was found in row {row}. What stands above it is not read."]


def test_a_header_stands_within_the_first_ten_rows() -> None:
    assert read("x\n" * 9 + "sku,quantity\nA,5\n") == [TextRow(11, ("A", "5"))]
    assert 'found: "x"' in refusal("x\n" * 10 + "sku,quantity\nA,5\n")
    assert remarks("\n" * 20 + "sku,quantity\nA,5\n") == []


def test_a_header_that_is_repeated_is_passed_over_and_told() -> None:
    content = "sku,quantity\nA,5\nsku,quantity\nB,6\nsku,quantity\n"

    assert read(content) == [TextRow(2, ("A", "5")), TextRow(4, ("B", "6"))]
    assert remarks(content) == ["The header is repeated in rows 3, 5, which are skipped."]


def test_a_second_table_is_refused() -> None:
    assert refusal("sku,quantity\nA,5\nquantity,sku\n6,B\n") == (
        "A second table begins in row 3. Keep one table in a sheet."
    )


@pytest.mark.parametrize(
    "header", ["Menge,Artikelnummer", "Qty,Item", "SKU,Price", " Article ,Reorder level"]
)
def test_a_second_table_is_refused_in_other_words_too(header: str) -> None:
    assert refusal(f"sku,quantity\nA,5\n{header}\nB,6\n") == (
        "A second table begins in row 3. Keep one table in a sheet."
    )


def test_a_number_that_its_comma_tore_in_two_is_refused() -> None:
    assert refusal("sku,quantity,\nA,1,250\n") == (
        "Row 2 has 1 and then 250 below no name, which may be one number with a comma. "
        "Put it into quotation marks, or name the column."
    )


def test_what_stands_below_no_name_is_told() -> None:
    told = ["A column without a name is not read, although it is filled in rows 2, 3."]

    assert remarks("sku,quantity,\nA,1,recounted\nB,2,by Ann\nC,3,\n") == told
    assert remarks(",sku,quantity\n0,A,1\n1,B,2\n") == told
    assert remarks(saved(workbook(("sku", "quantity"), ("A", 1, 250), ("B", 2, "x"), ("C", 3)))) == told
    assert remarks("sku,quantity,,\nA,1,,\n") == []


@pytest.mark.parametrize("mark", ['"', "a", "_", "é"])
def test_a_line_that_tells_no_usable_separator_stands_above_the_header(mark: str) -> None:
    assert 'found: "sep=' in refusal('sep="\nsku"quantity\nA"5\n')
    assert read(f"sep={mark.replace('"', '')}\nsku;quantity\nA;5\n") == [TextRow(3, ("A", "5"))]


def test_the_separator_that_excel_tells_is_taken() -> None:
    assert read("sep=;\nsku;quantity\nA,1;5\n") == [TextRow(3, ("A,1", "5"))]
    assert read('"sep=|"\r\nsku|quantity\r\nA|5\r\n') == [TextRow(3, ("A", "5"))]


def test_the_limits_of_a_file_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal("") == refusal("sku,quantity\n") == "No rows."
    with pytest.raises(UnreadableFile, match="more than 1 rows"):
        list(table("sku,quantity\nA,1\nB,1\n").rows(most=1))
    monkeypatch.setattr("backoffice.sheets.table.MAX_KEPT_CHARACTERS", 3)
    assert len(read("x,sku,quantity\n" + "x" * 99 + ",A,1\n")) == 1
    assert "too much text" in refusal("sku,quantity\nA,100\n")


# Workbooks


def test_other_sheets_with_rows_are_told_and_empty_ones_are_not() -> None:
    book = workbook(*GOODS)
    book.active.title = "North"
    book.create_sheet("Empty")
    book.create_sheet("South").append(("sku", "quantity"))
    hidden = book.create_sheet("Hidden")
    hidden.sheet_state = "hidden"
    hidden.append(("x",))

    assert remarks(saved(book)) == ["Only the sheet North is read; others have rows too: South, Hidden."]


def test_hidden_rows_and_columns_are_read_and_told() -> None:
    book = workbook(*GOODS, ("C", 3))
    book.active.column_dimensions["B"].hidden = True
    book.active.row_dimensions[3].hidden = True
    book.active.row_dimensions[9].hidden = True

    assert [row.texts for row in read(saved(book))] == [("A", "1"), ("B", "2"), ("C", "3")]
    assert remarks(saved(book)) == [
        "This column is hidden in the sheet and is read all the same: quantity.",
        "This row is hidden in the sheet and is read all the same: 3.",
    ]


def test_zeros_dates_and_percentages_are_what_a_person_sees() -> None:
    book = workbook(("sku", "quantity", "note"), (123, 5, 0.1), (46110, 46110, "x"), (True, 7, 1.234))
    for place, code in (("A2", "00000"), ("C2", "0%"), ("A3", "dd.mm.yyyy"), ("B3", "dd.mm.yyyy")):
        book.active[place].number_format = code

    assert read(saved(book)) == [
        TextRow(2, ("00123", "5", "10%")),
        TextRow(
            3,
            ("2026-03-29", "2026-03-29", "x"),
            (
                FaultyCell("sku", "date_in_key", {"text": "2026-03-29"}),
                FaultyCell("quantity", "date_in_number", {"text": "2026-03-29"}),
            ),
        ),
        TextRow(4, ("TRUE", "7", "1.234"), (FaultyCell("sku", "truth_in_key", {"text": "TRUE"}),)),
    ]


def test_merged_cells_have_their_text_once() -> None:
    book = workbook(*GOODS)
    book.active.merge_cells("A2:A3")

    assert [row.texts for row in read(saved(book))] == [("A", "1"), ("", "2")]


def test_a_row_whose_sku_is_the_name_of_a_column_is_a_row() -> None:
    read = table("sku,quantity\nREF,5\nArticle,6\nsku,7\n")
    assert [row.number for row in read.text_rows(most=9)] == [2, 3, 4]
    assert read.remarks == []
