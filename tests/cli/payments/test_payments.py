"""shopctl payments: what orders have paid, recorded and corrected from the terminal."""

from decimal import Decimal

import pytest
from django.db import connection

from orders.models import Order, PaymentEntry
from orders.payments.recording import record_payment
from tests.cli_fixtures import Answers, Shopctl
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    """Of 50.00, nothing paid."""
    make_product("TEA", on_hand=20, price="25.00")
    return place({"TEA": 2})


def test_a_payment_is_recorded_and_the_balance_told(order: Order, answers: Answers) -> None:
    told = answers(
        "payments", "record", order.number, "20.00", "--reference", "NTRF 4711", "--method", "card"
    )

    assert (told["entry"]["paid_after"], told["entry"]["method"]) == ("20.00", "card")
    assert (told["order"]["due"], told["order"]["payment"]) == ("30.00", "part_paid")


def test_people_read_what_is_due_now(order: Order, shopctl: Shopctl) -> None:
    result = shopctl("payments", "record", order.number, "55.00")

    assert "due\t-5.00" in result.stdout.casefold()


def test_a_key_records_once(order: Order, answers: Answers) -> None:
    for _each in range(2):
        answers("payments", "record", order.number, "20.00", "--idempotency-key", "line-7")

    assert PaymentEntry.objects.count() == 1


def test_a_rehearsal_records_nothing(order: Order, answers: Answers) -> None:
    answers("payments", "record", order.number, "20.00", "--dry-run")

    assert not PaymentEntry.objects.exists()


def test_what_is_owed_is_paid_back_and_goodwill_needs_a_reason(
    order: Order, answers: Answers, shopctl: Shopctl
) -> None:
    record_payment(order.number, Decimal("52.00"), by=CLI)

    assert answers("payments", "pay-back", order.number)["entry"]["paid_delta"] == "-2.00"
    assert shopctl("payments", "pay-back", order.number, "5.00").exit_code == 1
    told = answers("payments", "pay-back", order.number, "5.00", "--allowance", "came late")

    assert (told["order"]["due"], told["order"]["credited"]) == ("0.00", "5.00")


def test_an_entry_is_moved_and_reversed_and_a_balance_written_off(order: Order, answers: Answers) -> None:
    other = place({"TEA": 1})
    entry = record_payment(order.number, Decimal("25.00"), by=CLI).entry

    moved = answers("payments", "move", entry.pk, other.number)["moved"]
    assert moved["order"]["due"] == "0.00"
    told = answers("payments", "reverse", moved["entry"]["id"], "--reason", "bounced")
    assert told["order"]["due"] == "25.00"
    told = answers("payments", "write-off", other.number, "--reason", "lost")
    assert (told["order"]["waived"], told["order"]["payment"]) == ("25.00", "nothing_to_pay")
    assert len(answers("payments", "history", other.number)) == 3
    assert len(answers("payments", "history", "--live")) == 1


def test_money_that_the_bank_took_back_is_due_again(order: Order, answers: Answers) -> None:
    record_payment(order.number, Decimal("50.00"), by=CLI)

    assert answers("payments", "chargeback", order.number, "50.00")["order"]["payment"] == "to_pay"


def test_an_allowance_is_granted_for_some_lines(order: Order, answers: Answers) -> None:
    told = answers("orders", "allow", order.number, "5.00", "--reason", "scratched", "--sku", "tea")

    assert told["allowance"]["lines"] == [{"sku": "TEA", "amount": "5.00"}]
    assert told["order"]["due"] == "45.00"


def test_orders_are_listed_by_how_far_they_are_paid(order: Order, answers: Answers, shopctl: Shopctl) -> None:
    paid = place({"TEA": 1})
    record_payment(paid.number, Decimal("25.00"), by=CLI)

    assert [row["number"] for row in answers("payments", "list", "--state", "to-pay")] == [order.number]
    assert [row["number"] for row in answers("payments", "list", "--state", "paid")] == [paid.number]
    assert shopctl("payments", "list", "--state", "overdue", "--fail-if-empty").exit_code == 3


def test_a_role_that_may_not_is_refused(order: Order, shopctl: Shopctl) -> None:
    make_user("wanda@example.com", role="Warehouse")

    result = shopctl("payments", "record", order.number, "1.00", "--as", "wanda@example.com")

    assert result.exit_code == 1
    assert not PaymentEntry.objects.exists()


@pytest.mark.parametrize("words", [["--value-date", "soon"], ["--method", "gold"]])
def test_what_cannot_be_read_is_wrong_use(order: Order, shopctl: Shopctl, words: list[str]) -> None:
    assert shopctl("payments", "record", order.number, "1.00", *words).exit_code == 2


def test_the_audit_is_content_until_something_is_changed_behind_its_back(
    order: Order, shopctl: Shopctl
) -> None:
    record_payment(order.number, Decimal("20.00"), by=CLI)
    assert shopctl("payments", "audit").exit_code == 0

    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_order SET paid = 21")
    result = shopctl("payments", "audit")

    assert result.exit_code == 4
    assert f"{order.number}\tpaid" in result.stdout
