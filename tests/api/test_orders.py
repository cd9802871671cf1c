from decimal import Decimal

import pytest

from backoffice import throttling
from catalog.models import StockMovement
from orders.lifecycle import ship_order
from orders.models import Order, OrderEvent
from tests.api.client import Api, assert_problem
from tests.factories import CLI, make_product, make_promo_code, make_shopper, make_user, place

pytestmark = pytest.mark.django_db

ADDRESS = {"name": "Theo Jansen", "line1": "Seeweg 56", "city": "Köln", "postcode": "50667", "country": "de"}


def basket(*lines, **more):
    named = [{"sku": sku, "quantity": quantity} for sku, quantity in lines]
    return {"lines": named, "shipping_address": ADDRESS, **more}


def test_a_customer_places_an_order_and_gets_all_of_it_back():
    make_product("71053", on_hand=10, price="3.39", name="WHITE METAL LANTERN")
    make_promo_code("WELCOME10", percent_off="10")
    shopper = make_shopper("ada@example.com")

    response = Api(shopper).post("orders", basket(("71053", 3), promo_code="welcome10", note="Ring twice"))

    order = Order.objects.get()
    assert response.status_code == 201
    assert response["Location"] == f"/api/v1/orders/{order.number}"
    content = response.json()
    explanation = content.pop("explanation")
    assert content == {
        "number": order.number,
        "status": "pending",
        "email": "ada@example.com",
        "currency": "EUR",
        "subtotal": "10.17",
        "discount": "1.02",
        "shipping": "0.00",
        "total": "9.15",
        "refunded": "0.00",
        "units": 3,
        "promo": {
            "code": "WELCOME10",
            "applied": True,
            "discount": "1.02",
            "reason": None,
            "reason_code": None,
        },
        "placed_at": order.placed_at.isoformat().replace("+00:00", "Z"),
        "version": 1,
        "lines": [
            {
                "sku": "71053",
                "name": "WHITE METAL LANTERN",
                "unit_price": "3.39",
                "quantity": 3,
                "subtotal": "10.17",
                "discount": "1.02",
                "shipped": 0,
                "delivered": 0,
                "cancelled": 0,
                "returned": 0,
                "total": "9.15",
            }
        ],
        "shipments": [],
        "shipping_address": {**ADDRESS, "country": "DE", "line2": "", "region": "", "phone": ""},
        "note": "Ring twice",
        "source": "api",
        "updated_at": order.updated_at.isoformat().replace("+00:00", "Z"),
    }
    assert [(step["step"], step["amount"]) for step in explanation][:3] == [
        ("line", "10.17"),
        ("subtotal", "10.17"),
        ("promo", "-1.02"),
    ]
    assert Api(shopper).get(f"orders/{order.number}").content == response.content


def test_a_quote_has_the_same_money_and_writes_nothing():
    make_product("71053", on_hand=10, price="3.39")
    make_promo_code("WELCOME10", percent_off="10")

    response = Api(make_shopper()).post(
        "orders/quote", {"lines": [{"sku": "71053", "quantity": 3}], "promo_code": "WELCOME10"}
    )

    content = response.json()
    assert response.status_code == 200
    assert {name: content[name] for name in ("subtotal", "discount", "shipping", "total", "currency")} == {
        "subtotal": "10.17",
        "discount": "1.02",
        "shipping": "0.00",
        "total": "9.15",
        "currency": "EUR",
    }
    assert content["promo"]["applied"] is True
    assert content["lines"][0]["total"] == "9.15"
    assert not Order.objects.exists()


