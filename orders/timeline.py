"""The timeline of an order: every change adds an entry."""

from datetime import datetime
from typing import Any

from accounts.actors import Actor
from backoffice.db.statements import insert
from orders.models import EventKind, Order, OrderEvent


def record(
    order: Order,
    kind: EventKind,
    text: str,
    *,
    by: Actor,
    at: datetime,
    details: dict[str, Any] | None = None,
) -> OrderEvent:
    event = OrderEvent(
        order=order, kind=kind, text=text, details=details or {}, actor=by.user, source=by.source, at=at
    )
    insert([event])
    return event
