import csv
import re
from pathlib import Path

import pytest

from orders.models import PromoCode, Promotion
from tests.cli_fixtures import Answers, Shopctl, Terminal
from tests.factories import make_product, make_promo_code, place

pytestmark = pytest.mark.django_db

TWENTY = ("promos", "generate", "--count", 20, "--prefix", "bf-", "--percent", "15", "--max-discount", "30")


def codes_in(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["code"] for row in csv.DictReader(file)]


def codes_of(batch: Promotion) -> list[str]:
    return sorted(batch.codes.values_list("code", flat=True))


def test_a_batch_is_generated_and_its_codes_are_in_the_file(answers: Answers, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    made = answers(
        *TWENTY, "--starts", "2126-11-27", "--ends", "2126-11-30", "--name", "Black Friday",
        "--output", path, "--yes",
    )  # fmt: skip

    batch = Promotion.objects.get()
    assert (made["id"], made["name"], made["codes"]["count"]) == (batch.pk, "Black Friday", 20)
    assert (made["state"], made["percent_off"], made["max_discount"]) == ("scheduled", "15.00", "30.00")
    assert (made["starts_at"], made["ends_at"]) == ("2126-11-26T23:00:00Z", "2126-11-30T23:00:00Z")
    assert sorted(codes_in(path)) == codes_of(batch)
    assert all(re.fullmatch(r"BF-[2-9A-HJ-NP-Z]{12}", code) for code in codes_in(path))
    assert set(batch.codes.values_list("max_uses", flat=True)) == {1}


def test_the_plan_comes_first_and_says_how_hard_the_codes_are_to_guess(shopctl: Shopctl) -> None:
    result = shopctl(*TWENTY)
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.search(r"20 codes such as BF-\w{12}: 15 %, up to €30.00\.", result.stderr)
    assert "BF-: at once, without an end." in result.stderr
    assert "Each code once, each customer once." in result.stderr
    assert "59.5 bits: somebody who guesses hits one in about 39,383,139,189,427,488 tries." in result.stderr
    assert not Promotion.objects.exists()


def test_a_dry_run_shows_the_plan_as_data_and_makes_nothing(answers: Answers, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    plan = answers(*TWENTY, "--output", path, "--dry-run")
    assert (plan["state"], plan["count"], plan["bits"], plan["max_uses"]) == ("planned", 20, 59.5, 1)
    assert not path.exists()
    assert not Promotion.objects.exists()


def test_on_a_terminal_it_asks(terminal: Terminal) -> None:
    code, screen = terminal(*TWENTY, typed="n\n")
    assert (code, Promotion.objects.count()) == (1, 0)
    assert "Generate 20 codes? [y/N]" in screen
    code, screen = terminal(*TWENTY, typed="y\n")
    assert (code, PromoCode.objects.count()) == (0, 20)
    assert f"shopctl promos export --promotion {Promotion.objects.get().pk}" in screen


def test_no_file_is_replaced_unasked(shopctl: Shopctl, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text("mine")
    refused = shopctl(*TWENTY, "--output", path, "--yes")
    assert refused.exit_code == 1
    assert "is there already" in refused.stderr
    assert path.read_text() == "mine"
    assert not Promotion.objects.exists()
    assert shopctl(*TWENTY, "--output", path, "--yes", "--overwrite").exit_code == 0
    assert len(codes_in(path)) == 20


def test_the_codes_go_to_standard_output_and_all_words_elsewhere(shopctl: Shopctl) -> None:
    result = shopctl(*TWENTY, "--output", "-", "--yes")
    rows = list(csv.DictReader(result.stdout.splitlines()))
    assert sorted(row["code"] for row in rows) == codes_of(Promotion.objects.get())
    assert shopctl(*TWENTY, "--output", "-", "--yes", "--json").exit_code == 2


def test_a_script_that_repeats_itself_gets_the_same_batch(shopctl: Shopctl, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    command = (*TWENTY, "--output", path, "--yes", "--idempotency-key", "november")
    first, again = shopctl(*command), shopctl(*command)
    assert (first.exit_code, again.exit_code) == (0, 0), again.stderr
    assert first.stdout == again.stdout
    assert PromoCode.objects.count() == 20
    elsewhere = tmp_path / "again.csv"
    assert shopctl(*TWENTY, "--output", elsewhere, "--idempotency-key", "november").exit_code == 0
    assert codes_in(elsewhere) == codes_in(path)
    other = shopctl(*TWENTY, "--max-uses", 2, "--yes", "--idempotency-key", "november")
    assert other.exit_code == 1
    path.write_text("mine")
    assert shopctl(*command).exit_code == 1
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("options", "exit_code", "told"),
    [
        (["--count", "0"], 2, "greater than or equal to 1"),
        (["--count", "100001"], 1, "Between 1 and 100,000 codes"),
        (["--count", "5", "--length", "2"], 1, "5 codes need at least 4 random characters"),
        (["--count", "5", "--prefix", "ä-"], 1, "A prefix has letters"),
        (["--count", "5", "--percent", "120"], 1, "above 0 and up to 100"),
        (["--count", "5", "--amount", "5"], 2, "either --percent or --amount"),
        (["--count", "5", "--ends", "2020-01-01", "--starts", "2020-01-02"], 1, "The end must come after"),
        (["--count", "5", "--max-uses", "0"], 2, "'0' is no limit: give a whole number, or none."),
        (["--count", "5", "--category", "Nothing"], 1, "There is no category Nothing."),
    ],
)
def test_a_batch_that_cannot_be_is_refused_before_anybody_is_asked(
    shopctl: Shopctl, options: list[str], exit_code: int, told: str
) -> None:
    result = shopctl("promos", "generate", "--percent", "15", *options)
    assert result.exit_code == exit_code
    assert told in result.stderr
    assert not Promotion.objects.exists()


def test_codes_without_limits_are_generated(answers: Answers) -> None:
    made = answers(*TWENTY, "--max-uses", "none", "--per-customer", "none", "--yes")
    assert (made["codes"]["left"], made["max_uses_per_customer"]) == (None, None)
    assert set(PromoCode.objects.values_list("max_uses", flat=True)) == {None}


def test_batches_are_listed_with_how_far_they_are_used_up(answers: Answers, shopctl: Shopctl) -> None:
    assert shopctl("promos", "promotions", "--fail-if-empty").exit_code == 3
    make_product("TEA-01", on_hand=9)
    make_promo_code("SINGLE")
    answers(*TWENTY, "--name", "Friday", "--yes")
    answers(*TWENTY, "--name", "Monday", "--yes")
    place({"TEA-01": 1}, promo_code=codes_of(Promotion.objects.get(name="Friday"))[0])

    rows = answers("promos", "promotions", "--batches")

    codes = [(row["name"], *(row["codes"][name] for name in ("count", "used", "left"))) for row in rows]
    assert codes == [("Monday", 20, 0, 20), ("Friday", 20, 1, 19)]
    assert [row["name"] for row in answers("promos", "promotions")] == ["Monday", "Friday", "A promotion"]
    assert [row["name"] for row in answers("promos", "promotions", "--single")] == ["A promotion"]
    assert [row["name"] for row in answers("promos", "promotions", "--q", "fri")] == ["Friday"]
