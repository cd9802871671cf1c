"""Reminders of what is due: asked for by somebody, or by night so long after the due date."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from backoffice.email_addresses import erased_address
from backoffice.outbox.models import EmailMessage
from orders.held_order import IllegalTransition
from orders.models import EventKind, Order, OrderEvent, Origin
from orders.payments import reminders as payment_reminders
from orders.payments.corrections import NothingDue
from orders.payments.due_dates import set_due_date
from orders.payments.recording import record_payment
from orders.payments.reminders import AlreadyReminded, remind, remind_overdue
from tests.factories import CLI, make_product, place
from tests.races.harness import race

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


def test_a_reminder_ahead_of_the_due_date_leaves_that_by_night_to_come(order: Order) -> None:
    remind(order.number, by=CLI, at=NOON - timedelta(days=1))

    assert remind_overdue(NOON + timedelta(days=20)) == 1


def test_nobody_is_reminded_who_was_erased(order: Order) -> None:
    Order.objects.update(email=erased_address("customer", order.customer_id))

    with pytest.raises(IllegalTransition, match="nobody to write to"):
        remind(order.number, by=CLI)

    assert remind_overdue(NOON + timedelta(days=20)) == 0


@pytest.mark.django_db(transaction=True)
def test_sixteen_who_remind_at_once_send_one_mail(order: Order) -> None:
    results = race(16, [lambda: remind(order.number, by=CLI, at=NOON)] * 16)

    assert sum(isinstance(result, OrderEvent) for result in results) == len(reminders()) == 1
    assert sum(isinstance(result, AlreadyReminded) for result in results) == 15


@pytest.mark.django_db(transaction=True)
def test_sixteen_schedulers_at_once_send_one_mail(order: Order) -> None:
    results = race(16, [lambda: remind_overdue(NOON + timedelta(days=20))] * 16)

    assert sorted(results) == [0] * 15 + [1]
    assert len(reminders()) == OrderEvent.objects.filter(kind=EventKind.REMINDED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_look_at_earlier_reminders_more_are_told(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That the two tests above can fail."""
    monkeypatch.setattr(payment_reminders, "_reminders", lambda _: OrderEvent.objects.none())

    race(16, [lambda: remind_overdue(NOON + timedelta(days=20))] * 16)

    assert OrderEvent.objects.filter(kind=EventKind.REMINDED).count() == 16


def test_without_the_setting_nobody_is_reminded_by_night(order: Order, settings: Any) -> None:
    settings.SHOP_REMIND_AFTER_DAYS = None

    assert remind_overdue(NOON + timedelta(days=30)) == 0


def test_orders_of_the_demo_and_without_a_due_date_are_left_alone(order: Order) -> None:
    Order.objects.update(origin=Origin.DEMO)
    place({"TEA": 1})

    assert remind_overdue(NOON + timedelta(days=30)) == 0
