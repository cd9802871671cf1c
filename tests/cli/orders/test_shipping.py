"""Orders shipped from the terminal by a carrier's file."""

from pathlib import Path

import pytest

from orders.models import Order, Shipment
from tests.cli_fixtures import Answers, Shopctl
from tests.factories import make_product, make_user, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def numbers() -> list[str]:
    make_product("TEA-01", on_hand=50)
    return [place({"TEA-01": 2}).number for _ in range(2)]


@pytest.fixture
def carrier_file(tmp_path: Path, numbers: list[str]) -> Path:
    path = tmp_path / "dhl.csv"
    path.write_text(f"Order;Tracking;Weight\n{numbers[0]};001;2\n{numbers[1]};002;3\n")
    return path


@pytest.fixture
def mixed_file(tmp_path: Path, numbers: list[str]) -> Path:
    path = tmp_path / "mixed.csv"
    path.write_text(f"order,tracking\n{numbers[0]},001\nB-1,002\n")
    return path


def parcels() -> list[tuple[str, str]]:
    return list(Shipment.objects.order_by("pk").values_list("tracking_number", "carrier"))


def test_a_dry_run_tells_what_each_row_would_ship(answers: Answers, carrier_file: Path) -> None:
    plan = answers("orders", "ship", "--from", carrier_file, "--carrier", "DHL", "--dry-run")
    assert (plan["state"], plan["new"], plan["problems"], plan["ignored_columns"]) == (
        "planned",
        2,
        0,
        ["Weight"],
    )
    assert plan["plan"][0]["changes"] == {
        "units": {"from": "", "to": 2},
        "tracking_number": {"from": "", "to": "001"},
        "carrier": {"from": "", "to": "DHL"},
    }
    assert parcels() == []


def test_a_file_ships_its_orders_once_however_often_it_is_sent(shopctl: Shopctl, carrier_file: Path) -> None:
    ship = ("orders", "ship", "--from", carrier_file, "--carrier", "DHL", "--yes")
    first = shopctl(*ship)
    assert first.exit_code == 0, first.stderr
    assert first.stdout == "Shipped: 2 new, 0 known already, 0 problems.\n"
    again = shopctl(*ship, "--fail-if-empty")
    assert again.exit_code == 3
    assert parcels() == [("001", "DHL"), ("002", "DHL")]


def test_without_a_terminal_it_wants_to_be_told_beforehand(shopctl: Shopctl, carrier_file: Path) -> None:
    asked = shopctl("orders", "ship", "--from", carrier_file)
    assert asked.exit_code == 2
    assert "--yes" in asked.stderr
    assert parcels() == []


def test_rows_with_problems_ship_nothing_unless_they_are_left_out(
    shopctl: Shopctl, mixed_file: Path, tmp_path: Path
) -> None:
    rejects = tmp_path / "rejected.csv"
    ship = ("orders", "ship", "--from", mixed_file, "--yes", "--rejects", rejects)
    refused = shopctl(*ship)
    assert refused.exit_code == 1
    assert "There is no order B-1." in refused.stderr
    assert parcels() == []

    done = shopctl(*ship, "--overwrite", "--skip-invalid")
    assert done.exit_code == 0, done.stderr
    assert parcels() == [("001", "")]
    assert rejects.read_text(encoding="utf-8-sig").splitlines() == [
        "number,tracking_number,row,problem",
        "B-1,002,3,There is no order B-1.",
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["B-100001", "--from", "x.csv"],
        ["--from", "x.csv", "--tracking", "1"],
        ["--from", "x.csv", "--line", "A=1"],
    ],
)
def test_an_order_and_a_file_are_not_mixed_up(shopctl: Shopctl, arguments: list[str]) -> None:
    assert shopctl("orders", "ship", *arguments).exit_code == 2


def test_a_dry_run_of_one_order_tells_its_open_units(shopctl: Shopctl, numbers: list[str]) -> None:
    said = shopctl("orders", "ship", numbers[0], "--dry-run")
    assert said.exit_code == 0
    assert "2 of 2 open units of TEA-01" in said.stderr
    assert Order.objects.get(number=numbers[0]).status == "pending"


def test_only_who_may_ship_sends_a_file(shopctl: Shopctl, carrier_file: Path) -> None:
    make_user("mia@example.com", role="Marketing")
    refused = shopctl("orders", "ship", "--from", carrier_file, "--yes", "--as", "mia@example.com")
    assert refused.exit_code == 1
    assert parcels() == []
