"""What money came in and went out, by method, on the days of statements."""

from datetime import date
from decimal import Decimal

import pytest

from orders.models import PaymentEntry
from orders.payments.corrections import reverse, write_off
from orders.payments.details import PaymentDetails
from orders.payments.recording import pay_back, record_chargeback, record_payment
from orders.payments.report import MoneyMoved, moved_by_currency, moved_by_method
from tests.factories import CLI, make_product, place

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


def by(method: str, day: date = FIRST) -> PaymentDetails:
    return PaymentDetails(method=method, value_date=day)


@pytest.fixture(autouse=True)
def number() -> str:
    """Of 100.00: by card came 70.00, 20.00 charged back; by bank 60.00, 10.00 of that paid back."""
    make_product("TEA", on_hand=9, price="50.00")
    number = place({"TEA": 2}).number
    record_payment(number, Decimal("70.00"), by("card"), by=CLI)
    record_payment(number, Decimal("60.00"), by("bank_transfer", LAST), by=CLI)
    record_chargeback(number, Decimal("20.00"), by("card"), by=CLI)
    pay_back(number, None, by("bank_transfer", LAST), by=CLI)
    return number


def moved(of: str, came_in: str, went_out: str) -> MoneyMoved:
    return MoneyMoved(of, Decimal(came_in), Decimal(went_out))


def test_money_is_added_up_by_method_those_that_moved_most_first() -> None:
    found = moved_by_method(FIRST, LAST)

    assert found == [moved("card", "70.00", "20.00"), moved("bank_transfer", "60.00", "10.00")]
    assert [each.net for each in found] == [Decimal(50), Decimal(50)]
    assert sum(found, MoneyMoved()) == moved("", "130.00", "30.00")


def test_both_ends_of_the_days_are_meant() -> None:
    assert moved_by_method(FIRST, date(2026, 3, 30)) == [moved("card", "70.00", "20.00")]
    assert moved_by_method(date(2026, 3, 2), LAST) == [moved("bank_transfer", "60.00", "10.00")]


def test_what_was_reversed_never_moved(number: str) -> None:
    for entry in PaymentEntry.objects.filter(kind__in=["refund", "payment"], method="bank_transfer").order_by(
        "-pk"
    ):
        reverse(entry.pk, reason="Of another shop", by=CLI)

    assert moved_by_currency(PaymentEntry.objects.all()) == [moved("EUR", "70.00", "20.00")]


def test_what_is_written_off_is_no_money(number: str) -> None:
    record_chargeback(number, Decimal("50.00"), by("card"), by=CLI)
    write_off(number, reason="Bankrupt", by=CLI)

    assert sum(moved_by_method(date(2026, 1, 1), date(2099, 1, 1)), MoneyMoved()) == moved(
        "", "130.00", "80.00"
    )
