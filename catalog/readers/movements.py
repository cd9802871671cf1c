"""What a movement of the stock ledger looks like as data, and the filters of a list of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.actors import name_told_to
from accounts.models import User
from catalog.models import StockMovement

COLUMNS = {
    "id": "id",
    "sku": "product__sku",
    "kind": "kind",
    "on_hand_delta": "on_hand_delta",
    "reserved_delta": "reserved_delta",
    "on_hand_after": "on_hand_after",
    "reserved_after": "reserved_after",
    "reason": "reason",
    "note": "note",
    "reference": "reference",
    "actor": "actor__email",
    "source": "source",
    "at": "at",
}
MOVEMENT_FIELDS = tuple(COLUMNS)


def movement_columns(fields: Iterable[str]) -> list[str]:
    """Return the columns of StockMovement that these fields are read from."""
    columns = [COLUMNS[name] for name in fields]
    return [*columns, "actor__is_staff"] if "actor__email" in columns else columns


def movement_as_data(row: Mapping[str, Any], fields: Iterable[str], *, to: User | None) -> dict[str, Any]:
    """Return these fields of a row that holds their columns; `to` None is the system, which sees all."""
    movement = {name: row[COLUMNS[name]] for name in fields}
    if "actor" in movement:
        is_staff = bool(row["actor__is_staff"])
        movement["actor"] = name_told_to(to, movement["actor"], is_staff=is_staff)
    return movement


def movement_data(pk: int, *, to: User | None) -> dict[str, Any]:
    """Return all fields of one movement."""
    row = StockMovement.objects.values(*movement_columns(MOVEMENT_FIELDS)).get(pk=pk)
    return movement_as_data(row, MOVEMENT_FIELDS, to=to)


def movements_as_data(movements: QuerySet[StockMovement], *, to: User | None) -> Iterator[dict[str, Any]]:
    """Yield the movements in the order of the queryset, reading them as they are needed."""
    rows = movements.values(*movement_columns(MOVEMENT_FIELDS)).iterator(2_000)
    return (movement_as_data(row, MOVEMENT_FIELDS, to=to) for row in rows)


@dataclass(frozen=True, slots=True)
class MovementFilter:
    """The filters of a list of movements: at `after` or later, and before `before`."""

    kind: str | None = None
    after: datetime | None = None
    before: datetime | None = None

    def of(self, movements: QuerySet[StockMovement]) -> QuerySet[StockMovement]:
        lookups = {"kind": self.kind, "at__gte": self.after, "at__lt": self.before}
        return movements.filter(**{lookup: value for lookup, value in lookups.items() if value is not None})
