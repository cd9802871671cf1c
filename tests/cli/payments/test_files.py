"""shopctl payments import and undo: what a file would book is shown, asked for, and booked once."""

from pathlib import Path

import pytest

from orders.models import Order, PaymentEntry
from tests.cli_fixtures import Answers, Shopctl
from tests.factories import make_product, place
from tests.orders.payments.imports.files import file_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def orders() -> list[Order]:
    """Two of 50.00 each, nothing paid."""
    make_product("TEA", on_hand=100, price="25.00")
    return [place({"TEA": 2}) for _ in range(2)]


@pytest.fixture
def bank(tmp_path: Path, orders: list[Order]) -> Path:
    """One line that settles, one that differs, one without an order."""
    path = tmp_path / "bank.csv"
    first, second = (order.number for order in orders)
    path.write_text(file_of(f"50.00;{first};Ada;T1", f"20.00;{second};Ben;T2", "9.00;thanks;Cy;T3"))
    return path


def test_a_dry_run_shows_every_line_and_books_none(answers: Answers, bank: Path) -> None:
    plan = answers("payments", "import", bank, "--dry-run")

    assert (plan["changes"], plan["differing"], plan["unmatched"]) == (1, 1, 1)
    assert [(row["amount"], row["outcome"]) for row in plan["plan"]] == [
        ("50.00", "settles"),
        ("20.00", "differs"),
        ("9.00", "none"),
    ]
    assert not PaymentEntry.objects.exists()


def test_what_settles_is_booked_and_the_rest_is_handed_back(
    shopctl: Shopctl, bank: Path, tmp_path: Path
) -> None:
    rest = tmp_path / "open.csv"
    result = shopctl("payments", "import", bank, "--rejects", rest, "--yes")

    assert "Booked: import" in result.stdout
    assert [entry.reference for entry in PaymentEntry.objects.all()] == ["T1"]
    assert [line.split(",")[4] for line in rest.read_text().splitlines()[1:]] == ["T2", "T3"]


def test_what_was_handed_back_is_read_again(
    answers: Answers, shopctl: Shopctl, bank: Path, tmp_path: Path
) -> None:
    rest = tmp_path / "open.csv"
    shopctl("payments", "import", bank, "--rejects", rest, "--yes")

    plan = answers("payments", "import", rest, "--dry-run")
    assert [(row["reference"], row["outcome"]) for row in plan["plan"]] == [("T2", "differs"), ("T3", "none")]


def test_differences_are_booked_when_they_are_accepted(answers: Answers, bank: Path) -> None:
    told = answers("payments", "import", bank, "--accept-differences", "--yes")
    assert (told["state"], told["changes"], told["differing"]) == ("applied", 2, 0)
    assert PaymentEntry.objects.count() == 2


def test_a_key_books_once(answers: Answers, bank: Path) -> None:
    first = answers("payments", "import", bank, "--yes", "--idempotency-key", "november")
    again = answers("payments", "import", bank, "--yes", "--idempotency-key", "november")
    assert first["number"] == again["number"]
    assert PaymentEntry.objects.count() == 1


def test_the_same_file_again_has_nothing_to_book(shopctl: Shopctl, bank: Path) -> None:
    shopctl("payments", "import", bank, "--yes")
    assert "There is nothing to book." in shopctl("payments", "import", bank).stderr


def test_an_import_is_listed_and_undone(answers: Answers, bank: Path, orders: list[Order]) -> None:
    number = answers("payments", "import", bank, "--yes")["number"]
    assert [each["number"] for each in answers("payments", "imports")] == [number]

    assert answers("payments", "undo", number, "--dry-run")["state"] == "undone"
    assert PaymentEntry.objects.count() == 1
    assert answers("payments", "undo", number, "--yes")["state"] == "undone"
    orders[0].refresh_from_db()
    assert (orders[0].paid, PaymentEntry.objects.count()) == (0, 2)


def test_the_template_is_read_as_a_file_without_rows(shopctl: Shopctl, tmp_path: Path) -> None:
    path = tmp_path / "template.csv"
    path.write_text(shopctl("payments", "template").stdout)
    assert "no rows" in shopctl("payments", "import", path, "--dry-run").stderr
