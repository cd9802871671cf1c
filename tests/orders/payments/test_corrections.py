"""What was booked wrongly is taken back, moved, or given up; the ledger itself stays."""

from decimal import Decimal

import pytest

from accounts.actors import Actor
from accounts.models import Source
from backoffice.errors import Forbidden, Invalid
from orders.models import EventKind, Order, OrderEvent, PaymentClaim, PaymentEntry
from orders.payments.audit import audit_payments
from orders.payments.corrections import (
    AlreadyReversed,
    NothingDue,
    NotReversible,
    PaidBackSince,
    UnknownPayment,
    move,
    reverse,
    write_off,
)
from orders.payments.details import PaymentDetails
from orders.payments.ledger import AlreadyRecorded
from orders.payments.recording import pay_back, record_payment
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db

LINE = PaymentDetails(reference="NTRF 4711")


@pytest.fixture
def order() -> Order:
    """Of 50.00, nothing paid."""
    make_product("TEA", on_hand=10, price="25.00")
    return place({"TEA": 2})


def test_a_reversed_payment_is_due_again_and_its_line_can_be_booked_elsewhere(order: Order) -> None:
    other = place({"TEA": 2})
    entry = record_payment(order.number, Decimal("50.00"), LINE, by=CLI).entry

    reversal = reverse(entry.pk, reason="Wrong order", by=CLI).entry

    assert (reversal.reverses_id, reversal.paid_delta, reversal.paid_after) == (entry.pk, Decimal(-50), 0)
    order.refresh_from_db()
    assert order.due == Decimal("50.00")
    record_payment(other.number, Decimal("50.00"), LINE, by=CLI)
    assert audit_payments() == []


def test_an_entry_is_reversed_once_and_a_reversal_never(order: Order) -> None:
    entry = record_payment(order.number, Decimal("50.00"), by=CLI).entry
    reversal = reverse(entry.pk, reason="Wrong", by=CLI).entry

    with pytest.raises(AlreadyReversed):
        reverse(entry.pk, reason="Wrong", by=CLI)
    with pytest.raises(NotReversible):
        reverse(reversal.pk, reason="Wrong", by=CLI)
    with pytest.raises(UnknownPayment):
        reverse(0, reason="Wrong", by=CLI)
    with pytest.raises(Invalid, match="Give a reason"):
        reverse(entry.pk, reason=" ", by=CLI)


def test_a_payment_that_was_paid_back_is_not_reversed_before_the_refund_is(order: Order) -> None:
    entry = record_payment(order.number, Decimal("60.00"), by=CLI).entry
    refund = pay_back(order.number, by=CLI).entry

    with pytest.raises(PaidBackSince, match=rf"{refund.pk} \(€10\.00\)"):
        reverse(entry.pk, reason="Wrong", by=CLI)

    reverse(refund.pk, reason="Never sent", by=CLI)
    reverse(entry.pk, reason="Wrong", by=CLI)
    assert Order.objects.get().paid == 0
    assert audit_payments() == []


def test_a_payment_moves_to_the_order_it_belongs_to_with_its_claim(order: Order) -> None:
    other = place({"TEA": 1})
    entry = record_payment(order.number, Decimal("25.00"), LINE, by=CLI).entry

    reversal, moved = move(entry.pk, other.number, by=CLI)

    order.refresh_from_db()
    other.refresh_from_db()
    assert (order.paid, other.paid, other.due) == (0, Decimal("25.00"), 0)
    assert (reversal.entry.reverses_id, moved.entry.reference) == (entry.pk, "NTRF 4711")
    assert PaymentClaim.objects.get().entry_id == moved.entry.pk
    assert OrderEvent.objects.get(kind=EventKind.PAYMENT_REVERSED).facts["moved_to"] == other.number
    with pytest.raises(AlreadyRecorded):
        record_payment(order.number, Decimal("25.00"), LINE, by=CLI)
    assert audit_payments() == []


def test_an_entry_does_not_move_to_where_it_is(order: Order) -> None:
    entry = record_payment(order.number, Decimal("25.00"), LINE, by=CLI).entry

    with pytest.raises(Invalid, match="already"):
        move(entry.pk, order.number, by=CLI)


@pytest.mark.parametrize(("paid", "waived"), [("49.50", "0.50"), ("50.30", "-0.30")])
def test_a_small_balance_is_written_off_either_way(order: Order, paid: str, waived: str) -> None:
    record_payment(order.number, Decimal(paid), by=CLI)

    recorded = write_off(order.number, reason="Bank fee", by=Actor(make_user(role="Support"), Source.ADMIN))

    assert (recorded.order.due, recorded.order.waived) == (0, Decimal(waived))
    with pytest.raises(NothingDue):
        write_off(order.number, reason="Again", by=CLI)
    assert audit_payments() == []


def test_more_is_written_off_by_whoever_may(order: Order) -> None:
    with pytest.raises(Forbidden, match=r"€1\.00"):
        write_off(order.number, reason="Lost", by=Actor(make_user(role="Support"), Source.ADMIN))

    write_off(order.number, reason="Lost", by=Actor(make_user(role="Manager"), Source.ADMIN))

    entry = PaymentEntry.objects.get()
    reverse(entry.pk, reason="Found", by=CLI)
    assert Order.objects.get().due == Decimal("50.00")
    assert audit_payments() == []
