"""Statements on their way to the database: by the driver's own cursor, in as few trips as they can be.

A trip to PostgreSQL costs more than most statements. So questions that do not need each other's answers are
asked together (`ask`), and in a write transaction a statement without an answer (`send`) waits for the next
question, or travels with the COMMIT: locks on rows that everybody wants are then held for no trip at all.
All arrive in the order in which they were sent, and whatever else is asked sends what waits first. If one
fails, nothing of the transaction is kept, and `write_transaction` runs it again, each statement by itself.

SQLite lies in this process: there each statement runs at once.
"""

import functools
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection, transaction

# Django's own statements come with their values filled in: they are all different, and are not prepared.
MOST_PREPARED = 500


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


class _Waiting(threading.local):
    """What waits in this thread's write transaction; None where nothing may wait."""

    statements: list[Statement] | None = None


_waiting = _Waiting()


def ask(*statements: Statement) -> None:
    """Run these, after all that waits, in one trip."""
    _travel([*_no_longer_waiting(), *statements])


def send(statement: Statement) -> None:
    """Run it with the next question or the COMMIT; at once where nothing waits."""
    if _waiting.statements is None:
        _travel([statement])
    else:
        _waiting.statements.append(statement)


def may_wait() -> bool:
    """Whether what is sent now waits, so that only the database itself can refuse it."""
    return _waiting.statements is not None


@contextmanager
def collecting() -> Iterator[None]:
    """Let statements wait in here, until `finish`."""
    _waiting.statements = []
    try:
        with connection.execute_wrapper(_send_first):
            yield
    finally:
        _waiting.statements = None


def finish(*, is_to_commit: bool) -> None:
    """Run what waits; together with the COMMIT, if one is to follow now."""
    waiting = _no_longer_waiting()
    if not waiting or connection.needs_rollback:
        return
    if any(statement.check for statement in waiting):
        _travel(waiting)
        waiting = []
    _travel(waiting, is_to_commit=is_to_commit)


def _no_longer_waiting() -> list[Statement]:
    waiting = _waiting.statements
    if not waiting:
        return []
    _waiting.statements = []
    return waiting


def _send_first(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    """Before anything that does not come through here: what waits was sent earlier."""
    waiting = _no_longer_waiting()
    if waiting:
        _travel(waiting)
    return execute(sql, params, many, context)


def _travel(statements: Sequence[Statement], *, is_to_commit: bool = False) -> None:
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with transaction.mark_for_rollback_on_error(connection.alias):
        if _is_watched():
            _run_by_django(statements)
        elif connection.vendor == "postgresql":
            _run_on_postgresql(statements, is_to_commit=is_to_commit)
        else:
            _run_on_sqlite(statements)
    for statement in statements:
        if statement.check:
            statement.check(statement)


def _is_watched() -> bool:
    """Whether somebody looks on at Django's cursor: a log of queries, or a wrapper that is not ours."""
    wrappers = connection.execute_wrappers
    is_wrapped = len(wrappers) > 1 or (wrappers and wrappers[0] is not _send_first)
    return bool(connection.queries_logged or is_wrapped)


def _run_by_django(statements: Sequence[Statement]) -> None:
    for statement in statements:
        with connection.cursor() as cursor:
            if statement.is_many:
                cursor.executemany(statement.sql, statement.values)
            else:
                cursor.execute(statement.sql, statement.values)
            statement.take(cursor)


def _run_on_sqlite(statements: Sequence[Statement]) -> None:
    session: Any = connection.connection
    with connection.wrap_database_errors:
        for statement in statements:
            run = session.executemany if statement.is_many else session.execute
            statement.take(run(_with_question_marks(statement.sql), statement.values))


def _run_on_postgresql(statements: Sequence[Statement], *, is_to_commit: bool) -> None:
    session: Any = connection.connection
    session.prepared_max = MOST_PREPARED
    with connection.wrap_database_errors:
        if len(statements) == 1 and not is_to_commit and session.autocommit:
            statements[0].take(_executed(session, statements[0]))
            return
        cursors: list[Any] = []
        try:
            with session.pipeline():
                cursors.extend(_executed(session, statement) for statement in statements)
                if is_to_commit:
                    session.commit()
        finally:
            # If one failed, those before it have run.
            for statement, cursor in zip(statements, cursors, strict=False):
                if cursor.pgresult is not None:
                    statement.take(cursor)


def _executed(session: Any, statement: Statement) -> Any:
    return psycopg.Cursor(session).execute(statement.sql, statement.values, prepare=True)


@functools.lru_cache(512)
def _with_question_marks(sql: str) -> str:
    return re.sub("%[s%]", lambda found: "?" if found[0] == "%s" else "%", sql)
