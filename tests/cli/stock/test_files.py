"""shopctl stock export, template, imports, undo."""

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest

from catalog import stock
from catalog.models import Product, StockImport, StockMovement
from catalog.products import archive_product
from tests.cli_fixtures import Answers, Shopctl
from tests.factories import CLI, make_category, make_product, make_sold_out, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def good_file(tmp_path: Path) -> Path:
    path = tmp_path / "good.csv"
    path.write_text("sku,quantity\nTEA-01,40\nTEA-02,7\n")
    return path


def on_hand() -> dict[str, int]:
    return dict(Product.objects.values_list("sku", "on_hand"))


# Exporting


def test_an_export_is_a_sheet_to_count_by(shopctl: Shopctl) -> None:
    make_product("TEA-01", on_hand=5, name="=Green tea")
    make_product("OLD")
    archive_product("OLD", by=CLI)
    rows = list(csv.reader(io.StringIO(shopctl("stock", "export").stdout)))
    assert rows == [
        ["sku", "quantity", "expected", "note", "name"],
        ["TEA-01", "5", "5", "", "'=Green tea"],
    ]
    assert "OLD" in shopctl("stock", "export", "--all").stdout


def test_an_export_edited_and_imported_counts_what_was_edited_alone(
    shopctl: Shopctl, answers: Answers
) -> None:
    make_product("TEA-01", on_hand=5)
    make_product("TEA-02", on_hand=7)
    sheet = shopctl("stock", "export").stdout
    assert shopctl("stock", "import", "-", "--mode", "count", "--fail-if-empty", stdin=sheet).exit_code == 3
    edited = sheet.replace("TEA-01,5,5", "TEA-01,4,5")
    result = answers("stock", "import", "-", "--mode", "count", "--yes", stdin=edited)
    assert (result["changes"], result["unchanged"]) == (1, 1)
    assert on_hand() == {"TEA-01": 4, "TEA-02": 7}


def test_what_moved_since_the_export_is_refused_by_name(shopctl: Shopctl) -> None:
    make_product("TEA-01", on_hand=5)
    make_product("TEA-02", on_hand=7)
    edited = shopctl("stock", "export").stdout.replace("TEA-01,5,5", "TEA-01,4,5")
    stock.receive("TEA-01", 1, by=CLI)
    result = shopctl("stock", "import", "-", "--mode", "count", "--yes", stdin=edited)
    assert result.exit_code == 1
    assert "row 2: TEA-01 The file expects 5, but 6 are on hand." in result.stderr
    assert on_hand() == {"TEA-01": 6, "TEA-02": 7}


def test_a_workbook_keeps_skus_of_digits_as_text(shopctl: Shopctl, answers: Answers, tmp_path: Path) -> None:
    make_product("007", on_hand=5)
    file = tmp_path / "count.xlsx"
    shopctl("stock", "export", "--output", file)
    assert [cell.value for cell in openpyxl.load_workbook(file).active[2]] == [
        "007",
        5,
        5,
        None,
        "Product 007",
    ]
    assert answers("stock", "import", file, "--mode", "count", "--yes")["unchanged"] == 1


def test_an_export_can_be_narrowed(shopctl: Shopctl) -> None:
    make_product("MUCH", on_hand=50)
    make_sold_out("LITTLE", category=make_category("Teas"))

    def exported(*options: str) -> list[str]:
        return [line.split(",")[0] for line in shopctl("stock", "export", *options).stdout.splitlines()[1:]]

    assert exported() == ["LITTLE", "MUCH"]
    assert exported("--low") == ["LITTLE"]
    assert exported("--category", "teas") == ["LITTLE"]
    assert exported("--q", "MUC") == ["MUCH"]
    assert shopctl("stock", "export", "--q", "nix", "--fail-if-empty").exit_code == 3


