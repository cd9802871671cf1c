"""Amounts and moments as the ORM gives them of what the database keeps, on SQLite in fewer steps."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db.models import DateTimeField

from backoffice.db.money_fields import MoneyField
from backoffice.money import rounded
from backoffice.money.currencies import MOST_PLACES

type Converters = dict[int, tuple[list[Callable[[Any, Any, Any], Any]], Any]]


def converters_of(compiler: Any, columns: Sequence[Any]) -> Converters:
    """Return the converters of these columns by their places, as the compiler takes them."""
    converters: Converters = compiler.get_converters(columns)
    if compiler.connection.vendor == "sqlite":
        for place, (_slow, column) in converters.items():
            if quick := QUICK.get(type(column.output_field)):
                converters[place] = ([quick], column)
    return converters


def _amount(value: Any, _column: Any, _connection: Any) -> Decimal | None:
    # SQLite keeps amounts as binary fractions, precise enough for all the places that a column has.
    return None if value is None else rounded(Decimal(f"{value:.{MOST_PLACES}f}"))


def _moment(value: Any, _column: Any, connection: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    moment: datetime | None = connection.ops.convert_datetimefield_value(value, None, connection)
    return moment


QUICK: dict[type, Callable[[Any, Any, Any], Any]] = {MoneyField: _amount, DateTimeField: _moment}
