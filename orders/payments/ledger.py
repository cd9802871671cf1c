"""Writes the ledger of payments. Only this module changes what an order has `paid` and `waived`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from backoffice.db.inserting import insert, insert_unanswered
from backoffice.errors import Conflict, Fault
from backoffice.money import ZERO, formatted, zero
from backoffice.text import identity_key
from orders.held_order import save
from orders.models import EventKind, Order, PaymentClaim, PaymentEntry, PaymentKind
from orders.payments.details import PaymentDetails, today
from orders.timeline import happened

EVENTS = {
    PaymentKind.PAYMENT: EventKind.PAYMENT_RECORDED,
    PaymentKind.REFUND: EventKind.PAID_BACK,
    PaymentKind.CHARGEBACK: EventKind.CHARGED_BACK,
    PaymentKind.WRITE_OFF: EventKind.WRITTEN_OFF,
    PaymentKind.REVERSAL: EventKind.PAYMENT_REVERSED,
}


class AlreadyRecorded(Conflict):
    """The bank's or provider's line is booked, by `entry`."""

    code = "already_recorded"
    title = gettext_lazy("Recorded already")

    def __init__(self, entry: PaymentEntry) -> None:
        order = entry.order
        facts = {
            "reference": entry.reference,
            "amount": formatted(abs(entry.paid_delta), order.currency),
            "order": order.number,
        }
        detail = _("%(reference)s was recorded already: %(amount)s for %(order)s.") % facts
        known = {"order": order.number, "entry": entry.pk}
        super().__init__(detail, faults=[Fault("/reference", self.code, detail, known)])
        self.entry = entry


class MoreThanPaid(Conflict):
    code = "more_than_paid"
    title = gettext_lazy("More than was paid")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was written, and the order as it is now."""

    entry: PaymentEntry
    order: Order

    @property
    def overpaid_by(self) -> Decimal:
        """Return what came in beyond what was owed, zero for nothing."""
        return max(-self.order.due, zero())


def write_entry(
    order: Order,
    kind: PaymentKind,
    details: PaymentDetails,
    *,
    paid: Decimal = ZERO,
    waived: Decimal = ZERO,
    reverses: PaymentEntry | None = None,
    facts: Mapping[str, Any] | None = None,
    by: Actor,
    at: datetime,
) -> Recorded:
    """Write an entry, with its claim and the timeline, for an order that is held; save the order's balances.

    Args:
        paid: what is added to the order's `paid`, `waived` to its `waived`; one of them is zero.
        facts: what the timeline says beside the entry's own facts.

    Raises:
        AlreadyRecorded, MoreThanPaid.
    """
    refuse_more_than_paid(order, paid)
    order.paid, order.waived = order.paid + paid, order.waived + waived
    entry = PaymentEntry(
        order=order,
        kind=kind,
        paid_delta=paid,
        waived_delta=waived,
        paid_after=order.paid,
        waived_after=order.waived,
        method=details.method if paid else "",
        provider=details.provider,
        reference=details.reference,
        settles=details.settles,
        value_date=details.value_date or today(),
        note=details.note,
        reverses=reverses,
        actor=by.user,
        source=by.source,
        at=at,
    )
    insert([entry])
    if entry.reference and kind != PaymentKind.REVERSAL:
        _claim(entry)
    save(order, ["paid", "waived"])
    happened(order, EVENTS[kind], {**facts_of(entry), **(facts or {})}, by=by, at=at)
    return Recorded(entry, order)


def refuse_more_than_paid(order: Order, paid: Decimal) -> None:
    """Raises MoreThanPaid, when more would go out than came in."""
    if order.paid + paid >= 0:
        return
    facts = {"order": order.number, "amount": formatted(order.paid, order.currency)}
    raise MoreThanPaid(_("Only %(amount)s was paid for %(order)s.") % facts)


def facts_of(entry: PaymentEntry) -> dict[str, Any]:
    """Return what the timeline keeps of an entry; the amount is signed, as money that came in."""
    return {
        "entry": entry.pk,
        "amount": str(entry.paid_delta or entry.waived_delta),
        "method": entry.method,
        "reference": entry.reference,
        "settles": entry.settles,
        "note": entry.note,
    }


def claim_key(entry: PaymentEntry) -> dict[str, str]:
    """Return what two entries for one line of a bank have in common."""
    return {
        "method": entry.method,
        "provider": identity_key(entry.provider),
        "reference": identity_key(entry.reference),
    }


def _claim(entry: PaymentEntry) -> None:
    """Book the bank's line for this entry. Whoever is second waits for the first, and is told."""
    key = claim_key(entry)
    insert_unanswered([PaymentClaim(entry=entry, **key)], ignore_conflicts=True)
    claim = PaymentClaim.objects.select_related("entry__order").get(**key)
    if claim.entry_id != entry.pk:
        raise AlreadyRecorded(claim.entry)
