"""A plan is applied as it was seen, once; what does not fit is left, and told."""

from decimal import Decimal

import pytest

from backoffice.outbox.models import EmailMessage
from backoffice.sheets.plans import RowsChanged
from orders.models import EventKind, Order, OrderEvent, PaymentClaim, PaymentEntry, PaymentImport
from orders.payments.audit import audit_payments
from orders.payments.details import PaymentDetails
from orders.payments.imports import WrongPaymentImportState, apply, apply_payments, give_order
from orders.payments.ledger import AlreadyRecorded
from orders.payments.recording import pay_back, record_payment
from tests.factories import CLI, make_product, place
from tests.orders.payments.imports.files import outcomes, planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def orders() -> list[Order]:
    """Three of 50.00 each, nothing paid."""
    make_product("TEA", on_hand=100, price="25.00")
    return [place({"TEA": 2}) for _ in range(3)]


def applied(*rows: str, **how: object) -> PaymentImport:
    return apply_payments(planned(*rows).pk, by=CLI, **how)  # type: ignore[arg-type]


def paid(orders: list[Order]) -> list[str]:
    for order in orders:
        order.refresh_from_db()
    return [str(order.paid) for order in orders]


def test_what_settles_is_booked_and_nothing_else(orders: list[Order]) -> None:
    found = applied(
        f"50.00;{orders[0].number};Ada;T1", f"20.00;{orders[1].number};Ben;T2", "50.00;nothing;Cy;T3"
    )

    assert paid(orders) == ["50.00", "0.00", "0.00"]
    assert (found.state, found.changes, found.differing, found.unmatched) == ("applied", 1, 1, 1)
    entry = PaymentEntry.objects.get()
    assert (entry.order, entry.kind, entry.reference, str(entry.paid_after)) == (
        orders[0],
        "payment",
        "T1",
        "50.00",
    )
    assert entry.value_date.isoformat() == "2026-11-30"
    assert orders[0].version == 2
    assert audit_payments() == []


def test_the_timeline_says_the_same_as_of_a_payment_by_hand(orders: list[Order]) -> None:
    applied(f"50.00;{orders[0].number};Ada;T1")
    record_payment(orders[1].number, Decimal("50.00"), PaymentDetails(reference="T1b"), by=CLI)

    by_file, by_hand = (
        OrderEvent.objects.get(order=order, kind=EventKind.PAYMENT_RECORDED) for order in orders[:2]
    )
    different = ("entry", "reference")
    assert {name: fact for name, fact in by_file.facts.items() if name not in different} == {
        name: fact for name, fact in by_hand.facts.items() if name not in different
    }
    assert by_file.facts["entry"] == PaymentEntry.objects.get(reference="T1").pk
    assert (by_file.source, by_file.actor) == (by_hand.source, by_hand.actor)


def test_differences_are_booked_when_they_are_accepted(orders: list[Order]) -> None:
    rows = (f"20.00;{orders[0].number};;T1", f"70.00;{orders[1].number};;T2")
    applied(*rows, accept=[2])
    assert paid(orders) == ["20.00", "0.00", "0.00"]

    assert outcomes(planned(*rows)) == ["known", "differs"]
    found = applied(*rows, accept_differences=True)
    assert paid(orders) == ["20.00", "70.00", "0.00"]
    assert (found.changes, found.differing, found.unchanged) == (1, 0, 1)
    assert orders[1].due == Decimal("-20.00")
    assert audit_payments() == []


def test_several_lines_of_one_order_follow_each_other(orders: list[Order]) -> None:
    rows = [f"{amount};{orders[0].number};;T{amount}" for amount in ("20.00", "30.00", "5.00")]
    applied(*rows, accept_differences=True)

    assert [str(each.paid_after) for each in PaymentEntry.objects.order_by("pk")] == [
        "20.00",
        "50.00",
        "55.00",
    ]
    assert paid(orders)[0] == "55.00"
    assert orders[0].version == 4
    assert audit_payments() == []


def test_the_same_file_and_overlapping_ones_book_nothing_twice(orders: list[Order]) -> None:
    rows = [f"50.00;{order.number};Ada" for order in orders]
    applied(*rows[:2])
    assert outcomes(planned(*rows)) == ["known", "known", "settles"]
    applied(*rows[1:])

    assert paid(orders) == ["50.00"] * 3
    assert PaymentEntry.objects.count() == 3
    assert outcomes(planned(*rows)) == ["known"] * 3


def test_money_out_is_booked_as_paid_back(orders: list[Order]) -> None:
    record_payment(orders[0].number, Decimal("60.00"), by=CLI)
    applied(f"-10.00;{orders[0].number};;T1")

    assert paid(orders)[0] == "50.00"
    assert PaymentEntry.objects.get(reference="T1").kind == "refund"
    assert orders[0].events.filter(kind=EventKind.PAID_BACK).count() == 1
    assert audit_payments() == []


