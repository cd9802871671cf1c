from pathlib import Path

import pytest

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
