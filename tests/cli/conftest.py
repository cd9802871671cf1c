import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.app import app

type Shopctl = Callable[..., Result]
type Answers = Callable[..., Any]


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
