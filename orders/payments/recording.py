"""Records money that came in, was taken back by the bank, or is paid back; no money is moved by this."""

from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict
from backoffice.money import formatted, zero
from orders.held_order import hold, lines_of
from orders.models import Order, PaymentKind, PaymentMethod
from orders.payments.allowances import grant
from orders.payments.details import PaymentDetails, checked_amount, checked_details
from orders.payments.ledger import Recorded, refuse_more_than_paid, write_entry

BY_BANK_TRANSFER = PaymentDetails()
BY_CARD = PaymentDetails(method=PaymentMethod.CARD)


class MoreThanOwed(Conflict):
    """Money beyond what is owed is goodwill, and needs an allowance."""

    code = "more_than_owed"
    title = gettext_lazy("More than is owed")


@write_transaction
def record_payment(
    number: str,
    amount: Decimal,
    details: PaymentDetails = BY_BANK_TRANSFER,
    *,
    by: Actor,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> Recorded:
    """Record money that came in. More than is due is taken too; `Recorded.overpaid_by` says so.

    Raises:
        UnknownOrder, Stale, Invalid, AlreadyRecorded.
    """
    details = checked_details(details)
    order = hold(number, expected_version=expected_version)
    amount = checked_amount(amount, order)
    return write_entry(order, PaymentKind.PAYMENT, details, paid=amount, by=by, at=at or timezone.now())


@write_transaction
def record_chargeback(
    number: str,
    amount: Decimal,
    details: PaymentDetails = BY_CARD,
    *,
    by: Actor,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> Recorded:
    """Record money that the bank or provider took back; what it had settled is due again.

    Raises:
        UnknownOrder, Stale, Invalid, AlreadyRecorded, MoreThanPaid.
    """
    details = checked_details(details)
    order = hold(number, expected_version=expected_version)
    amount = checked_amount(amount, order)
    return write_entry(order, PaymentKind.CHARGEBACK, details, paid=-amount, by=by, at=at or timezone.now())


@write_transaction
def pay_back(
    number: str,
    amount: Decimal | None = None,
    details: PaymentDetails = BY_BANK_TRANSFER,
    *,
    by: Actor,
    allowance_reason: str | None = None,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> Recorded:
    """Record money that is paid back: what is owed, or `amount`, at most what was paid.

    What is paid back beyond that is goodwill: it needs `allowance_reason`, and is granted as an allowance in
    the same transaction, so that nothing is due for it afterwards.

    Raises:
        UnknownOrder, Stale, Invalid, Forbidden, AlreadyRecorded, MoreThanPaid, MoreThanOwed, MoreThanRemains.
    """
    at = at or timezone.now()
    details = checked_details(details)
    order = hold(number, expected_version=expected_version)
    owed = max(-order.due, zero())
    amount = checked_amount(owed if amount is None else amount, order)
    refuse_more_than_paid(order, -amount)
    if amount > owed:
        if allowance_reason is None:
            raise _more_than_owed(order, amount, owed)
        grant(order, lines_of(order.pk), amount - owed, reason=allowance_reason, by=by, at=at)
    return write_entry(order, PaymentKind.REFUND, details, paid=-amount, by=by, at=at)


def _more_than_owed(order: Order, amount: Decimal, owed: Decimal) -> MoreThanOwed:
    facts = {
        "order": order.number,
        "owed": formatted(owed, order.currency),
        "more": formatted(amount - owed, order.currency),
    }
    if not owed:
        return MoreThanOwed(
            _("Nothing is owed for %(order)s. To pay back %(more)s, grant an allowance with a reason.")
            % facts
        )
    return MoreThanOwed(
        _(
            "Only %(owed)s is owed for %(order)s. To pay back %(more)s more, "
            "grant an allowance for it with a reason."
        )
        % facts
    )
