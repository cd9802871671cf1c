"""shopctl orders export."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from orders.exports import write_orders_workbook
from orders.fulfilment import lifecycle
from orders.models import Order
from tests.cli_fixtures import Shopctl
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def orders() -> list[Order]:
    """Of the day before yesterday (shipped), and two of today."""
    make_product("TEA-01", on_hand=20)
    make_product("MUG-7", on_hand=20)
    old = place({"TEA-01": 1}, at=timezone.now() - timedelta(days=2))
    lifecycle.ship_order(old.number, by=CLI)
    return [old, place({"TEA-01": 1, "MUG-7": 2}), place({"MUG-7": 1})]


def numbers(text: str) -> list[str]:
    return [row["number"] for row in csv.DictReader(io.StringIO(text, newline=""))]


def test_orders_are_written_by_time_and_status(shopctl: Shopctl, orders: list[Order]) -> None:
    old, two_lines, last = (order.number for order in orders)

    assert numbers(shopctl("orders", "export").stdout) == [old, two_lines, two_lines, last]
    assert numbers(shopctl("orders", "export", "--from", "-1d").stdout) == [two_lines, two_lines, last]
    assert numbers(shopctl("orders", "export", "--to", "-1d").stdout) == [old]
    assert numbers(shopctl("orders", "export", "--status", "shipped").stdout) == [old]
    assert shopctl("orders", "export", "--status", "lost").exit_code == 2


def test_a_file_is_written_wholly_and_replaced_only_when_asked(
    shopctl: Shopctl, orders: list[Order], tmp_path: Path
) -> None:
    path = tmp_path / "orders.csv"

    done = shopctl("orders", "export", "--output", path)

    assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"3 orders in {path}.\n")
    assert len(numbers(path.read_text(encoding="utf-8-sig"))) == 4
    again = shopctl("orders", "export", "--output", path, "--status", "shipped")
    assert again.exit_code == 1
    assert len(numbers(path.read_text(encoding="utf-8-sig"))) == 4
    assert shopctl("orders", "export", "-o", path, "--status", "shipped", "--overwrite").exit_code == 0
    assert len(numbers(path.read_text(encoding="utf-8-sig"))) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["orders.csv"]


def test_a_workbook_is_written_by_the_name_of_its_file(
    shopctl: Shopctl, orders: list[Order], tmp_path: Path
) -> None:
    path = tmp_path / "orders.xlsx"

    assert shopctl("orders", "export", "--output", path).exit_code == 0

    sheet = load_workbook(path).active
    assert sheet is not None
    assert sheet.max_row == 5


def test_a_refused_workbook_leaves_the_old_file_as_it_was(
    shopctl: Shopctl, orders: list[Order], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(write_orders_workbook.__kwdefaults__ or {}, "most_rows", 3)
    path = tmp_path / "orders.xlsx"
    path.write_bytes(b"as it was")

    done = shopctl("orders", "export", "--output", path, "--overwrite")

    assert done.exit_code == 1
    assert "Export them as CSV" in done.stderr
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"as it was"]


def test_only_those_who_may_export_get_a_file(shopctl: Shopctl, orders: list[Order]) -> None:
    make_user("ana@example.com", role="Support")
    make_user("max@example.com", role="Manager")

    refused = shopctl("orders", "export", "--as", "ana@example.com")

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert len(numbers(shopctl("orders", "export", "--as", "max@example.com").stdout)) == 4


def test_without_orders_there_is_a_heading_and_an_exit_code_that_tells(shopctl: Shopctl) -> None:
    done = shopctl("orders", "export", "--fail-if-empty")

    assert done.exit_code == 3
    assert done.stdout.startswith("number,placed_at,status,")
    assert shopctl("orders", "export").exit_code == 0
