"""PATCH and undo of a shipment, the mails of an order, and what a return may give back."""

from decimal import Decimal
from typing import Any

import pytest

from backoffice.outbox.delivery import deliver_due
from backoffice.outbox.models import EmailMessage
from catalog.models import Product
from orders.fulfilment.lifecycle import ship_order
from orders.models import Order, Shipment
from tests.contract.client import Api, assert_problem
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def number() -> str:
    make_product("A", on_hand=9, price="10.00", barcode="4006381333931")
    number = str(place({"A": 3}, shipping_fee=Decimal("4.90")).number)
    ship_order(number, by=CLI, lines={"A": 2}, carrier="DHL", tracking_number="0034")
    return number


@pytest.fixture
def warehouse() -> Api:
    return Api(make_user(role="Warehouse"))


def test_a_shipment_is_corrected(warehouse: Api, number: str) -> None:
    seen = warehouse.get(f"orders/{number}")["ETag"]
    answer = warehouse.patch(f"orders/{number}/shipments/{number}-S1", {"tracking_number": "0035"})
    [shipment] = answer.json()["shipments"]
    assert (shipment["carrier"], shipment["tracking_number"], shipment["undone_at"]) == ("DHL", "0035", None)
    assert EmailMessage.objects.filter(template="shipment_corrected").count() == 1
    stale = warehouse.patch(f"orders/{number}/shipments/{number}-S1", {"carrier": "UPS"}, If_Match=seen)
    assert_problem(stale, 412, "stale")


def test_in_silence_if_asked(warehouse: Api, number: str) -> None:
    warehouse.patch(f"orders/{number}/shipments/{number}-S1", {"carrier": "UPS", "notify": False})
    warehouse.post(f"orders/{number}/shipments/{number}-S1/undo", {"notify": False})
    assert not EmailMessage.objects.filter(template__startswith="shipment_").exists()


@pytest.mark.parametrize("wrong", ["A", " a ", "4006381333931", "{number}", "4.0064E+12"])
def test_what_is_no_tracking_number_is_refused(warehouse: Api, number: str, wrong: str) -> None:
    body = {"tracking_number": wrong.format(number=number)}
    for method, path in (("PATCH", f"/shipments/{number}-S1"), ("POST", "/ship")):
        answer = warehouse.send(method, f"orders/{number}{path}", body)
        assert assert_problem(answer, 422, "validation")["errors"][0]["pointer"] == "/tracking_number"
    assert Shipment.objects.get().tracking_number == "0034"


def test_a_shipment_that_never_left_is_undone_once_per_key(warehouse: Api, number: str) -> None:
    path = f"orders/{number}/shipments/{number}-S1/undo"
    first = warehouse.post(path, {"reason": "Missed the van"}, Idempotency_Key="k")
    again = warehouse.post(path, {"reason": "Missed the van"}, Idempotency_Key="k")

    assert first.json() == again.json()
    assert (first.json()["status"], first.json()["lines"][0]["open"]) == ("pending", 3)
    assert first.json()["shipments"][0]["undone_at"]
    assert Product.objects.values_list("on_hand", "reserved").get() == (9, 3)
    assert_problem(warehouse.post(path), 409, "illegal_transition")


def test_unknown_shipments_are_not_found(warehouse: Api, number: str) -> None:
    for answer in (
        warehouse.patch(f"orders/{number}/shipments/B-9-S1", {"carrier": "UPS"}),
        warehouse.post(f"orders/{number}/shipments/nope/undo"),
    ):
        assert_problem(answer, 404, "unknown_shipment")


def test_where_a_parcel_went_is_told_to_whoever_may_know_the_customer(number: str) -> None:
    Order.objects.update(ship_line1="Hafenstr. 1")
    for role, told in (("Warehouse", "Seeweg 56"), ("Marketing", None)):
        [shipment] = Api(make_user(role=role)).get(f"orders/{number}").json()["shipments"]
        address = shipment["shipping_address"]
        assert (address and address["line1"]) == told


def test_one_line_is_half_restocked_half_written_off_with_the_fee(warehouse: Api, number: str) -> None:
    halves = [{"sku": "A", "quantity": 1}, {"sku": "A", "quantity": 1, "restock": False}]
    answer = warehouse.post(f"orders/{number}/return", {"lines": halves, "shipping_credit": "4.90"}).json()
    assert (answer["credited"], answer["lines"][0]["returned"]) == ("24.90", 2)
    assert Product.objects.get().on_hand == 8


@pytest.mark.parametrize("amount", ["4.91", "-0.01", "x", "1.001"])
def test_no_more_shipping_is_given_back_than_was_charged(warehouse: Api, number: str, amount: str) -> None:
    body = {"lines": [{"sku": "A", "quantity": 1}], "shipping_credit": amount}
    refused = assert_problem(warehouse.post(f"orders/{number}/return", body), 422, "validation")
    assert refused["errors"][0]["pointer"].endswith("/shipping_credit")
    assert Order.objects.get().credited == 0


def test_the_mails_of_an_order_are_listed_and_one_sent_again(number: str, mailoutbox: Any) -> None:
    deliver_due()
    support = Api(make_user(role="Support"))
    listed = support.get(f"orders/{number}/emails").json()["items"]
    assert [(mail["template"], mail["state"]) for mail in listed] == [
        ("order_shipped", "sent"),
        ("order_placed", "sent"),
    ]
    path = f"orders/{number}/emails/{listed[1]['id']}/send-again"
    first = support.post(path, Idempotency_Key="call-4711")
    again = support.post(path, Idempotency_Key="call-4711")
    assert (first.status_code, first.json()) == (201, again.json())
    assert EmailMessage.objects.filter(about=number, template="order_placed").count() == 2
    for unknown in (0, 10**40, listed[0]["id"] + 1_000):
        assert_problem(support.post(f"orders/{number}/emails/{unknown}/send-again"), 404, "unknown_email")
