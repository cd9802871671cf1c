"""The timeline of an order: every change adds an entry, and whoever is to hear of it is told.

The facts that an entry holds, by its kind; amounts are decimal strings in the order's currency:

placed              total
edited              changes: {field: [before, after]}, of shipping_address, email and note; if the new
                    customer could not have used the promo code, promo_limits_passed: [reason]
shipped             shipment, carrier, tracking_number, lines: [{sku, name, quantity}]
shipment_corrected  shipment, changes: {field: [before, after]}, of carrier and tracking_number; told: whether
                    the customer was
shipment_undone     shipment, carrier, tracking_number, reason, told, lines: [{sku, name, quantity}]
delivered           shipments: [reference]
cancelled           cancellation, is_whole, reason, credit, shipping_credit,
                    lines: [{sku, name, quantity, credit}]
returned            return, reason, credit, shipping_credit, lines: [{sku, name, quantity, restock, credit}];
                    a line of which some were restocked and some written off is there twice
payment_recorded, paid_back, charged_back, written_off
                    entry: its key, amount (signed: what the balance changed by), method, reference, settles,
                    note; moved_from and moved_to, when it was first booked on another order
payment_reversed    the same, with reversed: the kind, and reversed_entry: the key of what was taken back
allowed             allowance, amount, shipping: its part of the shipping fee, reason,
                    lines: [{sku, name, amount}]
due_date_changed    changes: {payment_due_on: [before, after]}, "" for none
reminded            due, due_on: the day it was to be paid by, "" for none
email_sent_again    template, email: the number of the new mail
comment             text
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.actors import Actor
from backoffice.db.inserting import insert, insert_unanswered
from orders.emails.audience import tell
from orders.emails.contexts import Happening
from orders.models import EventKind, Order, OrderEvent, OrderLine, Shipment


def happened(
    order: Order,
    kind: EventKind,
    facts: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
    lines: Sequence[OrderLine] = (),
    shipment: Shipment | None = None,
    is_keyed: bool = False,
) -> OrderEvent:
    """Write the entry and queue the mails about it, in the transaction of the change.

    Anything else that must learn what happens to orders, such as another system, is told from here too.

    Args:
        lines: the order's as they are now, for kinds whose mail lists them all.
        shipment: the one that it is about, for kinds whose mail tells of a parcel.
        is_keyed: whether the entry that is returned is to have its key, which takes a trip to the database.
    """
    event = OrderEvent(order=order, kind=kind, facts=dict(facts), actor=by.user, source=by.source, at=at)
    (insert if is_keyed else insert_unanswered)([event])
    tell(Happening(kind, at, facts, order, lines, shipment))
    return event
