"""New rows, written by statements that are built once: see `statements`."""

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import (
    AutoField,
    BooleanField,
    CharField,
    Field,
    ForeignKey,
    IntegerField,
    Model,
    TextField,
)
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

from backoffice.db.sending import ask, send
from backoffice.db.statement import Statement
from backoffice.db.statements import keep_converters, memory

# Their plain values go to the database as they are.
PLAIN = (CharField, TextField, IntegerField, BooleanField, ForeignKey)


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
        keep_converters(self.compiler, [field.get_col(meta.db_table) for field in self.returned])
        self.columns = [_Filling(field, self.compiler.connection) for field in self.fields]

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


class _Filling:
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
    kept: _Insertion = memory.kept(key, lambda: _Insertion(rows if is_several else rows[:1], **options))
    return kept
