"""The table of outages in docs/scaling.md: each row has a command, each command a row and tests."""

import ast
import re
from pathlib import Path

import pytest

from tests.running.take_away import DISKS, EMBEDDED, OUTAGES, ROWS, main

pytestmark = pytest.mark.once
TABLE = Path("docs/scaling.md").read_text(encoding="utf-8")


def names_of_tests(file: str) -> set[str]:
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return {each.name for each in functions if each.name.startswith("test_")}


def test_each_row_of_the_table_has_a_command_and_each_command_a_row() -> None:
    assert re.findall(r"^\| `([a-z-]+)` \|", TABLE, re.MULTILINE) == list(ROWS)


def test_each_test_of_an_outage_is_run_by_a_row() -> None:
    run = {test.partition("[")[0] for row in ROWS.values() for test in row.tests}
    for file in (OUTAGES, EMBEDDED, DISKS):
        for name in names_of_tests(file):
            assert any(each.startswith(file) and each.endswith(name) for each in run), name


def test_each_row_names_tests_that_are_there() -> None:
    for row in ROWS.values():
        for test in row.tests:
            file, *names = test.partition("[")[0].split("::")
            assert Path(file).is_file(), test
            assert not names or names[-1] in names_of_tests(file), test


def test_without_a_name_it_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out.split() == list(ROWS)
    assert main(["no-such"]) == 2