def test_an_export_replaces_no_file_unasked(shopctl: Shopctl, tmp_path: Path) -> None:
    file = tmp_path / "count.csv"
    file.write_text("counted by hand")
    assert shopctl("stock", "export", "--output", file).exit_code == 1
    assert file.read_text() == "counted by hand"
    assert shopctl("stock", "export", "--output", file, "--overwrite").exit_code == 0


# Undoing


def test_an_import_can_be_rehearsed_backwards_and_undone(answers: Answers, good_file: Path) -> None:
    make_product("TEA-01", on_hand=5)
    make_product("TEA-02", on_hand=7)
    number = answers("stock", "import", good_file, "--mode", "count", "--yes")["number"]
    place({"TEA-01": 2})
    assert answers("stock", "undo", number, "--dry-run") == [
        {"sku": "TEA-01", "now": 40, "after": 5, "change": -35}
    ]
    assert on_hand() == {"TEA-01": 40, "TEA-02": 7}
    assert answers("stock", "undo", number, "--yes")["state"] == "undone"
    assert on_hand() == {"TEA-01": 5, "TEA-02": 7}
    assert StockImport.objects.get().state == "undone"


def test_what_can_no_longer_be_undone_is_named_and_can_be_left_out(
    shopctl: Shopctl, answers: Answers, good_file: Path
) -> None:
    make_product("TEA-01")
    make_product("TEA-02")
    number = answers("stock", "import", good_file, "--mode", "receive", "--yes")["number"]
    place({"TEA-01": 1})
    refused = shopctl("stock", "undo", number, "--yes")
    assert refused.exit_code == 1
    assert "Row 2 (TEA-01)" in refused.stderr
    assert on_hand() == {"TEA-01": 40, "TEA-02": 7}
    done = shopctl("stock", "undo", number, "--yes", "--skip-invalid")
    assert done.stdout == f"Undone: import {number}; 1 change could not be undone\n"
    assert on_hand() == {"TEA-01": 40, "TEA-02": 0}


def test_undoing_twice_is_refused(shopctl: Shopctl, answers: Answers, good_file: Path) -> None:
    make_product("TEA-01")
    make_product("TEA-02")
    number = answers("stock", "import", good_file, "--mode", "count", "--yes")["number"]
    assert shopctl("stock", "undo", number, "--yes").exit_code == 0
    before = StockMovement.objects.count()
    assert shopctl("stock", "undo", number, "--yes").exit_code == 1
    assert StockMovement.objects.count() == before


# Listing


def test_imports_lists_what_was_applied(shopctl: Shopctl, good_file: Path) -> None:
    make_product("TEA-01")
    make_product("TEA-02")
    shopctl("stock", "import", good_file, "--mode", "count", "--dry-run")
    assert json.loads(shopctl("stock", "imports", "--json").stdout) == []
    assert len(json.loads(shopctl("stock", "imports", "--all", "--json").stdout)) == 1


def test_the_template_can_be_imported_once_it_is_filled_in(shopctl: Shopctl, answers: Answers) -> None:
    make_product("TEA-01")
    template = shopctl("stock", "template").stdout
    filled = template + "TEA-01,3" + "," * (template.count(",") - 1) + "\r\n"
    answers("stock", "import", "-", "--mode", "receive", "--yes", stdin=filled)
    assert on_hand() == {"TEA-01": 3}


def test_imports_are_listed_by_state_and_mode(answers: Answers, good_file: Path) -> None:
    make_product("TEA-01")
    make_product("TEA-02")
    for mode in ("count", "receive"):
        answers("stock", "import", good_file, "--mode", mode, "--yes")
    answers("stock", "import", good_file, "--mode", "receive", "--again", "--dry-run")

    def listed(*options: str) -> list[tuple[str, str]]:
        return [(row["mode"], row["state"]) for row in answers("stock", "imports", *options)]

    assert listed() == [("receive", "applied"), ("count", "applied")]
    assert listed("--mode", "count") == [("count", "applied")]
    assert listed("--state", "planned") == [("receive", "planned")]
