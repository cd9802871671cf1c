"""What an entry of an order's timeline looks like as data."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from accounts.actors import name_told_to
from accounts.models import User
from orders.models import EventKind, OrderEvent

COLUMNS = {
    "id": "id",
    "kind": "kind",
    "text": "text",
    "details": "details",
    "actor": "actor__email",
    "source": "source",
    "at": "at",
}
EVENT_FIELDS = tuple(COLUMNS)
# Colleagues comment among themselves, and mails are in the customer's own mailbox.
FOR_STAFF_ONLY = (EventKind.COMMENT, EventKind.EMAIL)


def events_told_to(reader: User | None, events: QuerySet[OrderEvent]) -> QuerySet[OrderEvent]:
    """Those of the events that this reader may see; None is the system, which may see all."""
    return events if reader is None or reader.is_staff else events.exclude(kind__in=FOR_STAFF_ONLY)


def event_columns(fields: Iterable[str]) -> list[str]:
    """The columns of OrderEvent that these fields are read from."""
    columns = [COLUMNS[name] for name in fields]
    return [*columns, "actor__is_staff"] if "actor__email" in columns else columns


def event_as_data(row: Mapping[str, Any], fields: Iterable[str], *, to: User | None) -> dict[str, Any]:
    """These fields of a row that holds their columns. Customers see the shop in place of its staff."""
    event = {name: row[COLUMNS[name]] for name in fields}
    if "actor" in event:
        if to is None or to.is_staff:
            event["actor"] = name_told_to(to, event["actor"], is_staff=bool(row["actor__is_staff"]))
        elif event["actor"] != to.email:
            event["actor"] = settings.SHOP_NAME
    return event


def event_data(pk: int, *, to: User | None) -> dict[str, Any]:
    """All of one event."""
    row = OrderEvent.objects.values(*event_columns(EVENT_FIELDS)).get(pk=pk)
    return event_as_data(row, EVENT_FIELDS, to=to)


def events_as_data(events: QuerySet[OrderEvent], *, to: User | None) -> Iterator[dict[str, Any]]:
    """Those that this reader may see, in the order of the queryset."""
    rows = events_told_to(to, events).values(*event_columns(EVENT_FIELDS))
    return (event_as_data(row, EVENT_FIELDS, to=to) for row in rows)
