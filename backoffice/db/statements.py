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
    AutoField,
    BooleanField,
    CharField,
    Field,
    ForeignKey,
    IntegerField,
    Lookup,
    Model,
    QuerySet,
    TextField,
)
from django.db.models.constants import OnConflict
from django.db.models.expressions import Expression
from django.db.models.sql import InsertQuery, UpdateQuery

from backoffice.db.sending import ask, may_wait, send
from backoffice.db.statement import Statement
from backoffice.db.transactions import Collision

# Their plain values go to the database as they are.
PLAIN = (CharField, TextField, IntegerField, BooleanField, ForeignKey)


class Placeholder(Expression):
    """A value that each run brings: the argument with this number."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", (self,)


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
        kept = _memory.kept(self.build, lambda: _Selection(self.build(*_placeholders(args))))
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
        change: _Change = _memory.kept(self.build, lambda: _Change(*self.build(*_placeholders(args))))
        return change


def selecting[*Args, Row](build: Callable[[*Args], QuerySet[Any, Row]]) -> Selecting[*Args, Row]:
    """Make a function that returns the rows of the queryset which `build` makes from its arguments."""
    return Selecting(build)


def updating[*Args](
    build: Callable[[*Args], tuple[QuerySet[Any], Mapping[str, Any]]],
) -> Updating[*Args]:
    """Make a function that writes the mapping's values to the queryset's rows and returns their number."""
    return Updating(build)


def insert[M: Model](rows: Sequence[M], *, ignore_conflicts: bool = False) -> Sequence[M]:
    """Write new rows of one model, as `bulk_create`: they get their keys unless conflicts are ignored.

    SQL is kept per model: a field is an expression in all calls or none, and all rows have a pk or none.
    """
    kept = _insertion(rows, ignore_conflicts=ignore_conflicts, is_answered=not ignore_conflicts)
    statements = kept.statements(rows)
    ask(*statements)
    kept.read(rows, [answer for statement in statements for answer in statement.rows])
    return rows


def insert_unanswered[M: Model](rows: Sequence[M], *, ignore_conflicts: bool = False) -> Sequence[M]:
    """Write new rows with the next question or the COMMIT: they do not learn what the database gave them."""
    kept = _insertion(rows, ignore_conflicts=ignore_conflicts, is_answered=False)
    for statement in kept.statements(rows):
        send(statement)
    kept.read(rows, [])
    return rows


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
        _keep_converters(self.compiler, [column for column, *_ in self.compiler.select])

    def read(self, rows: list[Any]) -> list[Any]:
        self.compiler.execute_sql = lambda *_args, **_options: [rows]
        return list(self.queryset._iterable_class(self.queryset))


def _keep_converters(compiler: Any, columns: Sequence[Any]) -> None:
    """Keep the functions that turn the database's values into Python's: they depend on the columns alone."""
    converters = compiler.get_converters(columns)
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


class _Insertion:
    """An INSERT of one row, or on PostgreSQL of several, whose columns are filled by their fields."""

    def __init__(self, rows: Sequence[Model], *, ignore_conflicts: bool, is_answered: bool) -> None:
        meta: Any = type(rows[0])._meta
        has_key = rows[0].pk is not None
        self.fields = [
            field
            for field in meta.concrete_fields
            if not field.generated and (has_key or not isinstance(field, AutoField))
        ]
        computed = [field for field in self.fields if hasattr(getattr(rows[0], field.attname), "as_sql")]
        self.returned: list[Any] = [*meta.db_returning_fields, *computed] if is_answered else []
        # Django hands several rows to PostgreSQL as one array for each column, but not expressions.
        self.is_by_column = len(rows) > 1 and not computed
        query = InsertQuery(type(rows[0]), on_conflict=OnConflict.IGNORE if ignore_conflicts else None)
        query.insert_values(self.fields, list(rows if self.is_by_column else rows[:1]))
        self.compiler: Any = query.get_compiler(connection=connections[DEFAULT_DB_ALIAS])
        self.compiler.returning_fields = self.returned
        [(self.sql, params), *_] = self.compiler.as_sql()
        assert not self.is_by_column or len(params) == len(self.fields)
        _keep_converters(self.compiler, [field.get_col(meta.db_table) for field in self.returned])
        self.columns = [_Column(field, self.compiler.connection) for field in self.fields]

    def statements(self, rows: Sequence[Model]) -> list[Statement]:
        filled = [self._filled(row) for row in rows]
        if self.is_by_column:
            return [Statement(self.sql, [list(column) for column in zip(*filled, strict=True)])]
        if self.returned or len(filled) == 1 or self.compiler.connection.vendor == "postgresql":
            return [Statement(self.sql, values) for values in filled]
        return [Statement(self.sql, filled, is_many=True)]

    def read(self, rows: Sequence[Model], answers: list[Any]) -> None:
        converters = self.compiler.get_converters(())
        if answers and converters:
            answers = list(self.compiler.apply_converters(answers, converters))
        for row, answer in zip(rows, answers, strict=bool(answers)):
            for field, value in zip(self.returned, answer, strict=True):
                setattr(row, field.attname, value)
        for row in rows:
            row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS

    def _filled(self, row: Model) -> list[Any]:
        values = [column.value_of(row) for column in self.columns]
        # An expression, such as the next number of a sequence, is part of the SQL.
        return [value for value in values if not hasattr(value, "as_sql")]


class _Column:
    """How one column of a new row is filled: what its field does, without the steps that change nothing."""

    def __init__(self, field: Any, connection: Any) -> None:
        self.field, self.name, self.connection = field, field.attname, connection
        self.is_made = type(field).pre_save is not Field.pre_save
        self.is_plain = isinstance(field, PLAIN)

    def value_of(self, row: Model) -> Any:
        value = self.field.pre_save(row, add=True) if self.is_made else getattr(row, self.name)
        if value is None or (self.is_plain and type(value) in (str, int, bool)):
            return value
        return self.field.get_db_prep_save(value, self.connection)


def _insertion(rows: Sequence[Model], *, ignore_conflicts: bool, is_answered: bool) -> _Insertion:
    is_several = len(rows) > 1 and connections[DEFAULT_DB_ALIAS].vendor == "postgresql"
    key = (type(rows[0]), rows[0].pk is None, is_several, ignore_conflicts, is_answered)
    options = {"ignore_conflicts": ignore_conflicts, "is_answered": is_answered}
    kept: _Insertion = _memory.kept(key, lambda: _Insertion(rows if is_several else rows[:1], **options))
    return kept


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


_memory = _Memory()


def _placeholders(args: Sequence[Any]) -> list[Any]:
    return [Placeholder(number) for number in range(len(args))]


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
