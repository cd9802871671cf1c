"""What happens to orders through the API, and how they are listed."""

from decimal import Decimal

import pytest

from backoffice.requests import throttling
from orders.fulfilment.lifecycle import ship_order
from orders.models import Order, OrderEvent
from tests.contract.client import Api, assert_problem
from tests.factories import CLI, make_product, make_promo_code, make_shopper, make_user, place
from tests.orders.api.test_orders import ADDRESS, basket

pytestmark = pytest.mark.django_db


def test_an_order_is_shipped_in_parts_delivered_and_returned():
    make_product("71053", on_hand=10)
    make_product("22423", on_hand=10)
    order = place({"71053": 3, "22423": 1})
    warehouse = Api(make_user(role="Warehouse"))

    first = warehouse.post(
        f"orders/{order.number}/ship",
        {"lines": [{"sku": "71053", "quantity": 1}, {"sku": "71053", "quantity": 1}], "carrier": "DHL"},
    ).json()
    assert (first["status"], first["lines"][0]["shipped"]) == ("partially_shipped", 2)
    assert first["shipments"][0] | {"shipped_at": None} == {
        "reference": f"{order.number}-S1",
        "carrier": "DHL",
        "tracking_number": "",
        "shipping_address": order.shipping_address | {"country_name": "Germany"},
        "shipped_at": None,
        "delivered_at": None,
        "undone_at": None,
        "lines": [{"sku": "71053", "quantity": 2}],
    }
    second = warehouse.post(f"orders/{order.number}/ship").json()
    assert (second["status"], len(second["shipments"])) == ("shipped", 2)
    one = warehouse.post(f"orders/{order.number}/deliver", {"shipment": f"{order.number}-S1"}).json()
    assert (one["status"], [each["delivered_at"] is None for each in one["shipments"]]) == (
        "shipped",
        [False, True],
    )
    assert warehouse.post(f"orders/{order.number}/deliver", b"").json()["status"] == "delivered"
    returned = warehouse.post(
        f"orders/{order.number}/return", {"lines": [{"sku": "71053", "quantity": 1, "restock": False}]}
    ).json()
    assert (returned["lines"][0]["returned"], returned["credited"]) == (1, "3.39")
    assert returned["version"] == 6
    assert_problem(warehouse.post(f"orders/{order.number}/ship"), 409, "illegal_transition")


def test_what_is_not_in_the_order_cannot_be_shipped():
    make_product("71053", on_hand=10)
    order = place({"71053": 3})
    lines = [{"sku": "71053", "quantity": 4}, {"sku": "NOPE", "quantity": 1}]

    response = Api(make_user(role="Warehouse")).post(f"orders/{order.number}/ship", {"lines": lines})

    assert_problem(response, 422, "validation", "/lines/0", "/lines/1")
    assert not order.shipments.exists()


def test_support_edits_address_and_note_unless_somebody_was_faster():
    make_product("71053", on_hand=10)
    order = place({"71053": 3})
    support = Api(make_user(role="Support"))
    etag = support.get(f"orders/{order.number}")["ETag"]

    changed = support.patch(
        f"orders/{order.number}", {"shipping_address": ADDRESS, "note": "Now"}, If_Match=etag
    )
    stale = support.patch(f"orders/{order.number}", {"note": "Then"}, If_Match=etag)

    assert (changed.json()["note"], changed.json()["version"]) == ("Now", 2)
    assert_problem(stale, 412, "stale")
    assert Order.objects.get().note == "Now"
    assert_problem(support.patch(f"orders/{order.number}", {"note": None}), 422, "validation", "/note")
    assert_problem(support.patch(f"orders/{order.number}", {"note": "x"}, If_Match="1"), 422, "validation")


