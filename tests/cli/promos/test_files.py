import csv
import json
from pathlib import Path

import pytest

from orders.models import PromoCode
from orders.promotions import promo_file
from tests.cli_fixtures import Answers, Shopctl, Terminal
from tests.factories import make_promo_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def good_file(tmp_path: Path) -> Path:
    path = tmp_path / "promos.csv"
    path.write_text("code,percent_off,ends_at,colour\nOLD,20,2126-12-24,red\nNEW,15,,blue\n")
    return path


@pytest.fixture
def mixed_file(tmp_path: Path) -> Path:
    path = tmp_path / "mixed.csv"
    path.write_text("code,percent_off\nNEW,15\nBAD,many\n")
    return path


def codes() -> list[str]:
    return sorted(PromoCode.objects.values_list("code", flat=True))


def test_a_dry_run_shows_every_row_and_changes_nothing(answers: Answers, good_file: Path) -> None:
    make_promo_code("OLD")
    plan = answers("promos", "import", good_file, "--dry-run")
    assert (plan["new"], plan["changed"], plan["problems"], plan["ignored_columns"]) == (1, 1, 0, ["colour"])
    assert plan["plan"][0] == {
        "row": 2,
        "code": "OLD",
        "outcome": "change",
        "changes": {
            "percent_off": {"from": "10.00", "to": "20.00"},
            "ends_at": {"from": "", "to": "2126-12-24"},
        },
        "problem": None,
    }
    assert codes() == ["OLD"]


def test_in_a_pipe_a_dry_run_gives_a_line_for_each_row(shopctl: Shopctl, good_file: Path) -> None:
    make_promo_code("OLD")
    result = shopctl("promos", "import", good_file, "--dry-run")
    assert result.stdout == (
        "2\tOLD\tchange\tpercent_off 10.00 → 20.00; ends_at 2126-12-24\t\n3\tNEW\tnew\tpercent_off 15\t\n"
    )
    assert "Columns that are not used: colour." in result.stderr


def test_a_good_file_is_imported_when_told_so_beforehand(shopctl: Shopctl, good_file: Path) -> None:
    make_promo_code("OLD")
    asked = shopctl("promos", "import", good_file)
    assert asked.exit_code == 2
    assert "row 3: NEW percent_off 15" in asked.stderr
    assert codes() == ["OLD"]
    done = shopctl("promos", "import", good_file, "--yes")
    assert done.stdout == "Imported: 1 new, 1 changed, 0 unchanged, 0 problems.\n"
    assert codes() == ["NEW", "OLD"]
    again = shopctl("promos", "import", good_file, "--yes", "--fail-if-empty")
    assert (again.exit_code, again.stdout) == (3, "")


def test_on_a_terminal_it_shows_a_table_and_asks(terminal: Terminal, good_file: Path) -> None:
    make_promo_code("OLD")
    code, screen = terminal("promos", "import", good_file, typed="y\n")
    assert code == 0, screen
    assert "Outcome" in screen
    assert "Import 2 promo codes? [y/N]" in screen
    assert codes() == ["NEW", "OLD"]


def test_one_bad_row_refuses_the_whole_file(shopctl: Shopctl, mixed_file: Path) -> None:
    result = shopctl("promos", "import", mixed_file, "--yes")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "row 3: BAD percent_off: “many” is not a number" in result.stderr
    assert "--skip-invalid" in result.stderr
    assert codes() == []


def test_bad_rows_are_left_out_and_handed_back_to_mend(
    shopctl: Shopctl, mixed_file: Path, tmp_path: Path
) -> None:
    rejects = tmp_path / "mend.csv"
    command = ("promos", "import", mixed_file, "--skip-invalid", "--yes", "--rejects", rejects)
    assert shopctl(*command).exit_code == 0
    assert codes() == ["NEW"]
    assert rejects.read_text().splitlines()[1].startswith("BAD,many,3,")
    assert shopctl(*command).exit_code == 1
    rejects.write_text(rejects.read_text().replace("many", "20"))
    assert shopctl("promos", "import", rejects, "--yes").exit_code == 0
    assert codes() == ["BAD", "NEW"]


def test_what_is_exported_can_be_imported_again(shopctl: Shopctl, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    made = ("promos", "generate", "--count", 30, "--amount", "5", "--ends", "2126-12-24", "--yes")
    assert shopctl(*made, "--output", path).exit_code == 0
    make_promo_code("SINGLE", is_paused=True)

    same = shopctl("promos", "import", path, "--dry-run", "--json")
    everything = shopctl("promos", "export", "--all")
    back = shopctl("promos", "import", "-", "--yes", "--jsonl", stdin=everything.stdout)

    assert json.loads(same.stdout)["unchanged"] == 30
    assert [json.loads(line)["outcome"] for line in back.stdout.splitlines()] == ["same"] * 31
    PromoCode.objects.filter(promotion__is_batch=True).delete()
    assert shopctl("promos", "import", path, "--yes").exit_code == 0
    assert len(codes()) == 31


def test_an_export_is_narrowed_by_state_batch_and_words(shopctl: Shopctl, tmp_path: Path) -> None:
    make_promo_code("ACTIVE")
    make_promo_code("PAUSED", is_paused=True)
    shopctl("promos", "generate", "--count", 2, "--amount", "5", "--yes")
    batch = PromoCode.objects.latest("pk").promotion_id

    def exported(*options: object) -> int:
        result = shopctl("promos", "export", *options)
        assert result.exit_code == 0, result.stderr
        return len(list(csv.DictReader(result.stdout.splitlines())))

    assert [exported(), exported("--all"), exported("--promotion", batch)] == [2, 4, 2]
    assert [exported("--state", "active"), exported("--q", "paus")] == [1, 1]
    assert shopctl("promos", "export", "--state", "expired", "--fail-if-empty").exit_code == 3
    path = tmp_path / "codes.csv"
    written = shopctl("promos", "export", "--output", path)
    assert (written.stdout, written.stderr) == ("", f"2 promo codes in {path}.\n")
    assert shopctl("promos", "export", "--output", path).exit_code == 1
    assert shopctl("promos", "export", "--promotion", 0).exit_code == 1


def test_a_file_that_cannot_be_read_is_told_in_a_sentence(
    shopctl: Shopctl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = shopctl("promos", "import", tmp_path / "none.csv")
    monkeypatch.setattr(promo_file, "MAX_ROWS", 1)
    long = shopctl("promos", "import", "-", stdin="code,percent_off\nA-1,5\nA-2,5\n")
    nameless = shopctl("promos", "import", "-", stdin="key\nA-1\n")

    assert [missing.exit_code, long.exit_code, nameless.exit_code] == [1, 1, 1]
    assert "No such file" in missing.stderr
    assert "more than 1 rows. Split it." in long.stderr
    assert "Needed: code" in nameless.stderr
    assert codes() == []
