"""No text of ours becomes a formula in whatever opens our files, and it comes back as it was."""

import csv
import io
import re
from pathlib import Path

import pytest

from backoffice.sheets.csv_lines import csv_lines
from backoffice.sheets.formulas import neutralised, restored

pytestmark = pytest.mark.once

FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\N{FULLWIDTH EQUALS SIGN}1+1",
    "\N{FULLWIDTH PLUS SIGN}1",
    "\N{FULLWIDTH HYPHEN-MINUS}1",
    "\N{FULLWIDTH COMMERCIAL AT}SUM(A1)",
    "\N{SMALL EQUALS SIGN}1",
    "\N{SMALL PLUS SIGN}1",
    "\N{SUPERSCRIPT MINUS}1",
    "\N{MINUS SIGN}1",
    "\t=1",
    "\r=1",
    "\n=1",
    "\r\n=1",
    "\ttab alone",
    "\nline break alone",
    " =1",
    "  \t @SUM(A1)",
    "\N{NO-BREAK SPACE}=1",
    "\N{ZERO WIDTH SPACE}=1",
    "\ufeff=1",
    "\N{LINE SEPARATOR}+1",
    "\x00=1",
    "\x1f=1",
    "\N{IDEOGRAPHIC SPACE}\N{FULLWIDTH EQUALS SIGN}1",
)
HARMLESS = (
    "",
    "Tea",
    "3-ply",
    "a=b",
    "'tis",
    "''",
    "#1",
    "(+49) 30",
    "½",
    "é-1",
    " Tea",
)


@pytest.mark.parametrize("text", FORMULAS)
def test_what_might_be_a_formula_has_an_apostrophe_before_it_and_comes_back(text: str) -> None:
    assert neutralised(text) == f"'{text}"
    assert restored(neutralised(text)) == text
    assert neutralised(neutralised(text)) == neutralised(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert neutralised(text) == text
    assert restored(text) == text


def test_every_cell_of_a_file_is_neutralised_and_numbers_are_numbers() -> None:
    content = csv_lines([("name", "change"), *((text, -5) for text in FORMULAS)])

    header, *rows = csv.reader(io.StringIO(content, newline=""))
    assert header == ["name", "change"]
    assert rows == [[f"'{text}", "-5"] for text in FORMULAS]


def test_one_place_alone_writes_csv_files() -> None:
    rooms = ("accounts", "backoffice", "catalog", "orders", "cli")
    writers = {
        f"{path}:{call}"
        for room in rooms
        for path in Path(room).rglob("*.py")
        for call in re.findall(r"csv\.writer\(.*|csv\.DictWriter\(.*|\.export\(\"csv\".*", path.read_text())
    }

    assert writers == {
        'backoffice/sheets/csv_lines.py:csv.writer(file, lineterminator="\\r\\n")',
        # Several names within one cell.
        'orders/promotions/promo_export.py:csv.writer(file, delimiter=";", lineterminator="").writerow(map(safe_text, names))',  # noqa: E501
    }