def test_the_timeline_tells_customers_less_than_colleagues():
    make_product("71053", on_hand=10)
    shopper, support = make_shopper(), make_user(role="Support")
    order = place({"71053": 1}, customer=shopper.customer)
    comment = Api(support).post(f"orders/{order.number}/comments", {"text": "Difficult customer"})
    Api(support).post(f"orders/{order.number}/ship")

    for_staff = Api(support).get(f"orders/{order.number}/events").json()["items"]
    for_customer = Api(shopper).get(f"orders/{order.number}/events").json()["items"]

    assert comment.status_code == 201
    assert comment.json()["actor"] == support.email
    assert [(event["kind"], event["actor"]) for event in for_staff] == [
        ("shipped", support.email),
        ("comment", support.email),
        ("placed", "System"),
    ]
    assert [(event["kind"], event["actor"]) for event in for_customer] == [
        ("shipped", "Backoffice"),
        ("placed", "Backoffice"),
    ]
    assert OrderEvent.objects.count() == 3


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [2, 1, 0]),
        ("q={0.number}", [0]),
        ("q=ada", [0]),
        ("status=pending", [2, 1]),
        ("status=shipped&status=pending", [2, 1, 0]),
        ("email=ADA@example.com", [0]),
        ("promo_code=ten", [2]),
        ("total_gte=4&total_lte=6", [1]),
        ("discount_gte=0.5", [2]),
        ("placed_after=2100-01-01T00:00:00Z", []),
        ("placed_before=2100-01-01T00:00:00Z&ordering=total", [0, 1, 2]),
    ],
)
def test_orders_are_filtered_and_ordered(query, found):
    make_product("71053", on_hand=100, price="1.00")
    make_promo_code("TEN", percent_off="10")
    orders = [
        place({"71053": 1}, customer=make_shopper("ada@example.com").customer),
        place({"71053": 5}),
        place({"71053": 10}, promo_code="TEN"),
    ]
    ship_order(orders[0].number, by=CLI)

    items = Api(make_user(role="Support")).get(f"orders?{query.format(*orders)}").json()["items"]

    assert [item["number"] for item in items] == [orders[index].number for index in found]


def test_a_list_of_orders_costs_the_same_number_of_queries_whatever_its_length(django_assert_num_queries):
    make_product("71053", on_hand=100)
    api = Api(make_user(role="Viewer"))
    fields = "number,lines,shipments,promo,shipping_address"
    ship_order(place({"71053": 2}).number, by=CLI)
    # The token's user, the role's permissions twice, and orders, lines, shipments.
    with django_assert_num_queries(5):
        assert len(api.get(f"orders?fields={fields}").json()["items"]) == 1
    for _ in range(2):
        ship_order(place({"71053": 2}).number, by=CLI)
    with django_assert_num_queries(5):
        items = api.get(f"orders?fields={fields}").json()["items"]
    assert [(len(item["lines"]), len(item["shipments"])) for item in items] == [(1, 1)] * 3


def test_a_promo_code_that_cannot_be_used_is_told_by_a_quote_and_refuses_an_order():
    make_product("71053", on_hand=10, price="1.00")
    make_promo_code("PAUSED", is_paused=True)
    make_promo_code("BIG", minimum_spend=Decimal("100.00"))
    shopper, support = Api(make_shopper()), Api(make_user(role="Support"))

    answers = [
        shopper.post("orders/quote", basket(("71053", 1), promo_code=code)).json()
        for code in ("PAUSED", "NOPE")
    ]
    assert answers[0] == answers[1]
    assert answers[0]["promo"] == {
        "code": "",
        "applied": False,
        "discount": "0.00",
        "reason": "This promo code cannot be used.",
        "reason_code": "not_usable",
    }
    told = shopper.post("orders/quote", basket(("71053", 1), promo_code="BIG")).json()["promo"]
    assert (told["code"], told["reason_code"]) == ("BIG", "minimum_spend")
    real = support.post("orders/quote", basket(("71053", 1), promo_code="PAUSED")).json()["promo"]
    assert (real["code"], real["reason"], real["reason_code"]) == ("PAUSED", "PAUSED is paused.", "paused")

    refusals = [
        shopper.post("orders", basket(("71053", 1), promo_code=code)).json() | {"request_id": ""}
        for code in ("PAUSED", "NOPE")
    ]
    assert refusals[0] == refusals[1]
    assert refusals[0]["code"] == "promo_not_usable"
    assert not Order.objects.exists()


def test_codes_cannot_be_guessed_faster_than_ten_a_minute(monkeypatch):
    # No minute ends in the middle of the test.
    monkeypatch.setattr(throttling, "time", lambda: 1_800_000_000.0)
    make_product("71053", on_hand=10)
    make_promo_code("GOOD")
    api = Api(make_shopper())

    good = [api.post("orders/quote", basket(("71053", 1), promo_code="good")).status_code for _ in range(15)]
    guesses = [
        api.post(("orders", "orders/quote")[guess % 2], basket(("71053", 1), promo_code=f"GUESS{guess}"))
        for guess in range(20)
    ]

    assert good == [200] * 15
    assert sum(guess.status_code == 429 for guess in guesses) >= 11
    assert_problem(guesses[-1], 429, "throttled")
    assert int(guesses[-1]["Retry-After"]) > 0