def test_every_line_that_cannot_be_had_is_named_and_nothing_is_written():
    make_product("71053", on_hand=3)
    make_product("22423", on_hand=1)
    movements = StockMovement.objects.count()

    response = Api(make_shopper()).post("orders", basket(("71053", 5), ("22423", 1), ("22423", 1)))

    content = assert_problem(response, 409, "insufficient_stock", "/lines/0", "/lines/1")
    assert content["errors"][0] == {
        "pointer": "/lines/0",
        "code": "insufficient_stock",
        "detail": "Only 3 of 71053 are available; 5 were asked for.",
        "sku": "71053",
        "wanted": 5,
        "available": 3,
    }
    assert (Order.objects.count(), StockMovement.objects.count()) == (0, movements)


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        (b'{"lines": [', 400, "bad_request", None),
        (b"", 422, "validation", ""),
        (b"[]", 422, "validation", ""),
        (b'"text"', 422, "validation", ""),
        (b"null", 422, "validation", ""),
        (b'{"lines": NaN}', 400, "bad_request", None),
        (b"\xff\xfe", 400, "bad_request", None),
        (b"[" * 100_000, 400, "bad_request", None),
        (basket(), 422, "empty_order", None),
        ({"shipping_address": ADDRESS}, 422, "validation", "/lines"),
        (basket(("71053", 0)), 422, "validation", "/lines/0/quantity"),
        (basket(("71053", -1)), 422, "validation", "/lines/0/quantity"),
        (basket(("71053", 10**12)), 422, "validation", "/lines/0/quantity"),
        (basket(("71053", 10**400)), 422, "validation", "/lines/0/quantity"),
        (basket(("71053", 1.5)), 422, "validation", "/lines/0/quantity"),
        (basket(("71053", "1")), 422, "validation", "/lines/0/quantity"),
        (basket(("71053", True)), 422, "validation", "/lines/0/quantity"),
        (basket(("71053", None)), 422, "validation", "/lines/0/quantity"),
        (basket((71053, 1)), 422, "validation", "/lines/0/sku"),
        (basket(("", 1)), 422, "validation", "/lines/0/sku"),
        (basket(("x" * 65, 1)), 422, "validation", "/lines/0/sku"),
        (basket(("71\x00053", 1)), 422, "validation", "/lines/0/sku"),
        (basket(("\ud800", 1)), 422, "validation", "/lines/0/sku"),
        (basket(("NOPE", 1)), 422, "unknown_sku", "/lines/0"),
        (basket(("INACTIVE", 1)), 422, "unknown_sku", "/lines/0"),
        (basket(*[("71053", 1)] * 501), 422, "validation", "/lines"),
        (basket(("71053", 1), total="0.01"), 422, "validation", "/total"),
        (basket(("71053", 1), status="delivered"), 422, "validation", "/status"),
        (basket(("71053", 1), note=3), 422, "validation", "/note"),
        (basket(("71053", 1), note="\x00"), 422, "validation", "/note"),
        (basket(("71053", 1)) | {"shipping_address": None}, 422, "validation", "/shipping_address"),
        (
            basket(("71053", 1)) | {"shipping_address": {**ADDRESS, "country": "Germany"}},
            422,
            "validation",
            None,
        ),
        (basket(("71053", 1)) | {"shipping_address": {**ADDRESS, "name": " "}}, 422, "validation", None),
        ({"lines": [{"sku": "71053", "quantity": 1, "price": "0.01"}]}, 422, "validation", None),
        (basket(("71053", 1), promo_code="NOPE"), 422, "promo_not_usable", None),
        (basket(("71053", 1), promo_code="\x00"), 422, "validation", "/promo_code"),
    ],
)
def test_a_faulty_order_is_refused_with_a_clear_problem_and_nothing_is_written(body, status, code, pointer):
    make_product("71053", on_hand=10)
    make_product("INACTIVE", on_hand=10, is_active=False)
    movements = StockMovement.objects.count()

    response = Api(make_shopper()).post("orders", body)

    assert_problem(response, status, code, *([] if pointer is None else [pointer]))
    assert (Order.objects.count(), StockMovement.objects.count()) == (0, movements)


def test_the_place_of_a_fault_is_told_as_a_pointer_in_the_body():
    body = basket(("71053", 1), colour="red")
    body["shipping_address"] = {**ADDRESS, "na/me~": "x", "country": 3}

    content = assert_problem(Api(make_shopper()).post("orders", body), 422, "validation")

    assert {error["pointer"]: error["code"] for error in content["errors"]} == {
        "/shipping_address/country": "string_type",
        "/shipping_address/na~1me~0": "unknown_field",
        "/colour": "unknown_field",
    }


