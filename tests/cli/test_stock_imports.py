import json
from pathlib import Path

import pytest

from catalog.models import Product, StockImport, StockMovement
from tests.cli.conftest import Answers, Shopctl
from tests.factories import make_product, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def count_file(tmp_path: Path) -> Path:
    path = tmp_path / "count.csv"
    path.write_text("sku,quantity\nTEA-01,40\nNOPE,2\n")
    return path


@pytest.fixture
def good_file(tmp_path: Path) -> Path:
    path = tmp_path / "good.csv"
    path.write_text("sku,quantity\nTEA-01,40\nTEA-02,7\n")
    return path


def on_hand() -> dict[str, int]:
    return dict(Product.objects.values_list("sku", "on_hand"))


def test_a_dry_run_shows_every_row_and_changes_nothing(answers: Answers, count_file: Path) -> None:
    make_product("TEA-01", on_hand=5)
    plan = answers("stock", "import", count_file, "--mode", "count", "--dry-run")
    assert [(row["sku"], row["now"], row["after"], row["problem_code"]) for row in plan["rows"]] == [
        ("TEA-01", 5, 40, ""),
        ("NOPE", None, None, "unknown_sku"),
    ]
    assert on_hand() == {"TEA-01": 5}


def test_a_dry_run_in_a_pipe_gives_a_line_for_each_row(shopctl: Shopctl, good_file: Path) -> None:
    make_product("TEA-01", on_hand=5)
    make_product("TEA-02", on_hand=5)
    result = shopctl("stock", "import", good_file, "--mode", "count", "--dry-run")
    assert result.stdout == "2\tTEA-01\t40\t5\t40\t35\t\n3\tTEA-02\t7\t5\t7\t2\t\n"


def test_a_good_file_is_applied_when_told_so_beforehand(answers: Answers, good_file: Path) -> None:
    make_product("TEA-01", on_hand=5)
    make_product("TEA-02", on_hand=5)
    result = answers("stock", "import", good_file, "--mode", "receive", "--yes")
    assert (result["state"], result["changes"]) == ("applied", 2)
    assert on_hand() == {"TEA-01": 45, "TEA-02": 12}


def test_without_a_terminal_and_without_yes_nothing_is_applied(shopctl: Shopctl, good_file: Path) -> None:
    make_product("TEA-01", on_hand=5)
    make_product("TEA-02", on_hand=5)
    result = shopctl("stock", "import", good_file, "--mode", "count")
    assert result.exit_code == 2
    assert "--yes" in result.stderr
    assert on_hand() == {"TEA-01": 5, "TEA-02": 5}


def test_standard_input_is_a_file_too(answers: Answers) -> None:
    make_product("TEA-01", on_hand=5)
    answers("stock", "import", "-", "--mode", "receive", "--yes", stdin="sku;quantity\ntea-01;3\n")
    assert on_hand() == {"TEA-01": 8}


def test_one_bad_row_refuses_the_whole_file(shopctl: Shopctl, count_file: Path) -> None:
    make_product("TEA-01", on_hand=5)
    result = shopctl("stock", "import", count_file, "--mode", "count", "--yes")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "NOPE" in result.stderr
    assert "--skip-invalid" in result.stderr
    assert on_hand() == {"TEA-01": 5}


def test_the_good_rows_alone_can_be_applied_and_the_others_kept(
    answers: Answers, count_file: Path, tmp_path: Path
) -> None:
    make_product("TEA-01", on_hand=5)
    rejects = tmp_path / "rejects.csv"
    command = ("stock", "import", count_file, "--mode", "count", "--skip-invalid", "--yes")
    assert answers(*command, "--rejects", rejects)["problems"] == 1
    assert on_hand() == {"TEA-01": 40}
    header, row = rejects.read_text().splitlines()
    assert header.startswith("sku,quantity")
    assert row.startswith("NOPE,2,")


def test_the_same_file_twice_asks_for_again(shopctl: Shopctl, good_file: Path) -> None:
    make_product("TEA-01")
    make_product("TEA-02")
    command = ("stock", "import", good_file, "--mode", "receive", "--yes")
    assert shopctl(*command).exit_code == 0
    refused = shopctl(*command)
    assert refused.exit_code == 1
    assert "--again" in refused.stderr
    assert shopctl(*command, "--again").exit_code == 0
    assert on_hand() == {"TEA-01": 80, "TEA-02": 14}


def test_a_file_that_is_not_there_is_told_without_a_traceback(shopctl: Shopctl, tmp_path: Path) -> None:
    result = shopctl("stock", "import", tmp_path / "none.csv", "--mode", "count")
    assert result.exit_code == 1
    assert "none.csv: No such file" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_import_can_be_rehearsed_backwards_and_undone(answers: Answers, good_file: Path) -> None:
    make_product("TEA-01", on_hand=5)
    make_product("TEA-02", on_hand=7)
    number = answers("stock", "import", good_file, "--mode", "count", "--yes")["id"]
    place({"TEA-01": 2})
    assert answers("stock", "undo", number, "--dry-run") == [
        {"sku": "TEA-01", "now": 40, "after": 5, "change": -35}
    ]
    assert on_hand() == {"TEA-01": 40, "TEA-02": 7}
    assert answers("stock", "undo", number, "--yes")["state"] == "undone"
    assert on_hand() == {"TEA-01": 5, "TEA-02": 7}
    assert StockImport.objects.get().state == "undone"


def test_undoing_twice_is_refused(shopctl: Shopctl, answers: Answers, good_file: Path) -> None:
    make_product("TEA-01")
    make_product("TEA-02")
    number = answers("stock", "import", good_file, "--mode", "count", "--yes")["id"]
    assert shopctl("stock", "undo", number, "--yes").exit_code == 0
    before = StockMovement.objects.count()
    assert shopctl("stock", "undo", number, "--yes").exit_code == 1
    assert StockMovement.objects.count() == before


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
