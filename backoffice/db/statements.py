"""Statements that are built once and run often.

The ORM builds the SQL of a queryset anew whenever it runs, which costs a short statement several times what
the database needs for it. What is decorated here is written with the ORM like everything else, built when
it first runs on a connection, and from then on only filled with values; PostgreSQL keeps its plan too.

    @selecting
    def _customers_with(email: str) -> QuerySet[Customer]:
        return Customer.objects.filter(email=email)

The function sees placeholders instead of its arguments: it must put them into the queryset as they are, and
must not look at the clock or at anything else that differs from one call to the next. A list among them is
one value, for the lookup `among`: `filter(sku__among=skus)`.
"""

import functools
import json
import re
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import (
    Field,
    Lookup,
    QuerySet,
)
from django.db.models.expressions import Expression
from django.db.models.sql import UpdateQuery

from backoffice.db.converters import converters_of
from backoffice.db.sending import ask, may_wait, send
from backoffice.db.statement import Statement
from backoffice.db.transactions import Collision


class Placeholder(Expression):
    """A value that each run brings: the argument with this number."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", (self,)


class ListPlaceholder(Placeholder):
    """A list of values that each run brings."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        raise TypeError("A list is for the lookup `among` alone.")  # not translated


@Field.register_lookup
class Among(Lookup):
    """`sku__among=skus`: one of a list that is one value, so that its length does not change the SQL."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, parameters = self.process_lhs(compiler, connection)
        values = self.rhs if isinstance(self.rhs, Placeholder) else _adapted(self.rhs, connection)
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s)", (*parameters, values)
        return f"{column} IN (SELECT value FROM json_each(%s))", (*parameters, values)  # noqa: S608


class Question[Row](Statement):
    """A statement whose answer is read as rows of a queryset."""

    def __init__(self, kept: "_Selection", args: Sequence[Any]) -> None:
        super().__init__(kept.sql, kept.values(args))
        self.kept = kept

    def answer(self) -> list[Row]:
        return self.kept.read(self.rows)


class Selecting[*Args, Row]:
    """A function that returns the rows of a queryset; `question` is for asking it together with others."""

    def __init__(self, build: Callable[[*Args], QuerySet[Any, Row]]) -> None:
        self.build = build
        functools.update_wrapper(self, build)

    def question(self, *args: *Args) -> Question[Row]:
        kept = memory.kept(self.build, lambda: _Selection(self.build(*_placeholders(args))))
        return Question(kept, args)

    def __call__(self, *args: *Args) -> list[Row]:
        question = self.question(*args)
        ask(question)
        return question.answer()


class Updating[*Args]:
    """A function that writes a mapping's values to a queryset's rows and returns their number."""

    def __init__(self, build: Callable[[*Args], tuple[QuerySet[Any], Mapping[str, Any]]]) -> None:
        self.build = build
        functools.update_wrapper(self, build)

    def __call__(self, *args: *Args) -> int:
        statement = self._kept(args).statement(args)
        ask(statement)
        return statement.count or 0

    def one(self, *args: *Args) -> None:
        """Change exactly one row, with the next question or the COMMIT. Raises Collision if there is none."""
        kept = self._kept(args)
        if may_wait():
            send(Statement(kept.sql_for_one, kept.values(args)))
        elif self(*args) != 1:
            raise Collision

    def _kept(self, args: Any) -> "_Change":
        change: _Change = memory.kept(self.build, lambda: _Change(*self.build(*_placeholders(args))))
        return change


def selecting[*Args, Row](build: Callable[[*Args], QuerySet[Any, Row]]) -> Selecting[*Args, Row]:
    """Make a function that returns the rows of the queryset which `build` makes from its arguments."""
    return Selecting(build)


def updating[*Args](
    build: Callable[[*Args], tuple[QuerySet[Any], Mapping[str, Any]]],
) -> Updating[*Args]:
    """Make a function that writes the mapping's values to the queryset's rows and returns their number."""
    return Updating(build)


class _Built:
    """SQL that a compiler of the ORM has built, constants and all, for partial indexes rely on those."""

    def __init__(self, compiler: Any) -> None:
        self.compiler = compiler
        self.sql, self.params = _with_constants(*compiler.as_sql())

    def values(self, args: Sequence[Any]) -> list[Any]:
        connection = self.compiler.connection
        return [
            _adapted(args[each.number], connection) if isinstance(each, Placeholder) else each
            for each in self.params
        ]

    def statement(self, args: Sequence[Any]) -> Statement:
        return Statement(self.sql, self.values(args))


class _Selection(_Built):
    def __init__(self, queryset: Any) -> None:
        connection = connections[DEFAULT_DB_ALIAS]
        super().__init__(queryset.query.get_compiler(connection=connection))
        self.queryset = queryset
        queryset.query.get_compiler = lambda using: self.compiler  # noqa: ARG005
        keep_converters(self.compiler, [column for column, *_ in self.compiler.select])

    def read(self, rows: list[Any]) -> list[Any]:
        self.compiler.execute_sql = lambda *_args, **_options: [rows]
        return list(self.queryset._iterable_class(self.queryset))


def keep_converters(compiler: Any, columns: Sequence[Any]) -> None:
    """Keep the functions that turn the database's values into Python's: they depend on the columns alone."""
    converters = converters_of(compiler, columns)
    compiler.get_converters = lambda expressions: converters  # noqa: ARG005


class _Change(_Built):
    def __init__(self, queryset: QuerySet[Any], changes: Mapping[str, Any]) -> None:
        query: Any = queryset.query.chain(UpdateQuery)
        query.add_update_values(changes)
        query.clear_ordering(force=True)
        query.clear_select_clause()
        super().__init__(query.get_compiler(connection=connections[DEFAULT_DB_ALIAS]))
        # Dividing by zero undoes the whole transaction.
        self.sql_for_one = (
            f"WITH changed AS ({self.sql} RETURNING 1) SELECT 1 / (COUNT(*) = 1)::int FROM changed"  # noqa: S608
        )


class _Memory(threading.local):
    """The statements that this thread has built on its connection."""

    def __init__(self) -> None:
        self.connection: Any = None
        self.built: dict[Hashable, Any] = {}

    def kept(self, key: Hashable, build: Callable[[], Any]) -> Any:
        connection = connections[DEFAULT_DB_ALIAS]
        if connection is not self.connection:
            self.connection = connection
            self.built.clear()
        built = self.built.get(key)
        if built is None:
            built = self.built[key] = build()
        return built


memory = _Memory()


def _placeholders(args: Sequence[Any]) -> list[Any]:
    return [
        (ListPlaceholder if isinstance(arg, list | tuple) else Placeholder)(number)
        for number, arg in enumerate(args)
    ]


def _adapted(value: Any, connection: Any) -> Any:
    """Return the value as the driver takes it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, Decimal):
        return connection.ops.adapt_decimalfield_value(value)
    if isinstance(value, list | tuple):
        values = list(value)
        return values if connection.vendor == "postgresql" else json.dumps(values)
    return value


def _with_constants(sql: str, params: Sequence[Any]) -> tuple[str, list[Any]]:
    """Write numbers and texts that never change into the SQL itself."""
    left, kept = list(params), []

    def written(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%%"
        value = left.pop(0)
        if type(value) is int:
            return str(value)
        if isinstance(value, str):
            return "'" + str(value).replace("'", "''").replace("%", "%%") + "'"
        kept.append(value)
        return "%s"

    return re.sub("%[s%]", written, sql), kept
