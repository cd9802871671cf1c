"""No argument brings control characters, bytes that are not UTF-8 or unseen texts into the shop."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orders.models import Order, OrderEvent
from tests.cli_fixtures import Shopctl
from tests.factories import make_product, place

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["a\x1b[2Jb", "a\x9bb", "a\u202eb", "a\u2066b", "K\udcf6ln"])
def test_an_argument_with_control_characters_is_wrong_use_wherever_it_stands(
    shopctl: Shopctl, typed: str
) -> None:
    make_product("TEA-01", on_hand=5)
    order = place({"TEA-01": 1})
    for arguments in (
        ["stock", "receive", "TEA-01", "1", "--note", typed],
        ["stock", "receive", typed, "1"],
        ["orders", "comment", order.number, typed],
        ["orders", "list", f"--customer={typed}"],
        ["products", "list", "--q", typed],
        ["users", "create", "ada@example.com", "--role", "Manager", "--name", typed],
        [typed],
        ["orders", typed],
    ):
        result = shopctl(*arguments)
        assert result.exit_code == 2, (arguments, result.output)
        assert "has control characters or is not UTF-8" in result.stderr
        assert not set("\x1b\x9b\u202e\u2066\udcf6") & set(result.output)
    assert OrderEvent.objects.filter(kind="comment").count() == 0


def test_a_comment_has_lines_and_a_name_has_not(shopctl: Shopctl) -> None:
    make_product("TEA-01", on_hand=5)
    order = place({"TEA-01": 1})
    assert shopctl("orders", "comment", order.number, "called:\nwait\tfor Monday").exit_code == 0
    result = shopctl("orders", "edit", order.number, "--name", "Ada\nLovelace")
    assert (result.exit_code, "name: Remove the control character U+000A" in result.stderr) == (2, True)
    assert Order.objects.get().ship_name == order.ship_name


def test_a_name_that_shows_nothing_is_wrong_use(shopctl: Shopctl) -> None:
    result = shopctl("users", "create", "ada@example.com", "--role", "Manager", "--name", "\u200b\u3164")
    assert result.exit_code == 2
    assert "name: This text shows nothing: write something, or leave it empty." in result.stderr


def test_a_file_whose_name_is_not_utf_8_is_read(tmp_path: Path) -> None:
    """In a process of its own, which gets its arguments as bytes."""
    file = os.fsencode(tmp_path) + b"/K\xf6ln.csv"
    Path(os.fsdecode(file)).write_text("sku,quantity\n")
    shopctl = [sys.executable.encode(), b"-c", b"from cli.app import main; main()"]
    result = subprocess.run(
        [*shopctl, b"stock", b"import", file, b"--dry-run"], capture_output=True, timeout=60, check=False
    )
    assert result.returncode != 70, result.stderr
    assert b"Traceback" not in result.stderr
