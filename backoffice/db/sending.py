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
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from backoffice.db.statement import Statement


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
        # Else nobody would hear that it is rolled back with the rest.
        connection.validate_no_broken_transaction()
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
    """Run what waits; together with the COMMIT, if one is to follow now. What is sent later waits no more."""
    waiting = _no_longer_waiting()
    # What is called after the commit may write, too, and no COMMIT follows that.
    _waiting.statements = None
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
        # What is executed may be the end of a savepoint, to which Django then goes back.
        _travel(waiting, is_for_good=False)
    return execute(sql, params, many, context)


def _travel(statements: Sequence[Statement], *, is_to_commit: bool = False, is_for_good: bool = True) -> None:
    connection: Any = connections[DEFAULT_DB_ALIAS]
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with transaction.mark_for_rollback_on_error(connection.alias) if is_for_good else nullcontext():
        if _is_watched(connection):
            _run_by_django(statements)
        elif connection.vendor == "postgresql":
            # A shop on SQLite does not load PostgreSQL's driver.
            from backoffice.db.postgresql_trip import travel

            with connection.wrap_database_errors:
                travel(connection.connection, statements, is_to_commit=is_to_commit)
        else:
            with connection.wrap_database_errors:
                _run_on_sqlite(connection.connection, statements)
    for statement in statements:
        if statement.check:
            statement.check(statement)


def _is_watched(connection: Any) -> bool:
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


def _run_on_sqlite(session: Any, statements: Sequence[Statement]) -> None:
    for statement in statements:
        run = session.executemany if statement.is_many else session.execute
        statement.take(run(_with_question_marks(statement.sql), statement.values))


@functools.lru_cache(512)
def _with_question_marks(sql: str) -> str:
    return re.sub("%[s%]", lambda found: "?" if found[0] == "%s" else "%", sql)
