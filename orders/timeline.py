"""The timeline of an order: every change adds an entry, and whoever is to hear of it is told.

What an entry keeps, by its kind; amounts are decimal strings of the order's currency:

placed      total
edited      changes: {field: [before, after]}, of shipping_address, email and note
shipped     shipment, carrier, tracking_number, lines: [{sku, name, quantity}]
delivered   shipments: [reference]
cancelled   cancellation, is_whole, reason, credit, shipping_credit, lines: [{sku, name, quantity, credit}]
returned    return, reason, credit, lines: [{sku, name, quantity, restock, credit}]
comment     text
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.actors import Actor
from backoffice.db.statements import insert
from orders.emails.audience import tell
from orders.emails.contexts import Happening
from orders.models import EventKind, Order, OrderEvent, OrderLine


def happened(
    order: Order,
    kind: EventKind,
    facts: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
    lines: Sequence[OrderLine] = (),
) -> OrderEvent:
    """Write the entry and the mails that follow from it, in the transaction of the change.

    Whatever else is to learn what happens to orders, such as other systems, is told from here as well.

    Args:
        lines: the order's as they are now, for kinds whose mail lists them all.
    """
    event = OrderEvent(order=order, kind=kind, facts=dict(facts), actor=by.user, source=by.source, at=at)
    insert([event])
    tell(Happening(kind, at, facts, order, lines))
    return event
