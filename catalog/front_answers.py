"""What the public reads again and again, answered by the front itself while nobody has written anything.

Embedded only: SQLite tells at once whether anything was committed since. On PostgreSQL Redis has to be asked
that, by a thread that may wait (`early_answers`).
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from backoffice.errors import Throttled
from backoffice.request_id import request_id_of
from backoffice.server.gateway import Answer, Headers
from backoffice.throttling import limit_nobody
from catalog.early_answers import Words, lasting, words_of

MOST_KEPT = 256


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as Django gave it, and the state of the database that it is of."""

    version: int
    headers: Headers
    body: bytes


class FrontAnswers:
    """Of one thread. Each request that is answered from here counts against its rate limit."""

    def __init__(self) -> None:
        self._database: sqlite3.Connection | None = None
        self._kept: dict[Words, Kept] = {}

    def again(self, environ: Mapping[str, Any]) -> Answer | None:
        """The answer to another request in the same words; None when Django has to be asked."""
        words = words_of(environ)
        kept = self._kept.get(words) if words else None
        if kept is None or kept.version != self.version():
            return None
        try:
            usage = limit_nobody(environ)
        except Throttled:
            # Counted once more and refused by Django.
            return None
        own = {"x-request-id": request_id_of(environ), **(usage.headers() if usage else {})}
        return Answer(
            200, [*kept.headers, *((name.lower(), value) for name, value in own.items())], kept.body
        )

    def keep(self, environ: Mapping[str, Any], answer: Answer, *, version: int | None) -> None:
        """An answer for which the database was asked while it was in this state, if it is still in it."""
        words = words_of(environ)
        if words is None or version is None or version != self.version() or not _is_lasting(answer):
            return
        assert isinstance(answer.body, bytes)
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[words] = Kept(version, lasting(answer.headers), answer.body)

    def version(self) -> int | None:
        """Another number after each commit of anybody; None when it cannot be told at once."""
        if connection.vendor != "sqlite" or settings.REDIS_URL:
            # Requests would be counted in Redis, which may keep everybody waiting.
            return None
        try:
            if self._database is None:
                path = Path(connection.settings_dict["NAME"]).absolute()
                self._database = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=0)
            [version] = self._database.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:
            return None
        return int(version)


def _is_lasting(answer: Answer) -> bool:
    names = {name for name, _ in answer.headers}
    return (
        answer.status == 200
        and isinstance(answer.body, bytes)
        and "etag" in names
        and "set-cookie" not in names
    )
