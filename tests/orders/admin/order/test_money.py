"""The money of an order on its page: what each role sees, and what the dialogs do and refuse."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.outbox.models import EmailMessage
from orders.fulfilment.lifecycle import ship_order
from orders.models import Allowance, Order, PaymentEntry
from orders.payments.details import PaymentDetails
from orders.payments.due_dates import set_due_date
from orders.payments.recording import record_payment
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    """Of 50.00, nothing paid."""
    make_product("TEA", on_hand=20, price="25.00")
    return place({"TEA": 2})


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role=role))
    return client


def page(client: Client, order: Order) -> str:
    return client.get(reverse("admin:orders_order_change", args=[order.pk])).text


def send(client: Client, dialog: str, order: Order, **data: Any) -> str:
    """What the dialog says, sent with what it had filled in and this instead."""
    address = reverse(f"admin:orders_order_{dialog}", args=[order.pk])
    shown = client.get(address, {"entry": data.get("entry", "")})
    form = shown.context["form"]
    filled = {name: form[name].value() for name in form.fields}
    filled = {name: value for name, value in filled.items() if value is not None}
    return client.post(address, {**filled, **data}).content.decode()


def test_what_is_due_is_filled_in_and_recorded_with_one_click(order: Order) -> None:
    send(signed_in("Support"), "record_payment", order)

    order.refresh_from_db()
    assert (order.paid, order.due) == (Decimal("50.00"), 0)
    assert PaymentEntry.objects.get().value_date == timezone.localdate()


def test_what_is_owed_is_filled_in_and_more_needs_a_reason(order: Order) -> None:
    record_payment(order.number, Decimal("52.00"), by=CLI)
    manager = signed_in("Manager")

    refused = send(manager, "pay_back", order, amount="5.00")
    assert "Only €2.00 is owed" in refused
    assert 'value="5.00"' in refused
    send(manager, "pay_back", order, amount="5.00", reason="Came late")

    order.refresh_from_db()
    assert (order.due, order.paid, Allowance.objects.get().amount) == (0, Decimal("47.00"), Decimal("3.00"))


@pytest.mark.parametrize(
    ("dialog", "data", "complaint"),
    [
        ("record_payment", {"amount": "0"}, "above zero"),
        ("record_payment", {"amount": "1.001"}, "2 decimal places"),
        ("record_payment", {"value_date": "1999-12-31"}, "from 2000"),
        ("grant_allowance", {"amount": "51.00", "reason": "Late"}, "At most €50.00 is left"),
        ("pay_back", {"amount": "1.00"}, "Only €0.00 was paid"),
        ("move_payment", {"entry": "4711", "to": "B-1"}, "no payment entry"),
    ],
)
def test_a_refusal_stands_in_the_dialog(
    order: Order, dialog: str, data: dict[str, Any], complaint: str
) -> None:
    assert complaint in send(signed_in("Manager"), dialog, order, **data)
    assert not PaymentEntry.objects.exists()


def test_an_allowance_is_granted_for_one_item(order: Order) -> None:
    send(signed_in("Manager"), "grant_allowance", order, amount="5.00", reason="Scratched", sku="TEA")

    assert order.lines.get().allowed == Decimal("5.00")


def test_an_entry_is_reversed_moved_and_a_balance_written_off(order: Order) -> None:
    other = place({"TEA": 1})
    manager = signed_in("Manager")
    entry = record_payment(order.number, Decimal("25.00"), by=CLI).entry

    send(manager, "move_payment", order, entry=entry.pk, to=other.number)
    moved = other.payment_entries.get()
    send(manager, "reverse_payment", other, entry=moved.pk, reason="Bounced")
    send(manager, "write_off", other, reason="Lost")

    other.refresh_from_db()
    assert (other.paid, other.waived, other.due) == (0, Decimal("25.00"), 0)
    shown = page(manager, other)
    assert "Written off" in shown
    assert "bo-reversed" in shown


def test_a_reminder_and_another_due_date_are_two_clicks_away(order: Order) -> None:
    manager = signed_in("Manager")
    day = timezone.localdate() + timedelta(days=3)

    send(manager, "remind_of_payment", order)
    send(manager, "change_due_date", order, payment_due_on=day.isoformat())

    order.refresh_from_db()
    assert order.payment_due_on == day
    assert EmailMessage.objects.filter(template="payment_reminder").count() == 1


@pytest.mark.parametrize(
    ("role", "state", "ledger", "buttons"),
    [
        ("Manager", True, True, True),
        ("Support", True, True, True),
        ("Warehouse", True, False, False),
        ("Viewer", False, False, False),
        ("Marketing", False, False, False),
    ],
)
def test_a_role_sees_the_balance_its_entries_or_nothing(
    order: Order, role: str, state: bool, ledger: bool, buttons: bool
) -> None:
    record_payment(order.number, Decimal("20.00"), PaymentDetails(reference="NTRF 4711"), by=CLI)
    set_due_date(order.number, timezone.localdate() - timedelta(days=1), by=CLI)

    shown = page(signed_in(role), order)

    assert ("Part-paid" in shown, "was to be paid by" in shown) == (state, state)
    assert ("NTRF 4711" in shown) is ledger
    assert ("Record payment" in shown) is buttons
    listed = signed_in(role).get("/admin/orders/order/").text
    assert ("Part-paid: €30.00" in listed, "Overdue" in listed) == (state, state)


def test_the_page_says_what_is_owed_after_a_cancellation_and_a_return(order: Order) -> None:
    record_payment(order.number, Decimal("50.00"), by=CLI)
    manager = signed_in("Manager")
    ship_order(order.number, lines={"TEA": 1}, by=CLI)
    line = order.lines.get().pk

    send(manager, "cancel_items", order, **{f"quantity_{line}": "1"})
    assert "€25.00 is to be paid back." in page(manager, order)
    send(manager, "register_return", order, **{f"quantity_{line}": "1"})

    assert "€50.00 is to be paid back." in page(manager, order)
