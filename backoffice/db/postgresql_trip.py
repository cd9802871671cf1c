"""One trip to PostgreSQL: prepared statements that are sent together and answered together.

psycopg's own pipeline does the same, but sends and looks for answers after each statement; what it costs in
Python is a quarter of an order. This is written on `psycopg.pq`, its documented layer above libpq.
"""

import re
import select
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import count
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg.abc import Transformer as Adapting
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

from backoffice.db.statement import OUTDATED, Statement

# The same SQL is prepared anew for other types of its values: a small and a large number differ.
MOST_PREPARED = 500
# A plan that was made when a table was small reads all of it, also once it has grown: so all are made anew
# now and then, those of foreign keys too. Fifteen plans take a few milliseconds.
PLANNED_SECONDS = 10

type Session = psycopg.Connection[Any]
# SQL and the types of its values.
type Key = tuple[str, tuple[int, ...]]


class _Prepared:
    """The names under which a session has prepared SQL, by its types."""

    def __init__(self) -> None:
        self.names: dict[Key, bytes] = {}
        self.numbers = count(1)
        self.is_outdated = False
        self.planned_at = monotonic()

    def forget(self) -> None:
        """Prepare all anew; the next trip tells PostgreSQL to forget it, too."""
        self.names.clear()
        self.is_outdated = True


@dataclass(frozen=True, slots=True)
class _Command:
    """Something to send, which has one result: that of a statement, or of preparing one."""

    send: Callable[[], None]
    statement: Statement | None = None
    prepares: tuple[Key, bytes] | None = None


_prepared: WeakKeyDictionary[Session, _Prepared] = WeakKeyDictionary()


def travel(session: Session, statements: Sequence[Statement], *, is_to_commit: bool = False) -> None:
    """Run the statements, in a transaction unless the session commits each trip by itself.

    If one fails, those after it do not run. What PostgreSQL has prepared and cannot run any more is prepared
    anew: at once where nothing else is undone with the trip, else when the transaction is run again.

    Raises:
        psycopg.Error.
    """
    prepared = _prepared.setdefault(session, _Prepared())
    try:
        _travel(session, statements, prepared, is_to_commit=is_to_commit)
    except psycopg.Error as error:
        if error.sqlstate not in OUTDATED:
            raise
        prepared.forget()
        if not session.autocommit or session.pgconn.transaction_status != TransactionStatus.IDLE:
            raise
        _travel(session, statements, prepared, is_to_commit=is_to_commit)


def _travel(
    session: Session, statements: Sequence[Statement], prepared: _Prepared, *, is_to_commit: bool
) -> None:
    transformer = Transformer(session)
    commands = list(_commands(session, statements, transformer, prepared, is_to_commit=is_to_commit))
    pgconn = session.pgconn
    pgconn.enter_pipeline_mode()
    try:
        for command in commands:
            command.send()
        pgconn.pipeline_sync()
        results = list(_results(pgconn))
    except BaseException:
        # What was answered is not known: the session is of no use any more.
        session.close()
        raise
    finally:
        if pgconn.status == ConnStatus.OK:
            pgconn.exit_pipeline_mode()
    _take(commands, results, transformer, prepared)


def _commands(
    session: Session,
    statements: Sequence[Statement],
    transformer: Adapting,
    prepared: _Prepared,
    *,
    is_to_commit: bool,
) -> Iterator[_Command]:
    pgconn = session.pgconn
    if len(prepared.names) > MOST_PREPARED or prepared.is_outdated:
        prepared.names.clear()
        prepared.is_outdated = False
        yield _Command(partial(pgconn.send_query_params, b"DEALLOCATE ALL", None))
    elif monotonic() - prepared.planned_at > PLANNED_SECONDS:
        prepared.planned_at = monotonic()
        yield _Command(partial(pgconn.send_query_params, b"DISCARD PLANS", None))
    if not session.autocommit and pgconn.transaction_status == TransactionStatus.IDLE:
        yield _Command(partial(pgconn.send_query_params, b"BEGIN", None))
    for statement in statements:
        yield from _prepared_and_run(pgconn, statement, transformer, prepared)
    if is_to_commit:
        yield _Command(partial(pgconn.send_query_params, b"COMMIT", None))


def _prepared_and_run(
    pgconn: Any, statement: Statement, transformer: Adapting, prepared: _Prepared
) -> Iterator[_Command]:
    sql, names = _in_postgresql(statement.sql)
    values = [statement.values[name] for name in names] if names else statement.values
    params = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
    formats, key = transformer.formats, (statement.sql, transformer.types or ())
    name = prepared.names.get(key)
    if name is None:
        name = b"kept_%d" % next(prepared.numbers)
        yield _Command(partial(pgconn.send_prepare, name, sql, param_types=key[1]), prepares=(key, name))
    yield _Command(partial(pgconn.send_query_prepared, name, params, param_formats=formats), statement)


def _results(pgconn: Any) -> Iterator[Any]:
    """Yield one result of each command that was sent."""
    answers = select.poll()
    while pgconn.flush():
        answers.register(pgconn.socket, select.POLLIN | select.POLLOUT)
        answers.poll()
        pgconn.consume_input()
    answers.register(pgconn.socket, select.POLLIN)
    while True:
        while pgconn.is_busy():
            answers.poll()
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            return
        yield result


def _take(
    commands: Sequence[_Command], results: Sequence[Any], transformer: Adapting, prepared: _Prepared
) -> None:
    for command, result in zip(commands, results, strict=True):
        if result.status == ExecStatus.FATAL_ERROR:
            raise error_from_result(result, transformer.encoding)
        if command.prepares is not None:
            key, name = command.prepares
            prepared.names[key] = name
        if command.statement is not None:
            command.statement.count = result.command_tuples
            command.statement.rows = _rows(result, transformer)


def _rows(result: Any, transformer: Adapting) -> list[Any]:
    if result.status != ExecStatus.TUPLES_OK:
        return []
    transformer.set_pgresult(result)
    return transformer.load_rows(0, result.ntuples, tuple)


@lru_cache(512)
def _in_postgresql(sql: str) -> tuple[bytes, tuple[str, ...]]:
    """Return the SQL with `$1` for its first value, and the names of its values, if they have names."""
    names: list[str] = []
    numbers = count(1)

    def numbered(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        name = found["name"]
        if name is None:
            return f"${next(numbers)}"
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    written = re.sub(r"%(?:%|s|\((?P<name>\w+)\)s)", numbered, sql)
    return written.encode(), tuple(names)
