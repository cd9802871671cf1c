"""Money that many want to move at once: it moves once, and never more than there is."""

from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError
from django.utils import timezone

from backoffice.db.transactions import write_transaction
from orders.audit import audit_orders
from orders.fulfilment.lifecycle import ReturnedItem, return_items, ship_order
from orders.models import Order, PaymentClaim, PaymentEntry, PaymentKind
from orders.payments import ledger
from orders.payments.audit import audit_payments
from orders.payments.corrections import AlreadyReversed, move, reverse
from orders.payments.details import PaymentDetails
from orders.payments.ledger import AlreadyRecorded, MoreThanPaid, write_entry
from orders.payments.recording import pay_back, record_payment
from tests.factories import CLI, make_product, place
from tests.races.harness import first_together, race

pytestmark = pytest.mark.django_db(transaction=True)

ONE = Decimal("1.00")
THREADS = 16


def an_order(units: int = 2) -> Order:
    """Of 25.00 a unit, nothing paid."""
    make_product("TEA", on_hand=100, price="25.00")
    return place({"TEA": units})


def give_back(number: str) -> object:
    return pay_back(number, ONE, by=CLI, allowance_reason="Goodwill")


def test_a_hundred_times_one_of_fifty_is_paid_back_fifty_times() -> None:
    order = an_order()
    record_payment(order.number, Decimal("50.00"), by=CLI)

    found = race(THREADS, [partial(give_back, order.number) for _each in range(100)])

    paid_back = [each for each in found if not isinstance(each, Exception)]
    assert len(paid_back) == 50
    assert all(isinstance(each, MoreThanPaid) for each in found if isinstance(each, Exception))
    order.refresh_from_db()
    assert (order.paid, order.due) == (0, 0)
    assert audit_payments() == audit_orders() == []


def test_without_the_lock_more_is_paid_back_than_was_paid() -> None:
    """The control: who reads the balance before it is held pays back what others have paid back."""
    order = an_order()
    record_payment(order.number, Decimal("50.00"), by=CLI)
    all_have_read = first_together(THREADS)
    write = write_transaction(write_entry)

    def pay_back_unguarded() -> None:
        seen = Order.objects.get(pk=order.pk)
        all_have_read()
        write(seen, PaymentKind.REFUND, PaymentDetails(), paid=-ONE, by=CLI, at=timezone.now())

    found = race(THREADS, [pay_back_unguarded for _each in range(100)])

    went_out = PaymentEntry.objects.filter(paid_delta__lt=0).count()
    assert went_out > 50 or any(isinstance(each, IntegrityError) for each in found)
    assert audit_payments() != []


def test_one_line_of_a_bank_is_booked_once_whoever_books_it() -> None:
    first, second = an_order(), place({"TEA": 2})
    line = PaymentDetails(reference="NTRF 4711")
    bookings = [partial(record_payment, each.number, ONE, line, by=CLI) for each in (first, second)] * 8

    found = race(THREADS, bookings)

    assert sum(not isinstance(each, Exception) for each in found) == 1
    assert {type(each) for each in found if isinstance(each, Exception)} == {AlreadyRecorded}
    assert PaymentEntry.objects.count() == PaymentClaim.objects.count() == 1
    assert audit_payments() == []


def test_without_claims_it_is_booked_more_than_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the test above."""
    order = an_order()
    monkeypatch.setattr(ledger, "_claim", lambda _entry: None)
    line = PaymentDetails(reference="NTRF 4711")

    race(4, [partial(record_payment, order.number, ONE, line, by=CLI) for _each in range(4)])

    assert PaymentEntry.objects.count() == 4
    assert audit_payments() != []


def test_a_payment_and_a_return_at_once_are_both_kept() -> None:
    order = an_order()
    ship_order(order.number, by=CLI)
    items = [ReturnedItem("TEA", 1)]

    found = race(
        2,
        [
            partial(record_payment, order.number, Decimal("50.00"), by=CLI),
            partial(return_items, order.number, items=items, by=CLI),
        ],
    )

    assert [each for each in found if isinstance(each, Exception)] == []
    order.refresh_from_db()
    assert (order.paid, order.credited, order.due) == (Decimal(50), Decimal(25), Decimal(-25))
    assert audit_payments() == audit_orders() == []


def test_an_entry_is_reversed_once() -> None:
    order = an_order()
    entry = record_payment(order.number, Decimal("50.00"), by=CLI).entry

    found = race(THREADS, [partial(reverse, entry.pk, reason="Bounced", by=CLI) for _each in range(THREADS)])

    assert sum(not isinstance(each, Exception) for each in found) == 1
    assert {type(each) for each in found if isinstance(each, Exception)} == {AlreadyReversed}
    assert Order.objects.get().paid == 0
    assert audit_payments() == []


def test_moves_in_both_directions_at_once_do_not_wait_for_each_other() -> None:
    first, second = an_order(), place({"TEA": 2})
    there = record_payment(first.number, Decimal("10.00"), by=CLI).entry
    back = record_payment(second.number, Decimal("20.00"), by=CLI).entry

    found = race(
        2,
        [partial(move, there.pk, second.number, by=CLI), partial(move, back.pk, first.number, by=CLI)],
    )

    assert [each for each in found if isinstance(each, Exception)] == []
    assert dict(Order.objects.values_list("number", "paid")) == {first.number: 20, second.number: 10}
    assert audit_payments() == []
