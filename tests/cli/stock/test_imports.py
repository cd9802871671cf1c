import json
from pathlib import Path

import pytest

from catalog.models import Product, StockImport
from tests.cli_fixtures import Answers, Shopctl, Terminal
from tests.factories import make_product

pytestmark = pytest.mark.django_db

BAD_FILES = Path(__file__).parents[2] / "data" / "bad-imports"


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
    plan = answers("stock", "import", count_file, "--mode", "count", "--skip-invalid", "--dry-run")
    assert [(row["sku"], row["now"], row["after"], row["problem_code"]) for row in plan["plan"]] == [
        ("TEA-01", 5, 40, None),
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
    header, row = rejects.read_text(encoding="utf-8-sig").splitlines()
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


def test_the_plan_in_a_pipe_is_told_beforehand_and_the_result_alone_is_output(
    shopctl: Shopctl, count_file: Path
) -> None:
    make_product("TEA-01", on_hand=5)
    result = shopctl("stock", "import", count_file, "--mode", "count", "--skip-invalid", "--yes")
    number = StockImport.objects.get().pk
    assert result.stdout == f"Applied import {number}: 1 change, 1 row left out\n"
    assert result.stderr.splitlines() == [
        "count.csv, count: 2 rows; 1 to change, 0 unchanged, 1 problem.",
        "row 3: NOPE No product has this SKU. Correct it, or create the product first.",
        "row 2: TEA-01 5 → 40",
    ]


def test_jsonl_gives_the_rows_as_they_were_applied(shopctl: Shopctl, count_file: Path) -> None:
    make_product("TEA-01", on_hand=5)
    result = shopctl("stock", "import", count_file, "--mode", "count", "--skip-invalid", "--yes", "--jsonl")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(row["row"], row["sku"], row["change"], row["problem_code"]) for row in rows] == [
        (2, "TEA-01", 35, None),
        (3, "NOPE", None, "unknown_sku"),
    ]


def test_a_file_that_changes_nothing_is_not_applied(shopctl: Shopctl, good_file: Path) -> None:
    make_product("TEA-01", on_hand=40)
    make_product("TEA-02", on_hand=7)
    command = ("stock", "import", good_file, "--mode", "count")
    result = shopctl(*command)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "There is nothing to change." in result.stderr
    assert shopctl(*command, "--fail-if-empty").exit_code == 3
    assert not StockImport.objects.exclude(state="planned").exists()


@pytest.mark.parametrize("options", [[], ["--skip-invalid"], ["--dry-run"]])
def test_rejected_rows_replace_no_file_unasked(
    shopctl: Shopctl, count_file: Path, tmp_path: Path, options: list[str]
) -> None:
    make_product("TEA-01", on_hand=5)
    rejects = tmp_path / "rejects.csv"
    rejects.write_text("yesterday's")
    command = ("stock", "import", count_file, "--mode", "count", "--yes", "--rejects", rejects, *options)
    refused = shopctl(*command)
    assert (refused.exit_code, rejects.read_text(), on_hand()) == (1, "yesterday's", {"TEA-01": 5})
    assert f"{rejects} is there already. Name another file, or give --overwrite." in refused.stderr
    shopctl(*command, "--overwrite")
    assert "\nNOPE,2," in rejects.read_text()


def test_a_retry_with_the_same_key_answers_as_the_first_time(answers: Answers, good_file: Path) -> None:
    make_product("TEA-01")
    make_product("TEA-02")
    command = (
        "stock",
        "import",
        good_file,
        "--mode",
        "receive",
        "--yes",
        "--idempotency-key",
        "delivery-4711",
    )
    first = answers(*command)
    assert answers(*command) == first
    assert on_hand() == {"TEA-01": 40, "TEA-02": 7}
    assert StockImport.objects.count() == 1


def test_a_retry_does_not_mind_the_rejects_that_the_first_time_wrote(
    answers: Answers, count_file: Path, tmp_path: Path
) -> None:
    make_product("TEA-01", on_hand=5)
    command = (
        "stock",
        "import",
        count_file,
        "--mode",
        "count",
        "--skip-invalid",
        "--yes",
        "--idempotency-key",
        "k",
    )
    first = answers(*command, "--rejects", tmp_path / "rejects.csv")
    assert answers(*command, "--rejects", tmp_path / "rejects.csv") == first


def test_a_key_is_not_for_another_file(shopctl: Shopctl, answers: Answers, good_file: Path) -> None:
    make_product("TEA-01")
    make_product("TEA-02")
    answers("stock", "import", good_file, "--mode", "receive", "--yes", "--idempotency-key", "k")
    other = shopctl("stock", "import", good_file, "--mode", "count", "--yes", "--idempotency-key", "k")
    assert other.exit_code == 1
    assert on_hand() == {"TEA-01": 40, "TEA-02": 7}


