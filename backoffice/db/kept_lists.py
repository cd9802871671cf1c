"""Lists whose SQL is built once for each combination of filters, ordering and columns that is asked for.

The ORM would build it anew for each request, which costs more than to read the rows. Here it builds the list
with `Given` in place of the values that differ from one request to the next, and what it has built is kept
and filled with them. Strangers choose what is combined, so only what was asked for lately is kept.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar, Protocol, Self

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.expressions import Expression

from backoffice.db.converters import converters_of

# A statement of the order list takes 3 kB.
MOST_KEPT = 256


class Given(Expression):
    """The value with this name, which each request brings."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Given) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", (self,)


@dataclass(frozen=True, slots=True)
class ListFilter:
    """The filters of a list; None does not filter.

    The SQL of a list is the same whatever the values of `FILLED` are, and another one for each value of the
    other filters, which must be hashable. What is `SEARCHED` is hardly asked twice: that SQL is not kept.
    """

    FILLED: ClassVar[frozenset[str]] = frozenset()
    SEARCHED: ClassVar[frozenset[str]] = frozenset()

    @property
    def is_search(self) -> bool:
        return any(getattr(self, name) is not None for name in self.SEARCHED)

    def given(self) -> tuple[Self, dict[str, Any]]:
        """Return the filter without its values, and the values by their names."""
        values = {name: value for name in self.FILLED if (value := getattr(self, name)) is not None}
        return replace(self, **{name: Given(name) for name in values}), values


class Part(Hashable, Protocol):
    """The part of a list that is asked for; equal ones have the same SQL once their values are `given`."""

    def of(self, rows: QuerySet[Any]) -> QuerySet[Any, dict[str, Any]]: ...

    def given(self) -> "tuple[Part, dict[str, Any]]": ...


@dataclass(frozen=True, slots=True)
class Narrowed[F: ListFilter]:
    """The rows that a filter leaves. `rows` must look at nothing else: no setting, and not at the clock."""

    model: type[Model]
    rows: Callable[[F], QuerySet[Any]]
    by: F

    def read(self, part: Part) -> list[dict[str, Any]]:
        """Load a part of the rows, in one statement."""
        if self.by.is_search:
            return list(part.of(self.rows(self.by)))
        narrowed, values = self.by.given()
        asked, more = part.given()
        return _statement(self.rows, narrowed, asked).rows(values | more)

    def count(self) -> int:
        return self.rows(self.by).count()


@lru_cache(maxsize=MOST_KEPT)
def _statement(rows: Callable[[Any], QuerySet[Any]], narrowed: ListFilter, part: Part) -> "_Statement":
    return _Statement(part.of(rows(narrowed)))


class _Statement:
    """What the ORM has built of a queryset of `values`."""

    def __init__(self, rows: QuerySet[Any, dict[str, Any]]) -> None:
        query: Any = rows.query
        compiler = query.get_compiler(connection=connection)
        self.sql, self.parameters = compiler.as_sql()
        self.columns = tuple(query.selected)
        self.converters = converters_of(compiler, [column for column, *_ in compiler.select])

    def rows(self, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [_filled(each, values) for each in self.parameters])
            found = cursor.fetchall()
        return [dict(zip(self.columns, self._converted(row), strict=True)) for row in found]

    def _converted(self, row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for place, (converters, column) in self.converters.items():
            for convert in converters:
                values[place] = convert(values[place], column, connection)
        return values


def _filled(parameter: Any, values: Mapping[str, Any]) -> Any:
    value = values[parameter.name] if isinstance(parameter, Given) else parameter
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
