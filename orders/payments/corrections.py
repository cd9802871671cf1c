"""Corrects the ledger by further entries: what was wrong is reversed, or moved to the order it belongs to."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from backoffice.money import formatted
from backoffice.shop.in_force import in_force
from orders.held_order import hold, order_with_number
from orders.models import Order, PaymentClaim, PaymentEntry, PaymentKind
from orders.models.order import normalised_number
from orders.payments.details import PaymentDetails, checked_text, today
from orders.payments.ledger import Recorded, write_entry


class UnknownPayment(NotFound):
    code = "unknown_payment"
    title = gettext_lazy("No such payment entry")


class NotReversible(Conflict):
    """A reversal is not taken back: what it took back is recorded again."""

    code = "not_reversible"
    title = gettext_lazy("Cannot be reversed")


class AlreadyReversed(Conflict):
    code = "already_reversed"
    title = gettext_lazy("Reversed already")


class PaidBackSince(Conflict):
    """The money went out again, so that it cannot be that it never came in."""

    code = "paid_back_since"
    title = gettext_lazy("Paid back since")


class NothingDue(Conflict):
    code = "nothing_due"
    title = gettext_lazy("Nothing is due")


@write_transaction
def write_off(
    number: str,
    *,
    reason: str,
    by: Actor,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> Recorded:
    """Give up what is due, or what is owed: nobody will collect it, or pay it out.

    Raises:
        UnknownOrder, Stale, Invalid, Forbidden, NothingDue.
    """
    reason = checked_text("reason", reason, is_required=True)
    order = hold(number, expected_version=expected_version)
    if not order.due:
        raise NothingDue(_("Nothing is due for %(order)s.") % {"order": order.number})
    _refuse_beyond_role(order, by)
    details = PaymentDetails(method="", value_date=today(), note=reason)
    kind = PaymentKind.WRITE_OFF
    return write_entry(order, kind, details, waived=order.due, by=by, at=at or timezone.now())


@write_transaction
def reverse(
    entry: int,
    *,
    reason: str,
    by: Actor,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> Recorded:
    """Take an entry back by its opposite; its bank line can then be recorded anew.

    Raises:
        UnknownPayment, Stale, Invalid, NotReversible, AlreadyReversed, PaidBackSince.
    """
    reason = checked_text("reason", reason, is_required=True)
    wrong = _entry(entry)
    order = hold(wrong.order.number, expected_version=expected_version)
    _refuse_reversal(wrong, order)
    PaymentClaim.objects.filter(entry=wrong).delete()
    return _write_reversal(wrong, order, reason=reason, by=by, at=at or timezone.now())


@write_transaction
def move(
    entry: int,
    to_number: str,
    *,
    by: Actor,
    reason: str = "",
    at: datetime | None = None,
    expected_version: int | None = None,
) -> tuple[Recorded, Recorded]:
    """Take an entry back and write the same for another order; return both, the reversal first.

    Raises:
        UnknownPayment, UnknownOrder, Stale, Invalid.
        NotReversible, AlreadyReversed, PaidBackSince, MoreThanPaid.
    """
    at = at or timezone.now()
    reason = checked_text("reason", reason)
    wrong = _entry(entry)
    source, target = _both_held(wrong.order, order_with_number(to_number), expected_version)
    _refuse_reversal(wrong, source)
    if not wrong.paid_delta:
        raise NotReversible(_("A balance that was written off is of its order: reverse it."))
    PaymentClaim.objects.filter(entry=wrong).delete()
    moved = {"moved_from": source.number, "moved_to": target.number}
    reversal = _write_reversal(wrong, source, reason=reason, facts=moved, by=by, at=at)
    details = replace(_details_of(wrong), settles="")
    kind, paid = PaymentKind(wrong.kind), wrong.paid_delta
    return reversal, write_entry(target, kind, details, paid=paid, facts=moved, by=by, at=at)


def entry_of(number: str, entry: int) -> int:
    """Return the key of the entry, which must be of this order. Raises UnknownPayment."""
    if not PaymentEntry.objects.filter(pk=entry, order__number=normalised_number(number)).exists():
        raise _unknown(entry)
    return entry


def _both_held(source: Order, target: Order, version: int | None) -> tuple[Order, Order]:
    """Return both orders held, the elder first, so that two such moves do not wait for each other."""
    if source.pk == target.pk:
        detail = _("It is booked on %(order)s already.") % {"order": target.number}
        raise Invalid(detail, faults=[Fault("/to", "validation", detail)])
    versions = {source.pk: version, target.pk: None}
    elder_first = sorted((source, target), key=lambda order: order.pk)
    held = {each.pk: hold(each.number, expected_version=versions[each.pk]) for each in elder_first}
    return held[source.pk], held[target.pk]


def _entry(pk: int) -> PaymentEntry:
    entry = PaymentEntry.objects.select_related("order").filter(pk=pk).first()
    if entry is None:
        raise _unknown(pk)
    return entry


def _unknown(entry: int) -> UnknownPayment:
    return UnknownPayment(_("There is no payment entry %(entry)s.") % {"entry": entry})


def _refuse_reversal(entry: PaymentEntry, order: Order) -> None:
    if entry.kind == PaymentKind.REVERSAL:
        raise NotReversible(_("This took another entry back. Record that one again instead."))
    if PaymentEntry.objects.filter(reverses=entry).exists():
        raise AlreadyReversed(_("This entry was reversed already."))
    if order.paid < entry.paid_delta:
        raise PaidBackSince(
            _("Reverse first what was paid back since: %(refunds)s.")
            % {"refunds": ", ".join(_paid_back_since(entry, order))}
        )


def _paid_back_since(entry: PaymentEntry, order: Order) -> list[str]:
    out = order.payment_entries.filter(pk__gt=entry.pk, paid_delta__lt=0, reversed_by=None)
    taken_out = out.exclude(kind=PaymentKind.REVERSAL).order_by("pk")
    return [f"{each.pk} ({formatted(-each.paid_delta, order.currency)})" for each in taken_out]


def _write_reversal(
    wrong: PaymentEntry,
    order: Order,
    *,
    reason: str,
    facts: Mapping[str, str] | None = None,
    by: Actor,
    at: datetime,
) -> Recorded:
    return write_entry(
        order,
        PaymentKind.REVERSAL,
        replace(_details_of(wrong), note=reason, value_date=today()),
        paid=-wrong.paid_delta,
        waived=-wrong.waived_delta,
        reverses=wrong,
        facts={"reversed": wrong.kind, "reversed_entry": wrong.pk, **(facts or {})},
        by=by,
        at=at,
    )


def _details_of(entry: PaymentEntry) -> PaymentDetails:
    return PaymentDetails(
        method=entry.method,
        provider=entry.provider,
        reference=entry.reference,
        settles=entry.settles,
        value_date=entry.value_date,
        note=entry.note,
    )


def _refuse_beyond_role(order: Order, by: Actor) -> None:
    most = in_force().write_off_up_to
    if abs(order.due) <= most or by.may("orders.write_off"):
        return
    detail = _("Your role may write off at most %(amount)s. Ask a manager.")
    raise Forbidden(detail % {"amount": formatted(most, order.currency)})
