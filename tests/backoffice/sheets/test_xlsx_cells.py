"""What stands in a workbook's cell is read as a spreadsheet shows it, or refused: never as something else.

Absent are cells whose values were put together of two, numbers that only Python reads as such, fields emptied
by a formula that nobody computed, and tracebacks for numbers that are none.
"""

import io
import zipfile

import pytest

from backoffice.sheets.archive import DAMAGED
from backoffice.sheets.limits import UnreadableFile
from catalog.stock_import.stock_file import FileRow, read_stock_file
from tests.backoffice.sheets.bombs import BOOK, MAIN, RELS, SHEET, rows, workbook

pytestmark = pytest.mark.once

SKU = '<c t="inlineStr"><is><t>A</t></is></c>'
PADDED = (
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="00000"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>'
).encode()


def read(cell: str, *, others: dict[str, bytes] | None = None) -> FileRow:
    header = '<c t="inlineStr"><is><t>sku</t></is></c><c t="inlineStr"><is><t>quantity</t></is></c>'
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData><row>{header}</row>'
    sheet += f"<row>{SKU}{cell}</row></sheetData></worksheet>"
    (row,) = read_stock_file(workbook(sheet.encode(), others=others), file_name="a.xlsx").rows
    return row


def refused(content: bytes) -> str:
    with pytest.raises(UnreadableFile) as refusal:
        list(read_stock_file(content, file_name="a.xlsx").rows)
    return refusal.value.detail


def fault(row: FileRow) -> tuple[str, object] | None:
    return (row.fault.code, row.fault.facts["text"]) if row.fault else None


@pytest.mark.parametrize(
    "formula", ["<c><f>1+2</f></c>", "<c><f>1+2</f><v></v></c>", "<c><f>1+2</f><v/></c>"]
)
def test_a_formula_without_its_result_is_no_empty_cell(formula: str) -> None:
    assert fault(read(formula)) == ("formula_without_result", "#N/A")


def test_a_formula_that_comes_to_an_empty_text_is_an_empty_cell() -> None:
    row = read('<c t="str"><f>""</f><v></v></c>')

    assert (row.quantity, row.fault) == ("", None)


@pytest.mark.parametrize("value", ["1E400", "INF", "-INF", "NaN"])
@pytest.mark.parametrize("style", ["", ' s="1"'])
def test_a_number_that_is_none_is_a_formula_that_failed(value: str, style: str) -> None:
    row = read(f"<c{style}><v>{value}</v></c>", others={"xl/styles.xml": PADDED})

    assert fault(row) == ("error_cell", "#NUM!")


@pytest.mark.parametrize("error", ["#BUSY!", "#VALEUR!", "#¡REF!", "whatever"])
def test_each_cell_of_an_error_is_one(error: str) -> None:
    expected = "#NUM!" if error == "whatever" else error

    assert fault(read(f'<c t="e"><v>{error}</v></c>')) == ("error_cell", expected)


@pytest.mark.parametrize(
    "cell",
    [
        "<c><v>1_000</v></c>",
        "<c><v>٣</v></c>",
        "<c><v>1,5</v></c>",
        "<c><v>5</v><v>9</v></c>",
        '<c><v>5</v><x:v xmlns:x="urn:other">9</x:v></c>',
        '<c t="inlineStr"><v>9</v><is><t>5</t></is></c>',
        '<c r="B2"><v>5</v></c><c r="B2"><v>9</v></c>',
    ],
)
def test_a_value_that_could_be_two_is_refused(cell: str) -> None:
    assert refused(rows(f"<row>{SKU}{cell}</row>".encode())) == str(DAMAGED)


def test_a_text_of_several_runs_is_one() -> None:
    assert read('<c t="inlineStr"><is><r><t>1</t></r><r><t>2</t></r></is></c>').quantity == "12"


@pytest.mark.parametrize("twin", [SHEET, SHEET.upper()])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_workbook_with_two_members_of_one_name_is_refused(twin: str) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/_rels/workbook.xml.rels", RELS)
        archive.writestr("xl/workbook.xml", BOOK)
        archive.writestr(SHEET, "<worksheet/>")
        archive.writestr(twin, "<worksheet/>")

    assert refused(file.getvalue()) == str(DAMAGED)