def test_a_refused_import_leaves_its_key_unused(shopctl: Shopctl, count_file: Path) -> None:
    command = ("stock", "import", count_file, "--mode", "count", "--yes", "--idempotency-key", "k")
    make_product("TEA-01", on_hand=5)
    assert shopctl(*command).exit_code == 1
    make_product("NOPE")
    assert shopctl(*command).exit_code == 0
    assert on_hand() == {"TEA-01": 40, "NOPE": 2}


def test_an_unknown_mode_is_wrong_use(shopctl: Shopctl, good_file: Path) -> None:
    result = shopctl("stock", "import", good_file, "--mode", "guess")
    assert result.exit_code == 2
    assert "'count', 'receive'" in result.stderr


def test_a_terminal_shows_problems_then_changes_and_asks(terminal: Terminal, count_file: Path) -> None:
    make_product("TEA-01", on_hand=5)
    code, screen = terminal("stock", "import", count_file, "--mode", "count", "--skip-invalid", typed="y\n")
    lines = screen.splitlines()
    table = [line.split() for line in lines if line.split()[:1] in (["3"], ["2"])]
    assert [row[:2] for row in table] == [["3", "NOPE"], ["2", "TEA-01"]]
    assert table[1] == ["2", "TEA-01", "40", "5", "40", "35"]
    assert "Apply 1 change? [y/N]" in screen
    assert (code, on_hand()) == (0, {"TEA-01": 40})


def test_a_no_on_the_terminal_applies_nothing(terminal: Terminal, good_file: Path) -> None:
    make_product("TEA-01", on_hand=5)
    make_product("TEA-02", on_hand=5)
    code, screen = terminal("stock", "import", good_file, "--mode", "count", typed="n\n")
    assert (code, on_hand()) == (1, {"TEA-01": 5, "TEA-02": 5})
    assert "Nothing was changed." in screen


def test_a_terminal_asks_before_a_file_is_applied_once_more(
    terminal: Terminal, answers: Answers, good_file: Path
) -> None:
    make_product("TEA-01")
    make_product("TEA-02")
    answers("stock", "import", good_file, "--mode", "receive", "--yes")
    command = ("stock", "import", good_file, "--mode", "receive")
    assert terminal(*command, typed="y\nn\n")[0] == 1
    assert on_hand() == {"TEA-01": 40, "TEA-02": 7}
    code, screen = terminal(*command, typed="y\ny\n")
    assert (code, on_hand()) == (0, {"TEA-01": 80, "TEA-02": 14})
    assert "Apply it once more? [y/N]" in screen


def test_of_many_rows_some_problems_and_some_changes_are_shown(shopctl: Shopctl, tmp_path: Path) -> None:
    for number in range(15):
        make_product(f"P-{number:02}")
    file = tmp_path / "many.csv"
    good = [f"P-{number:02},1" for number in range(15)]
    file.write_text("\n".join(["sku,quantity", *good, *(f"NOPE-{number},1" for number in range(15))]))
    told = shopctl("stock", "import", file, "--mode", "count").stderr.splitlines()
    assert [line.split()[1] for line in told if line.startswith("row ")] == [
        "17:", "18:", "19:", "20:", "21:", "22:", "23:", "24:", "25:", "26:",
        "2:", "3:", "4:", "5:", "6:", "7:", "8:", "9:", "10:", "11:",
    ]  # fmt: skip
    assert "… and 5 more problems and 5 more changes; in a pipe" in "\n".join(told)


def test_a_long_file_is_watched_on_a_terminal_and_silent_in_a_pipe(
    terminal: Terminal, shopctl: Shopctl, tmp_path: Path
) -> None:
    make_product("TEA-01")
    file = tmp_path / "long.csv"
    file.write_text("sku,quantity\nTEA-01,1\n" + "".join(f"NOPE-{number},1\n" for number in range(4_000)))
    command = ("stock", "import", file, "--mode", "count", "--skip-invalid", "--yes")
    piped = shopctl(*command, "--dry-run")
    assert "Reading" not in piped.stdout + piped.stderr
    screen = terminal(*command)[1]
    for word in ("Reading", "of 4,002", "Comparing with the stock", "Applying"):
        assert word in screen


@pytest.mark.parametrize("name", sorted(path.name for path in BAD_FILES.glob("*.*") if path.suffix != ".md"))
@pytest.mark.parametrize("mode", ["count", "receive"])
def test_a_bad_file_is_told_in_words_and_changes_nothing(shopctl: Shopctl, name: str, mode: str) -> None:
    make_product("71053", on_hand=5)
    make_product("84029E", on_hand=5)
    options = (
        ["--dry-run"] if name in {"semicolon-bom.csv", "tab-utf16.csv", "windows-1252.csv"} else ["--yes"]
    )
    result = shopctl("stock", "import", BAD_FILES / name, "--mode", mode, *options)
    assert result.exit_code == (0 if options == ["--dry-run"] else 1)
    assert result.stderr
    assert "Traceback" not in result.stderr
    assert on_hand() == {"71053": 5, "84029E": 5}
