import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.actors import SYSTEM
from catalog.models import Product, StockMovement
from catalog.readers.movements import movements_as_data
from catalog.readers.products import products_as_data
from cli.terminal import console
from cli.terminal.console import Listing, columns
from orders.models import Order, PromoCode, Promotion
from orders.readers.orders import summaries_as_data
from orders.readers.promo_codes import promo_codes_read
from orders.readers.promotions import promotions_read
from tests.cli_fixtures import Terminal
from tests.factories import make_product, place

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_a_narrow_terminal_loses_nothing(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wider than the terminal is broken by the terminal, not cut off."""
    make_product("TEA-01", on_hand=50)
    number = place({"TEA-01": 2}).number
    monkeypatch.setenv("COLUMNS", "60")
    _, screen = terminal("stock", "history", "TEA-01")
    assert f"  {number}" in screen


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_numbers_and_short_texts_are_never_broken(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    make_product("TEA-01", name="A very long name of a tea from the mountains", price="1234.50", on_hand=1000)
    monkeypatch.setenv("COLUMNS", str(columns))
    _, screen = terminal("products", "list")
    [row] = [line for line in screen.splitlines() if line.startswith("TEA-01")]
    assert row.split()[-5:] == ["1234.50", "1000", "0", "1000", "yes"]


def test_a_table_is_as_wide_as_its_texts_where_there_is_room(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_product("TEA-01", name="A very long name of a tea from the mountains", on_hand=7)
    monkeypatch.setenv("COLUMNS", "200")
    _, screen = terminal("stock", "list")
    [row] = [line for line in screen.splitlines() if line.startswith("TEA-01")]
    assert "A very long name of a tea from the mountains" in row
    assert len(row) < 120


def test_a_file_that_changes_nothing_is_told_once(terminal: Terminal, tmp_path: Path) -> None:
    make_product("TEA-01", on_hand=7)
    file = tmp_path / "count.csv"
    file.write_text("sku,quantity\nTEA-01,7\n")
    code, screen = terminal("stock", "import", file, "--mode", "count")
    assert (code, screen.splitlines()[1:]) == (0, ["There is nothing to change."])


@pytest.mark.parametrize(
    "options", [{"as_json": True}, {"as_jsonl": True}, {}], ids=["json", "jsonl", "tabs"]
)
def test_a_list_is_printed_row_by_row(options: dict[str, bool], capsys: pytest.CaptureFixture[str]) -> None:
    """However long it is, no more than one row is held: each is printed before the next is asked for."""
    printed = []

    def rows() -> Iterator[dict[str, str]]:
        for sku in ("TEA-01", "TEA-02", "TEA-03"):
            yield {"sku": sku}
            printed.append(capsys.readouterr().out)

    Listing(**options).show(rows(), columns("sku"))
    assert ["TEA-01" in printed[0], "TEA-02" in printed[1], "TEA-03" in printed[2]] == [True] * 3


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_streamed_document_is_the_one_that_json_writes(
    count: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"sku": "TEA-01", "name": "two\nlines", "tags": ["a"], "promo": None}] * count
    Listing(as_json=True).show(rows, columns("sku"))
    assert capsys.readouterr().out == json.dumps(rows) + "\n"
    monkeypatch.setattr(console, "is_terminal", lambda: True)
    Listing(as_json=True).show(rows, columns("sku"))
    assert capsys.readouterr().out == json.dumps(rows, indent=2) + "\n"


def test_what_lists_show_is_read_as_it_is_printed(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make_product("TEA-01", on_hand=50)
    place({"TEA-01": 2})
    with django_assert_num_queries(0):
        lists = [
            summaries_as_data(Order.objects.all()),
            products_as_data(Product.objects.all()),
            movements_as_data(StockMovement.objects.all(), to=None),
            promo_codes_read(PromoCode.objects.all(), to=SYSTEM),
            promotions_read(Promotion.objects.all()),
        ]
    assert [len(list(each)) for each in lists] == [1, 1, 2, 0, 0]
