"""Every file that we know to be odd, at every door that takes files: each answers, and all of them alike.

Absent are a door with a reader of its own, a traceback or a 500 for a file that somebody saved badly, rows
that one door takes and another refuses, and files of which more is applied than was shown.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from catalog.models import StockImport
from tests.backoffice.sheets.bombs import MAIN, workbook
from tests.contract.file_answers import Answer
from tests.contract.file_cases import EXPECTED
from tests.contract.file_doors import (
    DATA,
    DOORS,
    StockReceivedApi,
    Tried,
    files,
    kinds,
    name_of,
    open_shop,
    state_of_the_shop,
    tried_at_all,
)
from tests.contract.file_expected import PARCELS, PRODUCTS, PROMOS, STOCK, Expected

CHANGED: dict[str, Any] = {
    STOCK: ("products", lambda row: row[7]),
    PRODUCTS: ("products", lambda row: (row[1], str(row[2]))),
    PROMOS: ("codes", lambda row: (str(row[2]), str(row[4]))),
    PARCELS: ("parcels", lambda row: tuple(row[1:])),
}


@pytest.mark.once
def test_each_file_has_a_right_answer() -> None:
    assert set(EXPECTED) == {name_of(file) for file in files()}


# The doors are alike on every database; what each import does there has tests of its own.
@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("kind", kinds())
def test_all_doors_answer_alike_and_rightly(kind: str) -> None:
    open_shop()
    before = state_of_the_shop()

    for name, found in tried_at_all(kind):
        first = next(iter(found.values()))
        assert all(each == first for each in found.values()), (name, found)
        assert_no_more_is_done_than_was_shown(name, first, before)
        if EXPECTED[name].kind == kind:
            assert as_expected(kind, first, before) == EXPECTED[name], name


def assert_no_more_is_done_than_was_shown(name: str, found: Tried, before: dict[str, Any]) -> None:
    answer = found.answer
    assert not answer.refused or answer.refused.endswith("."), name
    assert all(problem.endswith((".", ".)")) for problem in answer.problems.values()), name
    if answer.problems:
        assert found.all_or_nothing == before, name


def as_expected(kind: str, found: Tried, before: dict[str, Any]) -> Expected:
    answer: Answer = found.answer
    table, shown = CHANGED[kind]
    known = before[table]
    changes = {row[0]: shown(row) for row in found.after.get(table, []) if row not in known}
    return Expected(kind, changes, answer.problems, answer.remarks, answer.refused)


COLUMNS = ("sku", "quantity", "name", "price", "code", "percent_off", "number", "tracking_number")
VALUES = ("00123", "5", "Tea", "4.10", "SPRING", "10", "B-900001", "0034")


@pytest.mark.once
def test_a_million_formatted_rows_without_a_cell_take_no_door_long(tmp_path: Path) -> None:
    """What a spreadsheet keeps after a whole column was coloured: minutes and 743 MB, once."""
    filled = "".join(
        f'<row r="{row}">{"".join(f"<c t='inlineStr'><is><t>{each}</t></is></c>" for each in cells)}</row>'
        for row, cells in ((1, COLUMNS), (2, VALUES))
    )
    empty = "".join(
        f'<row r="{row}" spans="1:3"><c r="A{row}" s="1"/><c r="B{row}" s="1"/><c r="C{row}" s="1"/></row>'
        for row in range(3, 1_048_577)
    )
    file = tmp_path / "coloured.xlsx"
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{filled}{empty}</sheetData></worksheet>'
    file.write_bytes(workbook(sheet.encode()))

    told = subprocess.run(
        [sys.executable, "-m", "tests.contract.file_table", str(file)],
        env={**os.environ, "SQL_ENGINE": "sqlite", "DJANGO_SETTINGS_MODULE": "backoffice.settings"},
        capture_output=True,
        text=True,
        check=True,
    )

    doors = [line.split(" | ") for line in told.stdout.splitlines()]
    assert [rows for *_, rows in doors] == ["1 rows"] * len(DOORS)
    assert [door for door in doors if float(door[2].removesuffix(" s")) > 15] == []
    assert [door for door in doors if int(door[3].removesuffix(" MB")) > 300] == []


@pytest.mark.django_db
def test_a_delivery_that_was_saved_anew_is_known_again() -> None:
    open_shop()
    door = StockReceivedApi()
    folder = DATA / "cases" / "same-rows-other-bytes"
    for name in ("delivery.csv", "delivery-lf.csv", "delivery.xlsx"):
        door.apply(folder / name, skip_invalid=False)

    on_hand = {row[0]: row[7] for row in state_of_the_shop()["products"]}
    assert on_hand["00123"] == 25
    assert list(StockImport.objects.order_by("pk").values_list("state", flat=True)) == [
        *("applied", "planned", "planned")
    ]
    assert StockImport.objects.values("digest").distinct().count() == 1
