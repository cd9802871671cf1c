"""The audit of payments is content with what use cases write, and finds each thing that was tampered with."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from backoffice.outbox.models import EmailMessage
from catalog.models import triggers
from orders.fulfilment.lifecycle import cancel_order
from orders.hourly_audit import prove_the_books
from orders.models import Order, PaymentEntry
from orders.payments.allowances import allow
from orders.payments.audit import audit_payments
from orders.payments.corrections import reverse, write_off
from orders.payments.details import PaymentDetails
from orders.payments.recording import pay_back, record_payment
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db

BOOKED_TWICE = """
    INSERT INTO orders_paymentclaim (method, provider, reference, entry_id)
    SELECT method, '', 'ntrf 2', id FROM orders_paymententry
    WHERE kind = 'payment' AND reference <> 'NTRF 1'
"""


@pytest.fixture
def order() -> Order:
    """Of 50.00: paid in two, one taken back, an allowance, a unit cancelled, paid back, the rest given up."""
    make_product("TEA", on_hand=10, price="25.00")
    placed = place({"TEA": 2})
    record_payment(placed.number, Decimal("30.00"), PaymentDetails(reference="NTRF 1"), by=CLI)
    wrong = record_payment(
        placed.number, Decimal("9.00"), PaymentDetails(reference="\uff2etrf 2"), by=CLI
    ).entry
    reverse(wrong.pk, reason="Wrong", by=CLI)
    allow(placed.number, Decimal("1.00"), reason="Late", by=CLI)
    cancel_order(placed.number, lines={"TEA": 1}, by=CLI)
    pay_back(placed.number, Decimal("6.00"), by=CLI, allowance_reason="Late again")
    write_off(placed.number, reason="Lost", by=CLI) if Order.objects.get().due else None
    return placed


@pytest.fixture
def _without_triggers() -> Iterator[None]:
    triggers.drop_triggers(connection)
    yield
    triggers.create_triggers(connection)


def test_what_use_cases_wrote_is_in_order(order: Order) -> None:
    assert PaymentEntry.objects.count() >= 4
    assert audit_payments() == []


@pytest.mark.parametrize(
    ("tampering", "check"),
    [
        ("UPDATE orders_order SET paid = paid + 1", "paid"),
        ("UPDATE orders_order SET waived = 1", "paid"),
        ("UPDATE orders_paymententry SET paid_after = 7 WHERE reference = 'NTRF 1'", "payment"),
        ("UPDATE orders_paymententry SET waived_after = 7 WHERE reference = 'NTRF 1'", "payment"),
        ("UPDATE orders_paymententry SET paid_delta = -8 WHERE kind = 'reversal'", "reversal"),
        ("UPDATE orders_allowance SET amount = amount + 1", "allowance"),
        ("UPDATE orders_orderline SET allowed = allowed + 1", "allowed"),
        ("UPDATE orders_paymentclaim SET reference = 'other'", "claim"),
        ("DELETE FROM orders_paymentclaim", "claim"),
        (
            BOOKED_TWICE,
            "claim",
        ),
        ("DELETE FROM orders_orderevent WHERE kind = 'paid_back'", "timeline"),
    ],
)
@pytest.mark.usefixtures("_without_triggers")
def test_what_was_tampered_with_is_found(order: Order, tampering: str, check: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(tampering)
        assert cursor.rowcount > 0

    assert check in {each.check for each in audit_payments()}


@pytest.mark.usefixtures("_without_triggers")
def test_the_hourly_proof_tells_managers(order: Order) -> None:
    make_user(role="Manager")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_order SET paid = paid + 1")

    assert prove_the_books(order.placed_at)

    assert EmailMessage.objects.filter(template="invariants").count() == 1


@pytest.mark.parametrize(
    "rewriting",
    [
        "UPDATE orders_paymententry SET note = 'rewritten'",
        "DELETE FROM orders_paymententry",
    ],
)
def test_the_ledger_refuses_to_be_rewritten(order: Order, rewriting: str) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(rewriting)
