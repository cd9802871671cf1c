"""Files as people really save them, and files as nobody should."""

import io
import time
import tracemalloc
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from openpyxl import Workbook

from backoffice.sheets import reading, shared_strings
from backoffice.sheets.limits import UnreadableFile
from backoffice.sheets.reading import content_of
from backoffice.sheets.table import FaultyCell
from catalog.stock_import import stock_file
from catalog.stock_import.stock_file import FileRow, StockFile, read_stock_file

pytestmark = pytest.mark.once

BAD_IMPORTS = Path(__file__).parents[2] / "data" / "bad-imports"


def read(content: bytes | str, file_name: str = "stock.csv") -> list[FileRow]:
    content = content.encode() if isinstance(content, str) else content
    return list(read_stock_file(content, file_name=file_name).rows)


def opened(file_name: str) -> StockFile:
    return read_stock_file((BAD_IMPORTS / file_name).read_bytes(), file_name=file_name)


def refusal(content: bytes | str, file_name: str = "stock.csv") -> str:
    with pytest.raises(UnreadableFile) as refused:
        read(content, file_name)
    return refused.value.detail


def row(number: int, sku: str, quantity: str, expected: str = "", note: str = "", name: str = "") -> FileRow:
    return FileRow(number, sku, quantity, expected, note, name)


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    for cells in rows:
        book.active.append(cells)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def workbook_of_xml(rows: str, *, shared_strings: str = "", doctype: str = "") -> bytes:
    """A workbook whose sheet holds this XML, as no spreadsheet program would write it."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    members = {
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets>'
        '<sheet name="Stock" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="rId1" Type="{links}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'{doctype}<worksheet xmlns="{main}"><sheetData>{HEADER}{rows}'
        "</sheetData></worksheet>",
        "xl/sharedStrings.xml": f'<sst xmlns="{main}">{shared_strings}</sst>',
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return file.getvalue()


HEADER = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>sku</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>quantity</t></is></c></row>'
)


@pytest.mark.parametrize(
    ("file_name", "sentences"),
    [
        ("empty.csv", ["no rows"]),
        ("header-only.csv", ["no rows"]),
        ("no-quantity-column.csv", ['found: "sku", "count of things"', "Needed: sku and quantity"]),
        ("no-header.csv", ['found: "71053", "5"', "Needed: sku and quantity"]),
        ("nul-and-control.csv", ["Row 2", "control characters"]),
        ("long-cell.csv", ["Row 2", "longer than 100,000 characters"]),
        ("unclosed-quote.csv", ["Row 2", "quotation mark"]),
        ("ragged.csv", ["Row 2", "as many cells (1) as the header (3)"]),
        ("picture.csv", ["not a CSV or XLSX file"]),
        ("not-a-spreadsheet.xlsx", ["not an XLSX workbook"]),
        ("bomb.xlsx", ["314 MB", "at most 250 MB"]),
    ],
)
def test_a_hostile_file_is_refused_with_a_sentence_at_once_and_in_little_memory(
    file_name: str, sentences: list[str]
) -> None:
    tracemalloc.start()
    started = time.monotonic()
    with pytest.raises(UnreadableFile) as refused:
        list(opened(file_name).rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    for sentence in sentences:
        assert sentence in refused.value.detail
    assert time.monotonic() - started < 2
    assert peak < 50_000_000


def test_a_semicolon_file_with_a_byte_order_mark_is_read_and_its_other_column_named() -> None:
    file = opened("semicolon-bom.csv")

    assert list(file.rows) == [row(2, "71053", "5"), row(3, "84029e", "6")]
    assert file.ignored_columns == ["Supplier"]


def test_a_tab_separated_utf_16_file_is_read() -> None:
    assert list(opened("tab-utf16.csv").rows) == [row(2, "71053", "5")]


def test_numbers_of_a_workbook_are_read_as_they_are_meant_and_blank_rows_skipped() -> None:
    assert list(opened("numbers-and-formulas.xlsx").rows) == [
        row(2, "71053", "5"),
        row(3, "84029E", "6"),
        row(4, "22752", "#N/A")._replace(
            fault=FaultyCell("quantity", "formula_without_result", {"text": "#N/A"})
        ),
        row(6, "21730", "2.5"),
    ]


def test_text_that_looks_like_a_formula_stays_text() -> None:
    rows = list(opened("formulas.csv").rows)

    assert rows[0].note == '=HYPERLINK("http://127.0.0.1/","x")'
    assert [each.sku for each in rows] == ["71053", "=cmd|' /C calc'!A0", "@SUM(1)"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_dialect_reads_the_same(encoding: str, delimiter: str, line_end: str) -> None:
    lines = [
        ["SKU", " Quan tity ", "Note"],
        ["ÄPFEL-1", "5", "crème"],
        ["", "", ""],
        ["B", "6", '"2"" pipe"'],
    ]
    content = line_end.join(delimiter.join(line) for line in lines).encode(encoding)

    assert read(content) == [row(2, "ÄPFEL-1", "5", note="crème"), row(4, "B", "6", note='2" pipe')]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_file_with_every_cell_in_quotation_marks_is_read(delimiter: str) -> None:
    lines = ('"sku"', '"quantity"', '"note"'), ('"A"', '"5"', '"Say ""hello""; then, count"')
    content = "\n".join(delimiter.join(line) for line in lines)
    assert read(content) == [row(2, "A", "5", note='Say "hello"; then, count')]


def test_a_header_that_is_broken_with_every_delimiter_is_refused_as_broken() -> None:
    assert refusal('sku,"quantity\nA,5\n').startswith("Row 1 opens a quotation mark")


def test_the_delimiter_is_the_one_that_makes_the_columns_out() -> None:
    assert read("Name, long, and odd;sku;quantity\nx;A;5\n") == [row(2, "A", "5")]


def test_a_cell_over_several_lines_does_not_shift_the_rows_named_after_it() -> None:
    rows = read('sku,quantity,note\nA,1,"first\nsecond"\nB,2,\n')

    assert [each.row for each in rows] == [2, 4]
    assert rows[0].note == "first\nsecond"


def test_every_known_column_is_found_in_any_order() -> None:
    assert read("NAME,note,Expected,quantity,sku\nLamp,by hand,3,5,A\n") == [
        row(2, "A", "5", expected="3", note="by hand", name="Lamp")
    ]


@pytest.mark.parametrize("column", ["sku", "quantity", "expected"])
def test_two_columns_of_one_needed_name_are_refused(column: str) -> None:
    said = refusal(f"sku,quantity,expected,{column.upper()}\nA,1,1,2\n")

    assert said == f"The file has 2 columns named {column}. Keep one of them."


def test_trailing_separators_without_content_are_no_fault() -> None:
    assert read("sku,quantity\nA,5,,\n") == [row(2, "A", "5")]


def test_too_many_cells_are_refused_by_row() -> None:
    assert "Row 3 does not have as many cells (3)" in refusal("sku,quantity\nA,5\nB,1,234\n")


def test_a_long_cell_of_a_column_that_matters_is_refused_and_of_another_is_ignored() -> None:
    assert read("sku,quantity,text\nA,5," + "x" * 5_000) == [row(2, "A", "5")]
    assert "Row 2 has a cell of 300 characters" in refusal("sku,quantity,note\nA,5," + "x" * 300)


def test_a_quotation_mark_that_swallows_the_rest_of_a_long_file_is_refused_by_its_row() -> None:
    said = refusal('sku,quantity\n"A,5\n' + "B,6\n" * 100_000)

    assert said == "A cell in row 2 is far too long. Perhaps its quotation mark is never closed."


def test_damaged_utf_16_is_refused() -> None:
    assert "UTF-16" in refusal(b"\xff\xfes\x00k\x00u")


def test_a_png_is_no_table() -> None:
    assert "not a CSV or XLSX file" in refusal(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")


def test_an_old_or_locked_workbook_is_refused_with_advice() -> None:
    assert "Save it as XLSX" in refusal(b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old.xls")


def test_more_than_the_largest_file_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_FILE", 10)
    with pytest.raises(UnreadableFile, match="larger than"):
        content_of(io.BytesIO(b"x" * 11))
    assert content_of(io.BytesIO(b"x" * 10)) == b"x" * 10


def test_one_row_too_many_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stock_file, "MAX_ROWS", 2)

    assert len(read("sku,quantity\nA,1\nB,1\n")) == 2
    assert "more than 2 rows" in refusal("sku,quantity\nA,1\nB,1\nC,1\n")


def test_a_file_handed_out_with_neutralised_text_reads_as_it_was() -> None:
    assert read("sku,quantity,note\n'=A1,5,'@home\n'tis,6,x\n") == [
        row(2, "=A1", "5", note="@home"),
        row(3, "'tis", "6", note="x"),
    ]


def test_a_workbook_with_gaps_empty_columns_and_kinds_of_cells_is_read() -> None:
    content = workbook(
        (None, "Quantity", None, "SKU", "Note"),
        (None, 5, None, 71053, True),
        (),
        ("ignored", 6.0, None, " b-1 "),
        (None, 12345678901234, None, "C", 1.5),
    )

    assert read(content, "stock.xlsx") == [
        row(2, "71053", "5", note="TRUE"),
        row(4, "b-1", "6"),
        row(5, "C", "12345678901234", note="1.5"),
    ]


def test_a_workbook_is_recognised_by_its_content_whatever_its_name() -> None:
    assert read(workbook(("sku", "quantity"), ("A", 5)), "stock.csv") == [row(2, "A", "5")]
    assert "named like a workbook" in refusal("sku,quantity\nA,5\n", "stock.xlsx")


def test_the_first_visible_sheet_is_read() -> None:
    book = Workbook()
    book.active.sheet_state = "hidden"
    book.active.append(("secret", "sheet"))
    shown = book.create_sheet("Stock")
    shown.append(("sku", "quantity"))
    shown.append(("A", 5))
    file = io.BytesIO()
    book.save(file)

    assert read(file.getvalue()) == [row(2, "A", "5")]


def test_rich_text_is_read_without_its_phonetic_reading() -> None:
    strings = (
        "<si><r><t>A</t></r><r><t>-1</t></r><rPh><t>reading</t></rPh></si><si/><si><t>x_x000D_y</t></si>"
    )
    rows = '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2"><v>5</v></c></row>'

    assert read(workbook_of_xml(rows, shared_strings=strings)) == [row(2, "A-1", "5")]


def test_cells_without_positions_follow_each_other() -> None:
    assert read(workbook_of_xml("<row><c><v>7</v></c><c><v>5</v></c></row>")) == [row(2, "7", "5")]


def test_a_file_may_be_a_workbook_of_a_hundred_thousand_rows() -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}"><v>5</v></c></row>' for n in range(2, 100_002)
    )

    assert len(read(workbook_of_xml(rows))) == 100_000


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ('<row r="2"><c r="XFD2"><v>1</v></c></row>', "beyond the 1,000th column"),
        ('<row r="99999999"><c r="A99999999"><v>1</v></c></row>', "damaged"),
        ('<row r="2"><c r="ZZZZZZZZZZ99999999999999999999"><v>1</v></c></row>', "damaged"),
        ('<row r="1"><c r="A1"><v>1</v></c></row>', "damaged"),
        ('<row r="two"><c r="A2"><v>1</v></c></row>', "damaged"),
        ('<row r="2"><c r="A2" t="s"><v>7</v></c></row>', "damaged"),
        ('<row r="2"><c r="A2" t="s"><v>-1</v></c></row>', "damaged"),
        ('<row r="2"><c r="A2" t="n"><v>many</v></c></row>', "damaged"),
        ('<row r="2"><c r="A2">', "damaged"),
        ('<row r="2"><c r="A2" t="inlineStr"><is><t>&undefined;</t></is></c></row>', "damaged"),
        ('<row r="2"><c r="A2" t="inlineStr"><is><t>a_x0000_b</t></is></c></row>', "control characters"),
        (f'<row r="2"><c r="A2" t="str"><v>{"x" * 40_000}</v></c></row>', "Row 2 has more than 32,767"),
    ],
)
def test_a_sheet_that_claims_impossible_things_is_refused_in_little_memory(rows: str, said: str) -> None:
    content = workbook_of_xml(rows)
    tracemalloc.start()
    assert said in refusal(content).replace("A cell in row", "Row").replace("row 2", "Row 2")
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_a_workbook_with_entities_of_its_own_is_refused() -> None:
    doctype = '<!DOCTYPE x [<!ENTITY a "boom"><!ENTITY file SYSTEM "file:///etc/passwd">]>'
    rows = '<row r="2"><c r="A2" t="inlineStr"><is><t>&file;</t></is></c></row>'

    assert "damaged" in refusal(workbook_of_xml(rows, doctype=doctype))


def test_a_workbook_that_unpacks_to_more_than_its_directory_declares_is_refused() -> None:
    content = bytearray(workbook_of_xml('<row r="2"><c r="A2"><v>1</v></c></row>' + " " * 1_000_000))
    # The central directory's entry of the sheet: its declared size stands 24 bytes after the signature.
    entry = content.rindex(b"PK\x01\x02", 0, content.rindex(b"xl/worksheets/sheet1.xml"))
    content[entry + 24 : entry + 28] = (500).to_bytes(4, "little")

    assert "damaged" in refusal(bytes(content))


def test_too_much_shared_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_strings, "MAX_STRINGS", 99)

    assert "too much text" in refusal(workbook_of_xml("", shared_strings="<si><t>x</t></si>" * 100))


def test_a_truncated_workbook_is_refused() -> None:
    content = workbook(("sku", "quantity"), ("A", 5))
    for length in range(4, len(content), 97):
        with pytest.raises(UnreadableFile):
            read(content[:length])


def test_a_workbook_with_any_byte_changed_never_brings_the_reader_down() -> None:
    content = workbook(("sku", "quantity"), ("A", 5))
    for place in range(0, len(content), 11):
        changed = bytearray(content)
        changed[place] ^= 0xFF
        with suppress(UnreadableFile):
            read(bytes(changed))
