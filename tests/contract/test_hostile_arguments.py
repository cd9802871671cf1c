"""What nobody should type after shopctl is wrong use or a refusal, in every place of every example."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
import typer
from django.db import connection
from pytest_django import DjangoDbBlocker

from cli.app import VERBS, app
from tests.built_once import built_once
from tests.cli_fixtures import Shopctl
from tests.factories import make_batch, make_category, make_product, make_promo_code, make_user, place

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(
        connection.vendor == "sqlite", reason="PostgreSQL refuses what SQLite does, and more: once is enough."
    ),
]

HOSTILE = (
    *(
        "0001-01-01",
        "9999-12-31",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "-9999w",
        "+9999w",
    ),
    *("0001-01-03", "9999-12-28", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-30"),
    *("-1", "0", "NaN", "Infinity", "1e400", "1e-400", "9" * 19, "9" * 40, "0.001", "\u0661", "1_000"),
    *("\udcff", "\x00", "\u200b", "", " ", "x" * 5_000, "%", "' OR 1=1 --", "[red]", "..", "/", "-"),
)
# They run for long, or replace the database.
NOT_TRIED = {"serve", "worker", "scheduler", "demo", "backup", "restore", "move-database", "doctor"}


def examples() -> list[Any]:
    """Every example of every verb's help, by its own words."""
    group: Any = typer.main.get_command(app)
    context = typer.Context(group)
    found = []
    for name in VERBS:
        if name not in NOT_TRIED:
            command = group.get_command(context, name)
            for verb, each in getattr(command, "commands", {"": command}).items():
                for number, line in enumerate(_lines(each.epilog or "")):
                    found.append(pytest.param(line, id=f"{name} {verb} {number}"))
    return found


def _lines(epilog: str) -> Iterator[list[str]]:
    for line in epilog.splitlines():
        words = line.strip().partition("shopctl ")[2].partition(" | ")[0].partition(" > ")[0]
        if words:
            yield shlex.split(words)


def _changed(words: list[str]) -> Iterator[list[str]]:
    """The same with each value in its turn replaced by something that nobody should type."""
    for place_, word in enumerate(words[1:], start=1):
        if word.startswith("--") and "=" not in word:
            continue
        option, sign, _value = word.partition("=") if word.startswith("--") else ("", "", word)
        for value in HOSTILE:
            yield [*words[:place_], f"{option}{sign}{value}", *words[place_ + 1 :]]


def opened() -> None:
    for name in ("ana@example.com", "sam@example.com", "wanda@example.com"):
        make_user(name, role="Manager")
    lamps = make_category("Lamps")
    for sku in ("TEA-01", "CUP-02"):
        make_product(sku, on_hand=50, category=lamps)
    make_promo_code("WELCOME10")
    make_batch(2)
    place({"TEA-01": 2})


@pytest.fixture(scope="module")
def shop(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with built_once(django_db_blocker, opened):
        yield


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("words", examples())
def test_no_argument_is_too_strange_to_be_refused(
    shopctl: Shopctl, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ours = connection.vendor == "sqlite"
    for arguments in _changed(words):
        if crc32(repr(arguments).encode()) % 2 != ours and "9" * 19 not in repr(arguments):
            continue
        result = shopctl(*arguments, stdin="")
        assert result.exit_code in (0, 1, 2, 3, 4), (arguments, result.output, result.exception)
        assert result.exception is None or isinstance(result.exception, SystemExit), (
            arguments,
            result.exception,
        )
        assert "Traceback" not in result.output, (arguments, result.output)
