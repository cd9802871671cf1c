"""An import is taken back by reversals; what was corrected since stays corrected."""

from decimal import Decimal

import pytest

from backoffice.sheets.plans import CannotUndo
from orders.models import EventKind, Order, PaymentClaim, PaymentEntry, PaymentImport
from orders.payments.audit import audit_payments
from orders.payments.corrections import move, reverse
from orders.payments.imports import WrongPaymentImportState, apply_payments, undo_payments
from orders.payments.recording import pay_back
from tests.factories import CLI, make_product, place
from tests.orders.payments.imports.files import outcomes, planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def orders() -> list[Order]:
    """Two of 50.00 each, nothing paid."""
    make_product("TEA", on_hand=100, price="25.00")
    return [place({"TEA": 2}) for _ in range(2)]


def applied(*rows: str) -> PaymentImport:
    return apply_payments(planned(*rows).pk, by=CLI, accept_differences=True)


def paid(orders: list[Order]) -> list[str]:
    for order in orders:
        order.refresh_from_db()
    return [str(order.paid) for order in orders]


def test_every_entry_is_reversed_and_its_line_is_free_again(orders: list[Order]) -> None:
    rows = [f"{amount};{orders[0].number};;T{amount}" for amount in ("20.00", "30.00", "-5.00")]
    found = applied(*rows, f"50.00;{orders[1].number};;T9")

    assert undo_payments(found.pk, by=CLI).state == "undone"

    assert paid(orders) == ["0.00", "0.00"]
    assert PaymentClaim.objects.count() == 0
    reversals = PaymentEntry.objects.filter(kind="reversal")
    assert {each.note for each in reversals} == {found.note}
    assert orders[0].events.filter(kind=EventKind.PAYMENT_REVERSED).count() == 3
    assert audit_payments() == []
    assert outcomes(planned(f"50.00;{orders[1].number};;T9")) == ["settles"]


def test_the_timeline_says_the_same_as_of_a_reversal_by_hand(orders: list[Order]) -> None:
    found = applied(f"50.00;{orders[0].number};;T1", f"50.00;{orders[1].number};;T2")
    reverse(PaymentEntry.objects.get(reference="T2").pk, reason=found.note, by=CLI)
    undo_payments(found.pk, by=CLI)

    by_file, by_hand = (order.events.get(kind=EventKind.PAYMENT_REVERSED).facts for order in orders)
    assert set(by_file) == set(by_hand)
    different = ("entry", "reference", "reversed_entry")
    assert all(by_file[name] == by_hand[name] for name in by_file if name not in different)


def test_what_was_reversed_or_moved_since_is_left(orders: list[Order]) -> None:
    found = applied(f"50.00;{orders[0].number};;T1", f"20.00;{orders[1].number};;T2")
    reverse(PaymentEntry.objects.get(reference="T1").pk, reason="wrong", by=CLI)
    move(PaymentEntry.objects.get(reference="T2").pk, orders[0].number, by=CLI)

    undo_payments(found.pk, by=CLI)
    assert paid(orders) == ["20.00", "0.00"]
    assert PaymentClaim.objects.get().reference == "t2"
    assert audit_payments() == []


def test_what_was_paid_back_since_cannot_be_undone(orders: list[Order]) -> None:
    found = applied(f"60.00;{orders[0].number};;T1", f"50.00;{orders[1].number};;T2")
    pay_back(orders[0].number, Decimal("10.00"), by=CLI)

    with pytest.raises(CannotUndo) as refused:
        undo_payments(found.pk, by=CLI)
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/rows/2", "not_undone")]
    assert paid(orders) == ["50.00", "50.00"]

    undo_payments(found.pk, by=CLI, skip_invalid=True)
    assert paid(orders) == ["50.00", "0.00"]
    assert audit_payments() == []


def test_only_what_was_applied_is_undone(orders: list[Order]) -> None:
    found = planned(f"50.00;{orders[0].number};;T1")
    with pytest.raises(WrongPaymentImportState, match="is planned, not applied"):
        undo_payments(found.pk, by=CLI)
