"""Reminders of what is due: asked for by somebody, or by night so long after the due date."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from backoffice.outbox.models import EmailMessage
from orders.models import EventKind, Order, OrderEvent, Origin
from orders.payments.corrections import NothingDue
from orders.payments.due_dates import set_due_date
from orders.payments.recording import record_payment
from orders.payments.reminders import AlreadyReminded, remind, remind_overdue
from tests.factories import CLI, make_product, place

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 12, 1, 11, tzinfo=UTC)


@pytest.fixture
def order(settings: Any) -> Order:
    """Of 50.00, to be paid by the last day of November."""
    settings.SHOP_REMIND_AFTER_DAYS = 7
    make_product("TEA", on_hand=20, price="25.00")
    placed = place({"TEA": 2})
    return set_due_date(placed.number, date(2026, 11, 30), by=CLI)


def reminders() -> list[EmailMessage]:
    return list(EmailMessage.objects.filter(template="payment_reminder").order_by("pk"))


def test_a_customer_is_reminded_of_what_is_due_once_a_day(order: Order) -> None:
    record_payment(order.number, Decimal("20.00"), by=CLI)

    remind(order.number, by=CLI, at=NOON)

    [mail] = reminders()
    assert mail.recipient == order.email
    assert (mail.context["due"]["value"], mail.context["due_on"]["value"]) == ("30.00", "2026-11-30")
    with pytest.raises(AlreadyReminded):
        remind(order.number, by=CLI, at=NOON + timedelta(hours=1))
    remind(order.number, by=CLI, at=NOON + timedelta(days=1))
    assert len(reminders()) == 2


def test_nobody_is_reminded_of_what_is_paid(order: Order) -> None:
    record_payment(order.number, Decimal("50.00"), by=CLI)

    with pytest.raises(NothingDue):
        remind(order.number, by=CLI)

    assert remind_overdue(NOON + timedelta(days=30)) == 0


def test_by_night_each_due_date_is_reminded_of_once(order: Order) -> None:
    assert remind_overdue(NOON + timedelta(days=5)) == 0
    assert [remind_overdue(NOON + timedelta(days=days)) for days in (6, 6, 7, 40)] == [1, 0, 0, 0]

    set_due_date(order.number, date(2027, 1, 31), by=CLI)

    assert remind_overdue(NOON + timedelta(days=61)) == 0
    assert remind_overdue(NOON + timedelta(days=90)) == 1
    assert OrderEvent.objects.filter(kind=EventKind.REMINDED).count() == len(reminders()) == 2


def test_whoever_was_reminded_by_hand_is_not_reminded_again_by_night(order: Order) -> None:
    remind(order.number, by=CLI, at=NOON + timedelta(days=2))

    assert remind_overdue(NOON + timedelta(days=20)) == 0


def test_without_the_setting_nobody_is_reminded_by_night(order: Order, settings: Any) -> None:
    settings.SHOP_REMIND_AFTER_DAYS = None

    assert remind_overdue(NOON + timedelta(days=30)) == 0


def test_orders_of_the_demo_and_without_a_due_date_are_left_alone(order: Order) -> None:
    Order.objects.update(origin=Origin.DEMO)
    place({"TEA": 1})

    assert remind_overdue(NOON + timedelta(days=30)) == 0


def test_an_order_is_due_so_many_days_after_it_is_placed(settings: Any) -> None:
    settings.SHOP_PAYMENT_DAYS = 14
    make_product("TEA", on_hand=20, price="25.00")

    order = place({"TEA": 1}, at=datetime(2026, 11, 30, 22, 30, tzinfo=UTC))

    assert order.payment_due_on == date(2026, 12, 14)
    [mail] = EmailMessage.objects.filter(template="order_placed")
    assert mail.context["pay_by"]["facts"]["day"]["value"] == "2026-12-14"


def test_a_due_date_is_told_in_the_timeline(order: Order) -> None:
    event = OrderEvent.objects.get(kind=EventKind.DUE_DATE_CHANGED)

    assert event.facts["changes"]["payment_due_on"] == ["", "2026-11-30"]
