"""What shopctl says: as it stands before the shop is loaded, afterwards in the language of who reads it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import translation

from cli.terminal.words import THINGS, counted, gettext, ngettext

CLI = Path(__file__).resolve().parents[3] / "cli"


def test_a_text_is_told_in_the_language_that_is_chosen() -> None:
    with translation.override("de"):
        assert gettext("Yes") == "Ja"
        assert [ngettext("%(num)d minute", "%(num)d minutes", number) for number in (1, 2)] == [
            "%(num)d Minute",
            "%(num)d Minuten",
        ]
    assert gettext("Yes") == "Yes"


def test_a_text_needs_no_shop() -> None:
    code = (
        "import sys; from cli.terminal.words import counted, gettext; "
        "print(gettext('Yes'), counted(1, 'row'), counted(1_200, 'row'), 'django' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "Yes 1 row 1,200 rows False\n"


@pytest.mark.parametrize("thing", THINGS)
def test_things_are_counted_in_words(thing: str) -> None:
    many = "entries" if thing == "entry" else f"{thing}s"
    assert [counted(number, thing) for number in (0, 1, 2_000)] == [
        f"0 {many}",
        f"1 {thing}",
        f"2,000 {many}",
    ]


def test_whatever_shopctl_counts_has_its_words() -> None:
    calls = [
        node
        for file in CLI.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "counted"
    ]
    things = {call.args[1].value for call in calls if isinstance(call.args[1], ast.Constant)}
    assert len(things) > 5
    assert things - set(THINGS) == set()
