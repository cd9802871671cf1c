"""shopctl products import, export: products as files."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from catalog.models import Product
from catalog.product_files.cells import IMPORTED
from catalog.products import archive_product
from tests.cli_fixtures import Answers, Shopctl, Terminal
from tests.factories import CLI, make_category, make_product, make_sold_out, make_user, place

pytestmark = pytest.mark.django_db

PRICES = "sku,name,price,Supplier\nTEA-01,Green tea,4.10,x\nTEA-02,Black tea,3.39,x\nNEW-1,Mate,7.00,x\n"
MIXED = PRICES + "TEA-03,Red tea,cheap,x\n"


def prices() -> dict[str, Decimal]:
    return dict(Product.objects.values_list("sku", "price"))


@pytest.fixture
def teas() -> None:
    for sku, name in (("TEA-01", "Green tea"), ("TEA-02", "Black tea"), ("TEA-03", "Red tea")):
        make_product(sku, name=name)


# Importing


@pytest.mark.usefixtures("teas")
def test_a_dry_run_in_a_pipe_gives_a_line_for_each_row_and_changes_nothing(shopctl: Shopctl) -> None:
    result = shopctl("products", "import", "-", "--dry-run", stdin=MIXED)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "2\tTEA-01\tchange\tprice 3.39 → 4.10\t",
        "3\tTEA-02\tsame\t\t",
        "4\tNEW-1\tnew\tname Mate; price 7.00; is_active yes\t",
        (
            "5\tTEA-03\tproblem\t\tprice: “cheap” is not a number: "
            "write digits with a point before the decimals, like 12.50."
        ),
    ]
    assert "1 new, 1 changed, 1 unchanged, 1 problem" in result.stderr
    assert "not used: Supplier" in result.stderr
    assert set(prices().values()) == {Decimal("3.39")}


@pytest.mark.usefixtures("teas")
def test_a_dry_run_in_json_tells_before_and_after(answers: Answers) -> None:
    plan = answers("products", "import", "-", "--dry-run", stdin=PRICES)
    assert (plan["new"], plan["changed"], plan["unchanged"], plan["problems"]) == (1, 1, 1, 0)
    assert plan["plan"][0]["changes"] == {"price": {"from": "3.39", "to": "4.10"}}
    assert plan["ignored_columns"] == ["Supplier"]


@pytest.mark.usefixtures("teas")
def test_a_good_file_is_imported_when_told_so_beforehand(answers: Answers) -> None:
    result = answers("products", "import", "-", "--yes", stdin=PRICES)
    assert (result["state"], result["new"], result["changed"]) == ("applied", 1, 1)
    assert {sku: str(price) for sku, price in prices().items()} == {
        "TEA-01": "4.10",
        "TEA-02": "3.39",
        "TEA-03": "3.39",
        "NEW-1": "7.00",
    }


@pytest.mark.usefixtures("teas")
def test_without_a_terminal_and_without_yes_nothing_is_imported(shopctl: Shopctl) -> None:
    result = shopctl("products", "import", "-", stdin=PRICES)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--yes" in result.stderr
    assert set(prices().values()) == {Decimal("3.39")}


@pytest.mark.usefixtures("teas")
def test_one_bad_row_keeps_the_whole_file_out(shopctl: Shopctl, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    result = shopctl("products", "import", "-", "--yes", "--rejects", rejects, stdin=MIXED)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "row 5: TEA-03 price: “cheap” is not a number" in result.stderr
    assert "--skip-invalid" in result.stderr
    assert set(prices().values()) == {Decimal("3.39")}
    assert rejects.read_text().splitlines()[1].startswith("TEA-03,Red tea,cheap,5,")


@pytest.mark.usefixtures("teas")
def test_the_good_rows_alone_can_be_imported_and_the_others_kept(answers: Answers, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    command = ("products", "import", "-", "--skip-invalid", "--yes", "--rejects", rejects)
    assert answers(*command, stdin=MIXED)["problems"] == 1
    assert prices()["TEA-01"] == Decimal("4.10")
    assert "cheap" in rejects.read_text()


@pytest.mark.usefixtures("teas")
def test_a_rejects_file_that_is_there_is_not_replaced_unasked(shopctl: Shopctl, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    rejects.write_text("yesterday's")
    command = ("products", "import", "-", "--skip-invalid", "--yes", "--rejects", rejects)
    refused = shopctl(*command, stdin=MIXED)
    assert (refused.exit_code, rejects.read_text()) == (1, "yesterday's")
    assert "--overwrite" in refused.stderr
    assert set(prices().values()) == {Decimal("3.39")}
    assert shopctl(*command, "--overwrite", stdin=MIXED).exit_code == 0
    assert "cheap" in rejects.read_text()


@pytest.mark.usefixtures("teas")
def test_a_file_that_changes_nothing_exits_with_three_when_asked_to(shopctl: Shopctl) -> None:
    same = "sku,price\nTEA-01,3.39\n"
    assert shopctl("products", "import", "-", stdin=same).exit_code == 0
    assert shopctl("products", "import", "-", "--fail-if-empty", stdin=same).exit_code == 3


@pytest.mark.parametrize("role", ["Viewer", "Warehouse", "Support"])
def test_an_import_needs_the_permissions_of_the_admin(shopctl: Shopctl, role: str) -> None:
    make_user("ana@example.com", role=role)
    assert shopctl("products", "import", "-", "--yes", "--as", "ana@example.com", stdin=PRICES).exit_code == 1
    assert not Product.objects.exists()


def test_a_product_cannot_be_called_dots_alone(shopctl: Shopctl) -> None:
    result = shopctl("products", "import", "-", "--yes", stdin="sku,name,price\n..,Dots,1\n")
    assert result.exit_code == 1
    assert "row 2: .. sku: “.” and “..” alone cannot be a SKU" in result.stderr


@pytest.mark.usefixtures("teas")
def test_a_terminal_shows_problems_and_changes_and_asks(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(MIXED.replace("Mate", "[red]Mate[/red]"))
    code, screen = terminal("products", "import", file, "--skip-invalid", typed="y\n")
    assert code == 0
    lines = screen.splitlines()
    shown = [line.split()[:2] for line in lines if line.split()[:1] in (["2"], ["4"], ["5"])]
    assert shown == [["5", "TEA-03"], ["2", "TEA-01"], ["4", "NEW-1"]]
    assert "name [red]Mate[/red]; price 7.00" in screen
    assert "Import 2 products? [y/N]" in screen
    assert "Imported: 1 new, 1 changed, 1 unchanged, 1 problem." in lines[-1]


@pytest.mark.usefixtures("teas")
def test_a_no_on_the_terminal_changes_nothing(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(PRICES)
    code, screen = terminal("products", "import", file, typed="n\n")
    assert (code, "Nothing was changed." in screen) == (1, True)
    assert set(prices().values()) == {Decimal("3.39")}


# Exporting


def test_an_export_has_the_columns_of_an_import_and_the_stock(shopctl: Shopctl) -> None:
    make_product(
        "B", on_hand=5, name="Mug", category=make_category("Mugs"), barcode="4711", low_stock_threshold=3
    )
    place({"B": 2})
    make_product("A", name="=1+1", price="10")
    archive_product("A", by=CLI)
    result = shopctl("products", "export")
    rows = list(csv.reader(io.StringIO(result.stdout)))
    assert rows == [
        [*IMPORTED, "category_name", "on_hand", "reserved", "stock"],
        ["A", "'=1+1", "10.00", "", "", "", "0", *[""] * 9, "0", "0", "0"],
        ["B", "Mug", "3.39", "mugs", "4711", "3", "1", *[""] * 8, "Mugs", "5", "2", "3"],
    ]


@pytest.mark.parametrize("name", ["products.csv", "products.xlsx"])
def test_an_export_imported_again_changes_nothing(
    shopctl: Shopctl, answers: Answers, tmp_path: Path, name: str
) -> None:
    make_product("007", name="-50% lamp", category=make_category("Lamps"), barcode="0123")
    make_product("=A", name='Tea, "green"', low_stock_threshold=0)
    archive_product("=A", by=CLI)
    file = tmp_path / name
    assert shopctl("products", "export", "--output", file).stdout == ""
    result = answers("products", "import", file, "--yes")
    assert (result["unchanged"], result["changed"], result["problems"]) == (2, 0, 0)
    assert result["ignored_columns"] == ["category_name", "on_hand", "reserved", "stock"]


def test_an_export_can_be_narrowed(shopctl: Shopctl) -> None:
    make_product("MUCH", on_hand=50)
    make_sold_out("LITTLE", category=make_category("Teas"))
    make_product("OLD")
    archive_product("OLD", by=CLI)

    def exported(*options: str) -> list[str]:
        return [
            line.split(",")[0] for line in shopctl("products", "export", *options).stdout.splitlines()[1:]
        ]

    assert exported() == ["LITTLE", "MUCH", "OLD"]
    assert exported("--active") == ["LITTLE", "MUCH"]
    assert exported("--archived") == ["OLD"]
    assert exported("--low") == ["LITTLE"]
    assert exported("--category", "teas") == ["LITTLE"]
    assert exported("--q", "MUC") == ["MUCH"]
    assert shopctl("products", "export", "--q", "nix", "--fail-if-empty").exit_code == 3


def test_an_export_replaces_no_file_unasked(shopctl: Shopctl, tmp_path: Path) -> None:
    make_product("A")
    file = tmp_path / "products.xlsx"
    assert shopctl("products", "export", "-o", file).exit_code == 0
    before = file.read_bytes()
    assert shopctl("products", "export", "-o", file).exit_code == 1
    assert file.read_bytes() == before
    make_product("B")
    assert shopctl("products", "export", "-o", file, "--overwrite").exit_code == 0
    sheet = openpyxl.load_workbook(file).active
    assert [row[0].value for row in sheet.rows] == ["sku", "A", "B"]
    assert [path.name for path in tmp_path.iterdir()] == ["products.xlsx"]


def test_a_workbook_is_nothing_for_a_terminal(terminal: Terminal) -> None:
    code, screen = terminal("products", "export", "--format", "xlsx")
    assert (code, "--output FILE" in screen) == (2, True)
