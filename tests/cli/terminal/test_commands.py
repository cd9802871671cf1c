"""Arguments and options come to a verb as Typer would give them, whether or not pydantic looked at them."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from cli.terminal.commands import Verb

pytestmark = pytest.mark.once
got: list[object] = []


def verb(
    word: str,
    more: Annotated[list[str] | None, typer.Option()] = None,
    count: Annotated[int | None, typer.Option(min=1)] = None,
    amount: Annotated[Decimal | None, typer.Option(parser=Decimal)] = None,
    as_upper: Annotated[str | None, typer.Option(parser=str.upper)] = None,
    file: Annotated[Path | None, typer.Option(exists=True)] = None,
    is_sure: Annotated[bool, typer.Option("--yes")] = False,
) -> None:
    got[:] = [word, more, count, amount, as_upper, file, is_sure]


def run(*arguments: str) -> tuple[int, list[object]]:
    app = typer.Typer(rich_markup_mode=None)
    app.command(cls=Verb)(verb)
    got.clear()
    return CliRunner().invoke(app, list(arguments)).exit_code, list(got)


def test_what_is_not_given_is_none() -> None:
    assert run("tea") == (0, ["tea", None, None, None, None, None, False])


def test_numbers_files_lists_and_what_has_a_parser_are_what_they_are_declared_to_be(tmp_path: Path) -> None:
    options = ("--more", "a", "--more", "b", "--count", "3", "--amount", "2.50", "--as-upper", "x", "--yes")
    given = run("tea", *options, "--file", str(tmp_path))
    assert given == (0, ["tea", ["a", "b"], 3, Decimal("2.50"), "X", tmp_path, True])


@pytest.mark.parametrize("wrong", [["--count", "0"], ["--count", "many"], ["--file", "/not/there"]])
def test_what_is_not_what_it_should_be_is_refused(wrong: list[str]) -> None:
    assert run("tea", *wrong) == (2, [])