@pytest.mark.parametrize("more", [{"email": "somebody@else.example"}, {"shipping_fee": "0.00"}])
@pytest.mark.parametrize("door", ["orders", "orders/quote"])
def test_a_customer_orders_neither_for_others_nor_at_another_fee(more, door):
    make_product("71053", on_hand=10)

    response = Api(make_shopper()).post(door, basket(("71053", 1), **more))

    assert_problem(response, 403, "forbidden", f"/{next(iter(more))}")
    assert not Order.objects.exists()


def test_support_orders_for_a_guest_at_another_fee():
    make_product("71053", on_hand=10, price="3.39")

    response = Api(make_user(role="Support")).post(
        "orders", basket(("71053", 1), email="guest@example.com", shipping_fee="4.90")
    )

    assert response.json()["email"] == "guest@example.com"
    assert response.json()["total"] == "8.29"
    assert Order.objects.get().customer.email == "guest@example.com"


def test_customers_see_their_own_orders_only():
    make_product("71053", on_hand=10)
    ada, bob = make_shopper("ada@example.com"), make_shopper("bob@example.com")
    order = place({"71053": 1}, customer=ada.customer)

    assert Api(ada).get(f"orders/{order.number}").status_code == 200
    assert [item["number"] for item in Api(ada).get("orders").json()["items"]] == [order.number]
    assert Api(bob).get("orders").json()["items"] == []
    for path in ("", "/events"):
        assert_problem(Api(bob).get(f"orders/{order.number}{path}"), 404, "unknown_order")
    assert_problem(Api(bob).post(f"orders/{order.number}/cancel"), 404, "unknown_order")
    for action in ("ship", "deliver", "return", "comments"):
        body = {"text": "x"} if action == "comments" else {"lines": []} if action == "return" else {}
        assert_problem(Api(bob).post(f"orders/{order.number}/{action}", body), 403, "forbidden")
    assert_problem(Api(bob).patch(f"orders/{order.number}", {"note": "mine"}), 403, "forbidden")
    order.refresh_from_db()
    assert order.version == 1


def test_staff_who_may_not_see_customers_do_not():
    make_product("71053", on_hand=10)
    order = place({"71053": 1}, customer=make_shopper("ada@example.com").customer)
    marketing = Api(make_user(role="Marketing"))

    content = marketing.get(f"orders/{order.number}").json()

    assert (content["email"], content["shipping_address"], content["total"]) == (None, None, "3.39")
    for query in ("email=ada@example.com", "q=ada"):
        assert marketing.get(f"orders?{query}").json()["items"] == []


def test_a_customer_cancels_while_nothing_has_shipped():
    make_product("71053", on_hand=10)
    shopper = make_shopper()
    order = place({"71053": 3}, customer=shopper.customer)

    response = Api(shopper).post(f"orders/{order.number}/cancel", {"reason": "Changed my mind"})

    content = response.json()
    assert (content["status"], content["lines"][0]["cancelled"], content["refunded"]) == (
        "cancelled",
        3,
        "10.17",
    )
    assert Api().get("products/71053").json()["stock"] == 10


def test_a_customer_cannot_cancel_what_has_begun_to_ship():
    make_product("71053", on_hand=10)
    shopper = make_shopper()
    order = place({"71053": 3}, customer=shopper.customer)
    ship_order(order.number, by=CLI, lines={"71053": 1})

    assert_problem(Api(shopper).post(f"orders/{order.number}/cancel"), 409, "illegal_transition")

    order.refresh_from_db()
    assert order.status == "partially_shipped"


def test_staff_without_the_right_cannot_cancel():
    make_product("71053", on_hand=10)
    order = place({"71053": 3})

    assert_problem(Api(make_user(role="Warehouse")).post(f"orders/{order.number}/cancel"), 403, "forbidden")


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
        "shipped_at": None,
        "delivered_at": None,
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
    assert (returned["lines"][0]["returned"], returned["refunded"]) == (1, "3.39")
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
        ("total__gte=4&total__lte=6", [1]),
        ("discount__gte=0.5", [2]),
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
    with django_assert_num_queries(6):
        assert len(api.get(f"orders?fields={fields}").json()["items"]) == 1
    for _ in range(2):
        ship_order(place({"71053": 2}).number, by=CLI)
    with django_assert_num_queries(6):
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
