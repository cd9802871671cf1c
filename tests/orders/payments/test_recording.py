"""Money that comes in and goes out: what each leaves due, and what is refused."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Source
from backoffice.errors import Forbidden, Invalid
from orders.models import Allowance, EventKind, Order, OrderEvent, PaymentClaim, PaymentEntry
from orders.payments.audit import audit_payments
from orders.payments.details import PaymentDetails
from orders.payments.ledger import AlreadyRecorded, MoreThanPaid
from orders.payments.recording import MoreThanOwed, pay_back, record_chargeback, record_payment
from orders.status import PaymentState
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db

LINE = PaymentDetails(reference="NTRF 4711")


@pytest.fixture
def order() -> Order:
    """Of 50.00, nothing paid."""
    make_product("TEA", on_hand=10, price="25.00")
    return place({"TEA": 2})


def amount(text: str) -> Decimal:
    return Decimal(text)


def test_an_order_is_due_when_it_is_placed(order: Order) -> None:
    assert (order.due, order.paid, order.payment_state) == (amount("50.00"), 0, PaymentState.TO_PAY)
    order.refresh_from_db()
    assert (order.due, order.payment_state) == (amount("50.00"), PaymentState.TO_PAY)


@pytest.mark.parametrize(
    ("paid", "due", "state", "overpaid"),
    [
        ("20.00", "30.00", PaymentState.PART_PAID, "0"),
        ("50.00", "0.00", PaymentState.PAID, "0"),
        ("50.01", "-0.01", PaymentState.TO_PAY_BACK, "0.01"),
    ],
)
def test_a_payment_lowers_what_is_due_and_more_than_is_due_is_taken_too(
    order: Order, paid: str, due: str, state: PaymentState, overpaid: str
) -> None:
    recorded = record_payment(order.number, amount(paid), by=CLI)

    assert (recorded.order.due, recorded.order.payment_state) == (amount(due), state)
    assert recorded.overpaid_by == amount(overpaid)
    assert recorded.entry.paid_after == amount(paid)
    order.refresh_from_db()
    assert (order.due, order.paid, order.version) == (amount(due), amount(paid), 2)
    assert list(Order.objects.in_payment_state(state)) == [order]
    assert audit_payments() == []


def test_a_payment_is_in_the_timeline(order: Order) -> None:
    entry = record_payment(order.number, amount("50.00"), LINE, by=CLI).entry

    event = OrderEvent.objects.get(kind=EventKind.PAYMENT_RECORDED)
    assert event.facts["entry"] == entry.pk
    assert (event.facts["amount"], event.facts["reference"]) == ("50.00", "NTRF 4711")


@pytest.mark.parametrize("reference", ["NTRF 4711", "ntrf  4711 ", "NTRF\u00a04711"])
def test_one_line_of_a_bank_is_booked_once_however_it_is_typed(order: Order, reference: str) -> None:
    record_payment(order.number, amount("20.00"), LINE, by=CLI)
    other = place({"TEA": 1})

    with pytest.raises(AlreadyRecorded, match=rf"€20\.00 for {order.number}"):
        record_payment(other.number, amount("20.00"), PaymentDetails(reference=reference), by=CLI)

    other.refresh_from_db()
    assert (other.paid, other.version) == (0, 1)
    assert PaymentEntry.objects.count() == PaymentClaim.objects.count() == 1


def test_payments_without_a_reference_are_each_one_of_their_own(order: Order) -> None:
    for _each in range(2):
        record_payment(order.number, amount("20.00"), by=CLI)

    assert Order.objects.get().paid == amount("40.00")


@pytest.mark.parametrize("paid", ["0", "-1.00", "1.001", "10000000000.00", "NaN", "Infinity", "1e400"])
def test_an_amount_that_nobody_can_pay_is_refused(order: Order, paid: str) -> None:
    with pytest.raises(Invalid) as refused:
        record_payment(order.number, amount(paid), by=CLI)

    assert [fault.pointer for fault in refused.value.faults] == ["/amount"]


@pytest.mark.parametrize(
    ("details", "pointer"),
    [
        ({"method": "gold"}, "/method"),
        ({"reference": "x" * 121}, "/reference"),
        ({"reference": "ﷺ" * 10}, "/reference"),
        ({"reference": "a\0b"}, "/reference"),
        ({"provider": "x" * 61}, "/provider"),
        ({"note": "x" * 256}, "/note"),
        ({"value_date": date(1999, 12, 31)}, "/value_date"),
        ({"value_date": timezone.localdate() + timedelta(days=2)}, "/value_date"),
    ],
)
def test_details_that_cannot_be_are_refused(order: Order, details: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        record_payment(order.number, amount("1.00"), PaymentDetails(**details), by=CLI)

    assert [fault.pointer for fault in refused.value.faults] == [pointer]
    assert not PaymentEntry.objects.exists()


def test_what_is_owed_is_paid_back_to_the_cent(order: Order) -> None:
    record_payment(order.number, amount("50.25"), by=CLI)

    recorded = pay_back(order.number, by=CLI)

    assert recorded.entry.paid_delta == amount("-0.25")
    assert recorded.order.payment_state == PaymentState.PAID
    assert audit_payments() == []


def test_more_than_is_owed_is_refused_without_an_allowance(order: Order) -> None:
    record_payment(order.number, amount("50.25"), by=CLI)

    with pytest.raises(MoreThanOwed, match=r"Only €0.25 is owed .* €4.75 more"):
        pay_back(order.number, amount("5.00"), by=CLI)
    with pytest.raises(MoreThanPaid, match=r"Only €50.25 was paid"):
        pay_back(order.number, amount("50.26"), by=CLI, allowance_reason="Goodwill")

    assert not Allowance.objects.exists()


def test_goodwill_is_an_allowance_and_money_at_once(order: Order) -> None:
    record_payment(order.number, amount("50.25"), by=CLI)

    recorded = pay_back(order.number, amount("5.25"), by=CLI, allowance_reason="Came late")

    order.refresh_from_db()
    assert (order.paid, order.credited, order.due) == (amount("45.00"), amount("5.00"), 0)
    assert Allowance.objects.get().amount == amount("5.00")
    assert recorded.order.due == 0
    assert audit_payments() == []


def test_money_that_the_bank_took_back_is_due_again(order: Order) -> None:
    record_payment(order.number, amount("50.00"), by=CLI)

    recorded = record_chargeback(order.number, amount("50.00"), by=CLI)

    assert (recorded.order.due, recorded.order.payment_state) == (amount("50.00"), PaymentState.TO_PAY)
    with pytest.raises(MoreThanPaid):
        record_chargeback(order.number, amount("0.01"), by=CLI)


def test_recording_takes_at_most_eight_statements(order: Order, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(8):
        record_payment(order.number, amount("50.00"), LINE, by=CLI)


def test_goodwill_beyond_what_a_role_may_is_refused_as_a_whole(order: Order, settings: Any) -> None:
    settings.SHOP_ALLOWANCE_UP_TO = amount("0.50")
    support = Actor(make_user(role="Support"), Source.ADMIN)
    record_payment(order.number, amount("50.00"), by=CLI)

    with pytest.raises(Forbidden):
        pay_back(order.number, amount("0.51"), by=support, allowance_reason="Late")
    pay_back(order.number, amount("0.50"), by=support, allowance_reason="Late")

    assert Order.objects.get().paid == amount("49.50")
