import json
import os
import pty
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from threading import Thread
from typing import Any

import pytest
import typer
from typer import testing
from typer.testing import CliRunner, Result

from cli.app import app

type Shopctl = Callable[..., Result]
type Answers = Callable[..., Any]
type Terminal = Callable[..., tuple[int, str]]


@pytest.fixture(scope="session", autouse=True)
def _verbs_made_once() -> Iterator[None]:
    """Typer would read every signature of a group again whenever one of its verbs is run."""
    get_command = cache(typer.main.get_command)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.main, "get_command", get_command)
        patch.setattr(testing, "_get_command", get_command)
        yield


@pytest.fixture
def shopctl() -> Shopctl:
    """Run `shopctl` in this process; without a terminal, as in a pipe."""

    def run(*arguments: object, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)

    return run


@pytest.fixture
def answers(shopctl: Shopctl) -> Answers:
    """The JSON that a verb answers with; it must succeed."""

    def run(*arguments: object, stdin: str | bytes | None = None) -> Any:
        result = shopctl(*arguments, "--json", stdin=stdin)
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    return run


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Run `shopctl` on a terminal, in this process; gives the exit code and all that the screen got."""
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments: object, typed: str = "") -> tuple[int, str]:
        keyboard, screen = pty.openpty()
        seen: list[bytes] = []

        def watch() -> None:
            while True:
                try:
                    seen.append(os.read(keyboard, 65_536))
                except OSError:
                    return

        watcher = Thread(target=watch)
        watcher.start()
        os.write(keyboard, typed.encode())
        with ExitStack() as opened, monkeypatch.context() as patch:
            for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
                stream = opened.enter_context(open(os.dup(screen), mode, encoding="utf-8"))  # noqa: PTH123
                patch.setattr(sys, name, stream)
            with pytest.raises(SystemExit) as end:
                app([str(argument) for argument in arguments])
        os.close(screen)
        watcher.join()
        os.close(keyboard)
        return int(end.value.code or 0), b"".join(seen).decode().replace("\r\n", "\n")

    return run
