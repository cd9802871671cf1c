"""Copies all rows of one database into another one of the same tables, and proves that they arrived.

Each value is read as the model's field means it, not as the database stores it. A table's digest is over such
values, as a sum over its rows: the databases sort texts differently.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, ClassVar

import psycopg
from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, JSONField
from django.db.models.expressions import Col
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.errors import Conflict, Title

DIGESTS = 2**256
AT_A_TIME = 2_000

type Value = Any
type Column = "Field[Any, Any]"
type Converter = Callable[[Value], Value]


class CannotCopy(Conflict):
    code = "cannot_copy"
    title: ClassVar[Title] = gettext_lazy("A row cannot be moved")


@dataclass(frozen=True, slots=True)
class Table:
    """A table and its columns; what the database computes itself is compared, and not written."""

    name: str
    key: str
    fields: tuple[Column, ...]

    @property
    def written(self) -> list[Column]:
        return [field for field in self.fields if not field.generated]


@dataclass(frozen=True, slots=True)
class Content:
    """How many rows a table has, and the digest of all of them."""

    rows: int
    digest: str


def tables() -> list[Table]:
    """Return the tables of all models, and those between two models."""
    models = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    return [
        Table(model._meta.db_table, str(model._meta.pk.column), tuple(model._meta.local_concrete_fields))
        for model in models
    ]


def read(connection: BaseDatabaseWrapper, table: Table) -> Iterator[tuple[Value, ...]]:
    """Yield each row in the order of the table's fields. JSON stays text: its null is not an absent value."""
    converters = [_converter(connection, table, field) for field in table.fields]
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(str(field.column)) for field in table.fields)
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {quoted(table.name)}")  # noqa: S608
        while rows := cursor.fetchmany(AT_A_TIME):
            for row in rows:
                yield tuple(convert(value) for convert, value in zip(converters, row, strict=True))


def copy(rows: Iterable[tuple[Value, ...]], target: BaseDatabaseWrapper, table: Table) -> None:
    """Write the rows into PostgreSQL's table of that name, by COPY.

    Raises:
        CannotCopy: a value that PostgreSQL has no place for; it tells the row.
    """
    quoted = target.ops.quote_name
    written = [index for index, field in enumerate(table.fields) if not field.generated]
    columns = ", ".join(quoted(str(field.column)) for field in table.written)
    with target.cursor() as cursor:
        try:
            with cursor.copy(f"COPY {quoted(table.name)} ({columns}) FROM STDIN") as sink:
                for row in rows:
                    sink.write_row([row[index] for index in written])
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            place = (error.diag.context or "").splitlines()
            where = f" ({place[0]})" if place else ""
            raise CannotCopy(f"{table.name}: {error.diag.message_primary or error}{where}") from error


def checked(rows: Iterable[tuple[Value, ...]], table: Table) -> Iterator[tuple[Value, ...]]:
    """Yield the rows; raise CannotCopy, naming the row, for a NUL, which PostgreSQL's text cannot hold."""
    key = [field.column for field in table.fields].index(table.key)
    for row in rows:
        for field, value in zip(table.fields, row, strict=True):
            if isinstance(value, str) and ("\x00" in value or (_is_json(field) and _has_nul(value))):
                raise CannotCopy(
                    _(
                        "%(name)s, %(key)s %(row)s: its %(column)s has a NUL character, which "
                        "PostgreSQL cannot keep: take it out and move again."
                    )
                    % {"name": table.name, "key": table.key, "row": row[key], "column": field.column}
                )
        yield row


class Digest:
    """Counts the rows that pass through `noting` and sums their hashes; the order does not matter."""

    def __init__(self, table: Table) -> None:
        self._normal = [_normal_json if _is_json(field) else _normal for field in table.fields]
        self._rows = self._sum = 0

    def noting(self, rows: Iterable[tuple[Value, ...]]) -> Iterator[tuple[Value, ...]]:
        for row in rows:
            normal = [norm(value) for norm, value in zip(self._normal, row, strict=True)]
            text = "\x1f".join("-" if value is None else f"+{value}" for value in normal)
            self._sum += int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest())
            self._rows += 1
            yield row

    def content(self) -> Content:
        return Content(self._rows, f"{self._sum % DIGESTS:064x}")


def content_of(connection: BaseDatabaseWrapper, table: Table) -> Content:
    """Read the whole table, and return its number of rows and their digest."""
    digest = Digest(table)
    for _row in digest.noting(read(connection, table)):
        pass
    return digest.content()


def differences(here: dict[str, Content], there: dict[str, Content]) -> list[str]:
    """Say for each table whose rows differ what differs; an empty list when all are the same."""
    told = []
    for name in sorted(here.keys() | there.keys()):
        ours, theirs = here.get(name), there.get(name)
        if ours is None or theirs is None:
            told.append(f"{name}: is on one side alone")
        elif ours.rows != theirs.rows:
            told.append(f"{name}: {ours.rows:,} rows here, {theirs.rows:,} there")
        elif ours.digest != theirs.digest:
            told.append(f"{name}: {ours.rows:,} rows on both sides, but not the same in all of them")
    return told


def unknown_tables(connection: BaseDatabaseWrapper, known: Sequence[Table]) -> list[str]:
    """Return the tables with rows that belong to no model: nobody could tell what they mean."""
    names = {table.name for table in known} | {"django_migrations"}
    quoted = connection.ops.quote_name
    found = []
    with connection.cursor() as cursor:
        for name in sorted(set(connection.introspection.table_names(cursor)) - names):
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {quoted(name)})")  # noqa: S608
            if cursor.fetchone()[0]:
                found.append(name)
    return found


def _converter(connection: BaseDatabaseWrapper, table: Table, field: Column) -> Converter:
    """Return the function that turns a stored value into the field's, as the ORM does."""
    if _is_json(field):
        return lambda value: value
    column = Col(table.name, field, getattr(field, "output_field", None))
    found = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]

    def convert(value: Value) -> Value:
        for each in found:
            value = each(value, column, connection)
        return bytes(value) if isinstance(value, memoryview) else value

    return convert


def _is_json(field: Column) -> bool:
    return isinstance(field, JSONField)


def _has_nul(text: str) -> bool:
    return "\\u0000" in text and "\x00" in _strings(json.loads(text))


def _strings(value: Value) -> str:
    match value:
        case str():
            return value
        case list():
            return "".join(map(_strings, value))
        case dict():
            return "".join(_strings(key) + _strings(each) for key, each in value.items())
    return ""


def _normal(value: Value) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value.normalize():f}"
        case datetime():
            return value.astimezone(UTC).isoformat()
        case bytes():
            return value.hex()
    return str(value)


def _normal_json(value: Value) -> str | None:
    """Write JSON in one form: PostgreSQL keeps neither the order of keys nor how a number was written."""
    if value is None:
        return None
    return json.dumps(_numbers(json.loads(value, parse_float=Decimal, parse_int=Decimal)), sort_keys=True)


def _numbers(value: Value) -> Value:
    match value:
        case Decimal():
            return {"number": f"{value.normalize():f}"}
        case list():
            return [_numbers(each) for each in value]
        case dict():
            return {key: _numbers(each) for key, each in value.items()}
    return value
