"""A change that a script may repeat: with the same --idempotency-key, or --request-key, it happens once."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, NoReturn

import typer

from cli.terminal.values import for_json
from cli.terminal.words import gettext as _

# A moment as `for_json` writes it.
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z")

IdempotencyKey = Annotated[
    str | None,
    typer.Option(
        "--idempotency-key",
        "--request-key",
        metavar="KEY",
        help="Repeated with the same key, the change happens once and the first answer is given.",
    ),
]


class _NotYet(Exception):
    """Nothing was done under this key."""


def answer_kept(key: str | None, operation: str) -> Any:
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


def once_per_key[T](key: str | None, operation: str, run: Callable[[], T]) -> T:
    """Run it, or give the answer that it gave under this key. `operation` tells what is asked for, in full.

    The answer is kept as JSON: objects and lists of what JSON holds, moments and amounts.

    Raises:
        IdempotencyMismatch: the key was used for something else.
        Invalid: the key cannot be one.
    """
    from backoffice.api.idempotency import once
    from backoffice.requests.json_reply import Reply

    if key is None:
        return run()
    _refuse_unusable(key)

    def answer() -> Reply:
        return Reply(body=json.dumps(run(), default=for_json).encode())

    fingerprint = sha256(operation.encode()).hexdigest()
    body = once("cli", operation.partition(" ")[0], key, fingerprint, answer).body
    kept: T = _as_it_was(json.loads(body))
    return kept


def _refuse_unusable(key: str) -> None:
    from backoffice.api.idempotency import ACCEPTABLE_KEY

    if not ACCEPTABLE_KEY.fullmatch(key):
        raise typer.BadParameter(
            _("1 to 255 printable ASCII characters without blanks."), param_hint="--idempotency-key"
        )


def _as_it_was(value: Any) -> Any:
    """Turn moments' texts, also within objects and lists, into datetimes again."""
    match value:
        case dict():
            return {name: _as_it_was(each) for name, each in value.items()}
        case list():
            return [_as_it_was(each) for each in value]
        case str() if MOMENT.fullmatch(value):
            return datetime.fromisoformat(value)
    return value
