"""A statement, and what the database answered."""

from collections.abc import Callable
from typing import Any

# How PostgreSQL refuses what was prepared before a migration gave a column another type, or what somebody
# has deallocated, or a name that somebody else has taken: nothing of it has run.
OUTDATED = frozenset({"0A000", "26000", "42P05"})


class Statement:
    """One to run, with `%s` for its values, or `%(name)s`; `rows` and `count` are known once it has run.

    With `is_many` its values are those of several runs, on SQLite. `check` is called with it when it has run.
    """

    def __init__(
        self,
        sql: str,
        values: Any,
        *,
        is_many: bool = False,
        check: Callable[["Statement"], None] | None = None,
    ) -> None:
        self.sql, self.values, self.is_many, self.check = sql, values, is_many, check
        self.rows: list[Any] = []
        self.count: int | None = None

    def take(self, cursor: Any) -> None:
        """Take the answer from a cursor that has run it."""
        self.rows = cursor.fetchall() if cursor.description else []
        self.count = cursor.rowcount
