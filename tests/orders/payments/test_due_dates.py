"""By when an order is to be paid: so many days after it is placed, or another day that somebody sets."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from backoffice.errors import Invalid, Stale
from backoffice.outbox.models import EmailMessage
from orders.fulfilment.lifecycle import ship_order
from orders.models import EventKind, Order, OrderEvent
from orders.payments.due_dates import set_due_date
from orders.payments.recording import record_payment
from tests.factories import CLI, make_product, place

pytestmark = pytest.mark.django_db

DAY = date(2026, 12, 14)


@pytest.fixture
def order() -> Order:
    """Of 25.00, with no day by which it is to be paid."""
    make_product("TEA", on_hand=20, price="25.00")
    return place({"TEA": 1})


def changes() -> list[list[str]]:
    events = OrderEvent.objects.filter(kind=EventKind.DUE_DATE_CHANGED).order_by("pk")
    return [event.facts["changes"]["payment_due_on"] for event in events]


def test_an_order_is_due_so_many_days_after_it_is_placed(settings: Any) -> None:
    settings.SHOP_PAYMENT_DAYS = 14
    make_product("TEA", on_hand=20, price="25.00")

    order = place({"TEA": 1}, at=datetime(2026, 11, 30, 22, 30, tzinfo=UTC))

    assert order.payment_due_on == DAY
    [mail] = EmailMessage.objects.filter(template="order_placed")
    assert mail.context["pay_by"]["facts"]["day"]["value"] == "2026-12-14"


def test_without_a_due_date_the_confirmation_asks_for_nothing(order: Order) -> None:
    [mail] = EmailMessage.objects.filter(template="order_placed")

    assert not mail.context["pay_by"]


def test_each_change_is_told_with_the_day_before_and_after(order: Order) -> None:
    set_due_date(order.number, DAY, by=CLI)
    set_due_date(order.number, DAY, by=CLI)
    set_due_date(order.number, None, by=CLI)

    assert changes() == [["", "2026-12-14"], ["2026-12-14", ""]]
    assert Order.objects.get().payment_due_on is None


def test_it_changes_whatever_has_become_of_the_order(order: Order) -> None:
    ship_order(order.number, by=CLI)
    record_payment(order.number, Decimal("10.00"), by=CLI)

    assert set_due_date(order.number, DAY, by=CLI).payment_due_on == DAY


@pytest.mark.parametrize("day", [date(1999, 12, 31), date(2999, 1, 1)])
def test_a_day_that_nobody_means_is_refused(order: Order, day: date) -> None:
    with pytest.raises(Invalid) as refused:
        set_due_date(order.number, day, by=CLI)

    assert [fault.pointer for fault in refused.value.faults] == ["/payment_due_on"]
    assert (Order.objects.get().payment_due_on, changes()) == (None, [])


def test_a_change_of_an_order_that_changed_since_is_refused(order: Order) -> None:
    seen = order.version
    set_due_date(order.number, DAY, by=CLI, expected_version=seen)

    with pytest.raises(Stale):
        set_due_date(order.number, None, by=CLI, expected_version=seen)
