"""A change that a script may repeat: with the same --idempotency-key it happens once."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, NoReturn

import typer

from cli.terminal.values import for_json

# A moment as `for_json` writes it.
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z")

IdempotencyKey = Annotated[
    str | None,
    typer.Option(
        metavar="KEY",
        help="Repeated with the same key, the change happens once and the first answer is given.",
    ),
]


class _NotYet(Exception):
    """Nothing was done under this key."""


def answer_kept(key: str | None, operation: str) -> dict[str, Any] | None:
    """Return what was answered under this key, for a verb that asks before it acts; None if nothing was.

    Raises:
        IdempotencyMismatch: the key was used for something else.
    """

    def nothing_yet() -> NoReturn:
        raise _NotYet

    if key is None:
        return None
    try:
        return once_per_key(key, operation, nothing_yet)
    except _NotYet:
        return None


def once_per_key(key: str | None, operation: str, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Run it, or give the answer that it gave under this key. `operation` tells what is asked for, in full.

    Raises:
        IdempotencyMismatch: the key was used for something else.
    """
    from backoffice.api.idempotency import once
    from backoffice.requests.json_reply import Reply

    if key is None:
        return run()

    def answer() -> Reply:
        return Reply(body=json.dumps(run(), default=for_json).encode())

    fingerprint = sha256(operation.encode()).hexdigest()
    body = once("cli", operation.partition(" ")[0], key, fingerprint, answer).body
    kept: dict[str, Any] = json.loads(body)
    return {name: _as_it_was(value) for name, value in kept.items()}


def _as_it_was(value: Any) -> Any:
    """Turn a moment's text into a datetime again; return anything else as it is."""
    is_moment = isinstance(value, str) and MOMENT.fullmatch(value)
    return datetime.fromisoformat(value) if is_moment else value
