"""Statements that are built once and run often.

The ORM builds the SQL of a queryset anew whenever it runs, which costs a short statement several times what
the database needs for it. What is decorated here is written with the ORM like everything else, built when
it first runs on a connection, and from then on only filled with values.

    @selecting
    def _customers_with(email: str) -> QuerySet[Customer]:
        return Customer.objects.filter(email=email)

The function sees placeholders instead of its arguments: it must put them into the queryset as they are, and
must not look at the clock or at anything else that differs from one call to the next.
"""

import functools
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import AutoField, CharField, Model, QuerySet, TextField
from django.db.models.constants import OnConflict
from django.db.models.expressions import Expression
from django.db.models.sql import InsertQuery, UpdateQuery
from django.db.models.sql.constants import ROW_COUNT

from backoffice.db.converters import converters_of

# Each length of a list needs a statement of its own. Longer lists are rare: theirs are built anew.
LONGEST_KEPT = 32


class Placeholder(Expression):
    """A value that each run brings: `place` is the argument's number, and the index in it if it is a list."""

    def __init__(self, place: tuple[int, int | None]) -> None:
        super().__init__()
        self.place = place

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", (self,)


def selecting[*Args, Row](build: Callable[[*Args], QuerySet[Any, Row]]) -> Callable[[*Args], list[Row]]:
    """Make a function that returns the rows of the queryset which `build` makes from its arguments.

    A list or tuple among them stands for as many values as it has; it must not be empty.
    """

    @functools.wraps(build)
    def run(*args: *Args) -> list[Row]:
        return _kept_or_built(build, args, lambda places: _Selection(build(*places))).run(args)

    return run


def updating[*Args](
    build: Callable[[*Args], tuple[QuerySet[Any], Mapping[str, Any]]],
) -> Callable[[*Args], int]:
    """Make a function that writes the mapping's values to the queryset's rows and returns their number."""

    @functools.wraps(build)
    def run(*args: *Args) -> int:
        return _kept_or_built(build, args, lambda places: _Change(*build(*places))).run(args)

    return run


def insert[M: Model](rows: Sequence[M], *, ignore_conflicts: bool = False) -> Sequence[M]:
    """Write new rows of one model, as `bulk_create`: they get their keys unless conflicts are ignored.

    Rows must have no pk. SQL is kept per model and row count: a field is an expression in all calls or none.
    """
    model = type(rows[0])
    if len(rows) > LONGEST_KEPT:
        return model._default_manager.bulk_create(rows, ignore_conflicts=ignore_conflicts)
    key = (model, len(rows), ignore_conflicts)
    kept: _Insertion = _memory.kept(key, lambda: _Insertion(rows, ignore_conflicts=ignore_conflicts))
    kept.run(rows)
    return rows


class _Built:
    """A compiler of the ORM that has built its SQL already, and only fills in what differs."""

    def __init__(self, compiler: Any) -> None:
        self.compiler = compiler
        self.sql, self.params = compiler.as_sql()
        self.args: Sequence[Any] = ()
        compiler.as_sql = self._filled

    def _filled(self) -> tuple[str, tuple[Any, ...]]:
        return self.sql, tuple(
            self._value(each.place) if isinstance(each, Placeholder) else each for each in self.params
        )

    def _value(self, place: tuple[int, int | None]) -> Any:
        argument, index = place
        value = self.args[argument] if index is None else self.args[argument][index]
        operations = self.compiler.connection.ops
        if isinstance(value, datetime):
            return operations.adapt_datetimefield_value(value)
        if isinstance(value, Decimal):
            return operations.adapt_decimalfield_value(value)
        return value


class _Selection(_Built):
    def __init__(self, queryset: Any) -> None:
        connection = connections[DEFAULT_DB_ALIAS]
        super().__init__(queryset.query.get_compiler(connection=connection))
        self.queryset = queryset
        queryset.query.get_compiler = lambda using: self.compiler  # noqa: ARG005
        _keep_converters(self.compiler, [column for column, *_ in self.compiler.select])

    def run(self, args: Sequence[Any]) -> list[Any]:
        self.args = args
        return list(self.queryset._iterable_class(self.queryset))


def _keep_converters(compiler: Any, columns: Sequence[Any]) -> None:
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

    def run(self, args: Sequence[Any]) -> int:
        self.args = args
        with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS):
            changed: int = self.compiler.execute_sql(ROW_COUNT)
        return changed


class _Insertion:
    """An INSERT of a given number of rows, whose columns are filled by their fields."""

    def __init__(self, rows: Sequence[Model], *, ignore_conflicts: bool) -> None:
        meta: Any = type(rows[0])._meta
        self.fields = [
            field for field in meta.concrete_fields if not (field.generated or isinstance(field, AutoField))
        ]
        computed = [field for field in self.fields if hasattr(getattr(rows[0], field.attname), "as_sql")]
        self.returned: list[Any] = [] if ignore_conflicts else [*meta.db_returning_fields, *computed]
        query = InsertQuery(type(rows[0]), on_conflict=OnConflict.IGNORE if ignore_conflicts else None)
        query.insert_values(self.fields, list(rows))
        self.compiler: Any = query.get_compiler(connection=connections[DEFAULT_DB_ALIAS])
        self.compiler.returning_fields = self.returned
        [(self.sql, params)] = self.compiler.as_sql()
        # Django hands several rows to PostgreSQL as one array for each column.
        self.is_by_column = len(rows) > 1 and len(params) == len(self.fields)
        self.compiler.as_sql = lambda: [(self.sql, self._values())]
        _keep_converters(self.compiler, [field.get_col(meta.db_table) for field in self.returned])

    def run(self, rows: Sequence[Model]) -> None:
        self.compiler.query.objs = rows
        with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS):
            answers = self.compiler.execute_sql(self.returned)
        for row, answer in zip(rows, answers, strict=bool(self.returned)):
            for field, value in zip(self.returned, answer, strict=True):
                setattr(row, field.attname, value)
        for row in rows:
            row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS

    def _values(self) -> tuple[Any, ...]:
        rows = [[self._value(field, row) for field in self.fields] for row in self.compiler.query.objs]
        if self.is_by_column:
            return tuple(list(column) for column in zip(*rows, strict=True))
        # An expression, such as the next number of a sequence, is part of the SQL.
        return tuple(value for row in rows for value in row if not hasattr(value, "as_sql"))

    def _value(self, field: Any, row: Model) -> Any:
        value = field.pre_save(row, add=True)
        if type(value) is str and isinstance(field, CharField | TextField):
            # Half of all values are texts, which the field would return unchanged after many steps.
            return value
        return field.get_db_prep_save(value, self.compiler.connection)


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


def _kept_or_built(
    name: Callable[..., Any], args: Sequence[Any], build: Callable[[Sequence[Any]], Any]
) -> Any:
    lengths = [len(arg) if isinstance(arg, list | tuple) else None for arg in args]
    key = (name, *lengths)
    if any(length is not None and length > LONGEST_KEPT for length in lengths):
        return build(_places(lengths))
    return _memory.kept(key, lambda: build(_places(lengths)))


def _places(lengths: Sequence[int | None]) -> list[Any]:
    return [
        Placeholder((number, None))
        if length is None
        else [Placeholder((number, index)) for index in range(length)]
        for number, length in enumerate(lengths)
    ]
