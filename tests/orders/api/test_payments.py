"""Payments through the API: recording, paying back, correcting, and who may see what."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from orders.fulfilment.lifecycle import cancel_order
from orders.models import Order, PaymentEntry
from orders.payments.details import PaymentDetails
from orders.payments.recording import record_payment
from tests.contract.client import Api, assert_problem
from tests.factories import CLI, make_product, make_shopper, make_user, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    """Of 50.00, nothing paid."""
    make_product("TEA", on_hand=20, price="25.00")
    return place({"TEA": 2})


@pytest.fixture
def manager() -> Api:
    return Api(make_user(role="Manager"))


def test_a_payment_is_recorded_and_the_balance_told(order: Order, manager: Api) -> None:
    body = {
        "kind": "payment",
        "amount": "55.00",
        "method": "bank_transfer",
        "reference": "NTRF 4711",
        "value_date": "2026-11-30",
    }

    told = manager.post(f"orders/{order.number}/payments", body).json()

    assert told["entry"] | {"id": 0, "at": "", "actor": ""} == {
        "id": 0,
        "order": order.number,
        "kind": "payment",
        "paid_delta": "55.00",
        "waived_delta": "0.00",
        "paid_after": "55.00",
        "waived_after": "0.00",
        "method": "bank_transfer",
        "provider": "",
        "reference": "NTRF 4711",
        "settles": "",
        "reverses": None,
        "reversed_by": None,
        "value_date": "2026-11-30",
        "note": "",
        "actor": "",
        "source": "api",
        "at": "",
    }
    assert told["order"] == {
        "number": order.number,
        "total": "50.00",
        "credited": "0.00",
        "net": "50.00",
        "paid": "55.00",
        "waived": "0.00",
        "due": "-5.00",
        "payment": "to_pay_back",
    }
    assert told["overpaid_by"] == "5.00"


def test_the_same_reference_is_refused_with_the_order_that_has_it(order: Order, manager: Api) -> None:
    record_payment(order.number, Decimal("20.00"), PaymentDetails(reference="X1"), by=CLI)
    other = place({"TEA": 1})

    answer = manager.post(f"orders/{other.number}/payments", {"amount": "20.00", "reference": "x1"})

    problem = assert_problem(answer, 409, "already_recorded")
    assert problem["errors"][0]["order"] == order.number


def test_a_request_sent_twice_is_recorded_once(order: Order, manager: Api) -> None:
    first, second = (
        manager.post(f"orders/{order.number}/payments", {"amount": "20.00"}, Idempotency_Key="pay-1")
        for _each in range(2)
    )

    assert (first.status_code, first.json()) == (201, second.json())
    assert PaymentEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"amount": "0.00"}, "/amount"),
        ({"amount": "1.001"}, "/amount"),
        ({"amount": "-1.00"}, "/amount"),
        ({"amount": "10000000000.00"}, "/amount"),
        ({}, "/amount"),
        ({"amount": "1.00", "method": "gold"}, "/method"),
        ({"amount": "1.00", "reference": "x" * 121}, "/reference"),
        ({"amount": "1.00", "reference": "a\0b"}, "/reference"),
        ({"amount": "1.00", "value_date": "1999-12-31"}, "/value_date"),
        ({"amount": "1.00", "value_date": str(timezone.localdate() + timedelta(days=2))}, "/value_date"),
        ({"amount": "1.00", "allowance": {"reason": "Late"}}, "/allowance"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(
    order: Order, manager: Api, body: dict[str, Any], pointer: str
) -> None:
    problem = assert_problem(manager.post(f"orders/{order.number}/payments", body), 422, "validation")

    assert pointer in [error["pointer"] for error in problem["errors"]]
    assert not PaymentEntry.objects.exists()


def test_what_is_owed_is_paid_back_and_more_only_as_an_allowance(order: Order, manager: Api) -> None:
    record_payment(order.number, Decimal("50.00"), by=CLI)
    address = f"orders/{order.number}/payments"
    assert_problem(manager.post(address, {"kind": "refund", "amount": "5.00"}), 409, "more_than_owed")
    assert_problem(manager.post(address, {"kind": "refund", "amount": "50.01"}), 409, "more_than_paid")
    cancel_order(order.number, lines={"TEA": 1}, by=CLI)

    told = manager.post(address, {"kind": "refund"}).json()
    assert (told["entry"]["paid_delta"], told["order"]["due"]) == ("-25.00", "0.00")
    goodwill = {"kind": "refund", "amount": "5.00", "allowance": {"reason": "Came late"}}
    told = manager.post(address, goodwill).json()

    assert (told["order"]["due"], told["order"]["credited"]) == ("0.00", "30.00")
    [allowance] = manager.get(f"orders/{order.number}/allowances").json()["items"]
    assert (allowance["amount"], allowance["reason"]) == ("5.00", "Came late")


def test_the_answer_to_a_cancellation_says_what_is_owed(order: Order, manager: Api) -> None:
    record_payment(order.number, Decimal("50.00"), by=CLI)

    told = manager.post(f"orders/{order.number}/cancel", {"lines": [{"sku": "TEA", "quantity": 1}]}).json()

    assert (told["paid"], told["due"], told["payment"]) == ("50.00", "-25.00", "to_pay_back")


def test_an_entry_is_reversed_or_moved_under_its_own_order(order: Order, manager: Api) -> None:
    other = place({"TEA": 1})
    entry = record_payment(order.number, Decimal("25.00"), by=CLI).entry.pk
    elsewhere = f"orders/{other.number}/payments"
    assert_problem(manager.post(f"{elsewhere}/{entry}/reverse", {"reason": "x"}), 404, "unknown_payment")

    told = manager.post(f"orders/{order.number}/payments/{entry}/move", {"to": other.number}).json()

    assert (told["reversal"]["order"]["due"], told["moved"]["order"]["due"]) == ("50.00", "0.00")
    moved = told["moved"]["entry"]["id"]
    told = manager.post(f"{elsewhere}/{moved}/reverse", {"reason": "Bounced"}).json()
    assert (told["entry"]["reverses"], told["order"]["due"]) == (moved, "25.00")
    assert_problem(manager.post(f"{elsewhere}/{moved}/reverse", {"reason": "x"}), 409, "already_reversed")


def test_a_balance_is_written_off(order: Order, manager: Api) -> None:
    record_payment(order.number, Decimal("49.50"), by=CLI)

    told = manager.post(f"orders/{order.number}/write-off", {"reason": "Bank fee"}).json()

    assert (told["order"]["waived"], told["order"]["due"]) == ("0.50", "0.00")
    assert_problem(manager.post(f"orders/{order.number}/write-off", {"reason": "x"}), 409, "nothing_due")


def test_orders_are_listed_by_how_far_they_are_paid(order: Order, manager: Api) -> None:
    paid, late = place({"TEA": 1}), place({"TEA": 1})
    record_payment(paid.number, Decimal("25.00"), by=CLI)
    owed = place({"TEA": 1})
    record_payment(owed.number, Decimal("26.00"), by=CLI)
    Order.objects.filter(pk=late.pk).update(payment_due_on=timezone.localdate() - timedelta(days=1))

    def numbers(query: str) -> list[str]:
        return [each["number"] for each in manager.get(f"orders?{query}").json()["items"]]

    assert numbers("payment=to_pay") == [late.number, order.number]
    assert numbers("payment=paid") == [paid.number]
    assert numbers("payment=to_pay_back") == numbers("due_lte=-0.01") == [owed.number]
    assert numbers("payment=overdue") == [late.number]
    assert numbers("due_gte=30") == [order.number]


def test_all_entries_are_listed_and_narrowed(order: Order, manager: Api) -> None:
    first = record_payment(order.number, Decimal("20.00"), by=CLI).entry
    card = record_payment(order.number, Decimal("30.00"), PaymentDetails(method="card"), by=CLI).entry
    manager.post(f"orders/{order.number}/payments/{first.pk}/reverse", {"reason": "Bounced"})

    def ids(query: str) -> list[int]:
        return [each["id"] for each in manager.get(f"payments?{query}").json()["items"]]

    assert len(ids("")) == 3
    assert ids("live=true") == ids("method=card") == [card.pk]
    assert ids("kind=payment&ordering=id") == [first.pk, card.pk]
    assert ids(f"value_date_gte={timezone.localdate() + timedelta(days=1)}") == []


def test_customers_see_their_own_money_without_authors_and_notes() -> None:
    shopper = make_shopper()
    make_product("TEA", on_hand=20, price="25.00")
    order = place({"TEA": 2}, customer=shopper.customer)
    record_payment(order.number, Decimal("20.00"), PaymentDetails(note="Rang twice"), by=CLI)
    api = Api(shopper)

    told = api.get(f"orders/{order.number}").json()
    [entry] = api.get(f"orders/{order.number}/payments").json()["items"]
    events = api.get(f"orders/{order.number}/events").json()["items"]

    assert (told["paid"], told["due"], told["payment"]) == ("20.00", "30.00", "part_paid")
    assert entry["paid_delta"] == "20.00"
    assert (entry["note"], entry["actor"], entry["source"]) == (None, None, None)
    assert events[0]["kind"] == "payment_recorded"
    assert "Rang twice" not in str(events)
    assert_problem(Api(make_shopper()).get(f"orders/{order.number}/payments"), 404, "unknown_order")
    assert_problem(api.post(f"orders/{order.number}/payments", {"amount": "1.00"}), 403, "forbidden")


@pytest.mark.parametrize(
    ("role", "state", "ledger"),
    [
        ("Manager", True, 200),
        ("Support", True, 200),
        ("Warehouse", True, 403),
        ("Marketing", False, 403),
        ("Viewer", False, 403),
    ],
)
def test_a_role_sees_the_state_the_ledger_or_nothing(
    order: Order, role: str, state: bool, ledger: int
) -> None:
    record_payment(order.number, Decimal("20.00"), by=CLI)
    api = Api(make_user(role=role))

    told = api.get(f"orders/{order.number}").json()
    events = {each["kind"] for each in api.get(f"orders/{order.number}/events").json()["items"]}

    shown = {"paid": "20.00", "waived": "0.00", "due": "30.00", "payment": "part_paid"}
    hidden = dict.fromkeys(shown)
    assert {name: told[name] for name in hidden} == (shown if state else hidden)
    assert api.get(f"orders/{order.number}/payments").status_code == ledger
    assert api.get("payments").status_code == ledger
    assert api.get("orders?payment=paid").status_code == (200 if state else 403)
    assert api.get("orders?ordering=-due").status_code == (200 if state else 403)
    assert ("payment_recorded" in events) is (ledger == 200)


def test_entries_are_found_by_order_and_reference(order: Order, manager: Api) -> None:
    entry = record_payment(order.number, Decimal("1.00"), PaymentDetails(reference="NTRF 4711"), by=CLI).entry
    record_payment(place({"TEA": 1}).number, Decimal("1.00"), by=CLI)

    for query in ("reference=ntrf%204711", f"order={order.number.lower()}"):
        assert [each["id"] for each in manager.get(f"payments?{query}").json()["items"]] == [entry.pk]


def test_a_customer_learns_no_number_of_somebody_elses_order() -> None:
    make_product("TEA", on_hand=20, price="25.00")
    mine, theirs = make_shopper(), make_shopper()
    first, second = (place({"TEA": 1}, customer=each.customer) for each in (mine, theirs))
    entry = record_payment(first.number, Decimal("25.00"), by=CLI).entry
    Api(make_user(role="Manager")).post(
        f"orders/{first.number}/payments/{entry.pk}/move", {"to": second.number, "reason": "Wrong Miller"}
    )

    for user, own, other in ((mine, first, second), (theirs, second, first)):
        events = str(Api(user).get(f"orders/{own.number}/events").json())
        entries = str(Api(user).get(f"orders/{own.number}/payments").json())
        assert other.number not in events + entries
        assert "Miller" not in events + entries


@pytest.mark.parametrize(("verb", "body"), [("reverse", {"reason": "x"}), ("move", {"to": "OTHER"})])
def test_a_stale_correction_is_refused(order: Order, manager: Api, verb: str, body: dict[str, Any]) -> None:
    body = {name: place({"TEA": 1}).number if value == "OTHER" else value for name, value in body.items()}
    seen = manager.get(f"orders/{order.number}")["ETag"]
    entry = record_payment(order.number, Decimal("1.00"), by=CLI).entry.pk

    answer = manager.post(f"orders/{order.number}/payments/{entry}/{verb}", body, If_Match=seen)

    assert_problem(answer, 412, "stale")
