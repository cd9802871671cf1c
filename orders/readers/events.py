"""What an entry of an order's timeline looks like as data."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import QuerySet

from accounts.actors import name_told_to
from accounts.models import User
from backoffice.shop.in_force import in_force
from orders.models import OrderEvent
from orders.timeline_words import sentence_of
from orders.visibility import events_told_to, facts_told_to

COLUMNS = {
    "id": ("id",),
    "kind": ("kind",),
    "text": ("kind", "facts"),
    "facts": ("facts",),
    "actor": ("actor__email", "actor__is_staff"),
    "source": ("source",),
    "at": ("at",),
}
EVENT_FIELDS = tuple(COLUMNS)


def event_columns(fields: Iterable[str]) -> list[str]:
    """Return the columns of OrderEvent that these fields are read from."""
    return list(dict.fromkeys(column for name in fields for column in COLUMNS[name]))


def event_as_data(row: Mapping[str, Any], fields: Iterable[str], *, to: User | None) -> dict[str, Any]:
    """Return these fields of a row with their columns, as this user may know them; None is the system.

    Customers see the shop in place of its staff.
    """
    event = {name: row[COLUMNS[name][0]] for name in fields}
    facts = row.get("facts", {}) if to is None else facts_told_to(to, row.get("facts", {}))
    if "facts" in event:
        event["facts"] = facts
    if "text" in event:
        event["text"] = sentence_of(row["kind"], facts)
    if "actor" in event:
        event["actor"] = _actor(row, to)
    return event


def _actor(row: Mapping[str, Any], to: User | None) -> str:
    email: str | None = row["actor__email"]
    if to is None or to.is_staff:
        return name_told_to(to, email, is_staff=bool(row["actor__is_staff"]))
    return to.email if email == to.email else in_force().name


def event_data(pk: int, *, to: User | None) -> dict[str, Any]:
    """Return all fields of one event."""
    row = OrderEvent.objects.values(*event_columns(EVENT_FIELDS)).get(pk=pk)
    return event_as_data(row, EVENT_FIELDS, to=to)


def events_as_data(events: QuerySet[OrderEvent], *, to: User | None) -> Iterator[dict[str, Any]]:
    """Yield the events that this reader may see, in the order of the queryset."""
    visible = events if to is None else events_told_to(to, events)
    rows = visible.values(*event_columns(EVENT_FIELDS))
    return (event_as_data(row, EVENT_FIELDS, to=to) for row in rows)