def test_the_customer_hears_of_money_that_is_paid_back_as_of_one_by_hand(orders: list[Order]) -> None:
    for order in orders[:2]:
        record_payment(order.number, Decimal("60.00"), by=CLI)
    EmailMessage.objects.all().delete()
    applied(f"-10.00;{orders[0].number};;T1")
    pay_back(orders[1].number, Decimal("10.00"), PaymentDetails(reference="T2"), by=CLI)

    by_file, by_hand = EmailMessage.objects.order_by("pk")
    assert by_file.template == by_hand.template
    assert [by_file.recipient, by_hand.recipient] == [order.email for order in orders[:2]]
    assert set(by_file.context) == set(by_hand.context)
    same = [name for name in by_file.context if name not in ("number", "placed_on", "link")]
    assert [by_file.context[name] for name in same] == [by_hand.context[name] for name in same]


def test_more_than_was_paid_never_goes_out(orders: list[Order]) -> None:
    with pytest.raises(RowsChanged) as refused:
        applied(f"-10.00;{orders[0].number};;T1", f"50.00;{orders[1].number};;T2", accept_differences=True)
    assert [fault.code for fault in refused.value.faults] == ["more_than_paid"]
    assert paid(orders) == ["0.00"] * 3


def test_an_order_that_changed_since_is_not_booked(orders: list[Order]) -> None:
    found = planned(f"50.00;{orders[0].number};;T1", f"50.00;{orders[1].number};;T2")
    record_payment(orders[0].number, Decimal("10.00"), by=CLI)

    with pytest.raises(RowsChanged) as refused:
        apply_payments(found.pk, by=CLI)
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/rows/2", "plan_changed")]
    assert paid(orders) == ["10.00", "0.00", "0.00"]

    found = apply_payments(found.pk, by=CLI, skip_invalid=True)
    assert paid(orders) == ["10.00", "50.00", "0.00"]
    assert (found.changes, found.problems) == (1, 1)
    assert audit_payments() == []


def test_a_line_that_somebody_booked_on_another_order_since_is_not_booked_again(orders: list[Order]) -> None:
    found = planned(f"50.00;{orders[0].number};;T1")
    record_payment(orders[1].number, Decimal("50.00"), PaymentDetails(reference="t1"), by=CLI)

    with pytest.raises(RowsChanged) as refused:
        apply_payments(found.pk, by=CLI)
    assert [fault.code for fault in refused.value.faults] == ["already_recorded"]
    assert paid(orders) == ["0.00", "50.00", "0.00"]


def test_a_line_that_is_booked_elsewhere_in_the_same_moment_books_nothing(
    orders: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim decides, also when nothing was to be seen of it when the rows were looked at."""
    found = planned(f"50.00;{orders[0].number};;T1", f"50.00;{orders[2].number};;T2")
    record_payment(orders[1].number, Decimal("50.00"), PaymentDetails(reference="t1"), by=CLI)
    monkeypatch.setattr(apply, "_mark_overtaken", lambda *_args, **_how: None)

    with pytest.raises(RowsChanged):
        apply_payments(found.pk, by=CLI)
    assert paid(orders) == ["0.00", "50.00", "0.00"]
    assert PaymentEntry.objects.count() == PaymentClaim.objects.count() == 1


def test_a_line_booked_by_file_is_refused_by_hand(orders: list[Order]) -> None:
    applied(f"50.00;{orders[0].number};;T1")
    with pytest.raises(AlreadyRecorded):
        record_payment(orders[1].number, Decimal("50.00"), PaymentDetails(reference="T1"), by=CLI)
    assert PaymentClaim.objects.count() == 1


def test_a_plan_is_applied_once(orders: list[Order]) -> None:
    found = applied(f"50.00;{orders[0].number};;T1")
    with pytest.raises(WrongPaymentImportState, match="is applied, not planned"):
        apply_payments(found.pk, by=CLI)
    assert paid(orders)[0] == "50.00"


def test_what_was_given_an_order_by_hand_is_booked(orders: list[Order]) -> None:
    found = planned("50.00;nothing;;T1")
    give_order(found.pk, 2, orders[2].number, by=CLI)
    apply_payments(found.pk, by=CLI)
    assert paid(orders) == ["0.00", "0.00", "50.00"]


def test_ten_lines_take_as_many_statements_as_three(
    orders: list[Order], django_assert_max_num_queries: object
) -> None:
    few = planned(*[f"1.00;{orders[0].number};;T{each}" for each in range(3)])
    many = planned(*[f"1.00;{orders[1].number};;U{each}" for each in range(10)])
    for found in (few, many):
        with django_assert_max_num_queries(18):  # type: ignore[operator]
            apply_payments(found.pk, by=CLI, accept_differences=True)
    assert paid(orders) == ["3.00", "10.00", "0.00"]
