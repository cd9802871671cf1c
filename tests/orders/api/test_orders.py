import time

import pytest

from backoffice.models import IdempotencyRecord
from catalog.models import StockMovement
from orders.fulfilment.lifecycle import ship_order
from orders.models import Order
from tests.contract.client import Api, assert_problem
from tests.counts import forget_counts
from tests.factories import CLI, make_product, make_promo_code, make_shopper, make_user, place

HOUR = 60 * 60
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
        "credited": "0.00",
        "net": "9.15",
        "paid": "0.00",
        "waived": "0.00",
        "due": "9.15",
        "payment": "to_pay",
        "payment_due_on": None,
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
                "credited": "0.00",
                "allowed": "0.00",
                "shipped": 0,
                "delivered": 0,
                "cancelled": 0,
                "returned": 0,
                "open": 3,
                "total": "9.15",
            }
        ],
        "shipments": [],
        "shipping_address": {
            **ADDRESS,
            "country": "DE",
            "country_name": "Germany",
            "line2": "",
            "region": "",
            "phone": "",
        },
        "note": "Ring twice",
        "source": "api",
        "updated_at": order.updated_at.isoformat().replace("+00:00", "Z"),
        "origin": "shop",
        "external_number": "",
        "language": "",
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
        "in": "body",
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


@pytest.mark.parametrize("role", ["Warehouse", "Marketing", "Viewer"])
def test_staff_without_the_right_place_no_order_for_themselves_either(role):
    make_product("71053", on_hand=10)

    assert_problem(Api(make_user(role=role)).post("orders", basket(("71053", 1))), 403, "forbidden")

    assert not Order.objects.exists()
    assert Api().get("products/71053").json()["stock"] == 10


def test_a_customer_cancels_while_nothing_has_shipped():
    make_product("71053", on_hand=10)
    shopper = make_shopper()
    order = place({"71053": 3}, customer=shopper.customer)

    response = Api(shopper).post(f"orders/{order.number}/cancel", {"reason": "Changed my mind"})

    content = response.json()
    assert (content["status"], content["lines"][0]["cancelled"], content["credited"]) == (
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


def test_what_a_customer_may_have_open_is_limited_and_a_repeated_order_counts_once(settings):
    settings.SHOP_MAX_OPEN_UNITS = 10
    make_product("71053", on_hand=100)
    api = Api(make_shopper())

    answers = [api.post("orders", basket(("71053", 10)), Idempotency_Key="first-1") for _ in range(3)]
    refused = api.post("orders", basket(("71053", 1)), Idempotency_Key="second-1")
    quoted = api.post("orders/quote", {"lines": [{"sku": "71053", "quantity": 50}]})

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    problem = assert_problem(refused, 409, "too_much_open")
    assert [(each["pointer"], each["code"]) for each in problem["errors"]] == [
        ("/lines", "too_many_open_units")
    ]
    assert quoted.status_code == 200
    assert Order.objects.count() == 1
    staff = Api(make_user(role="Support"))
    body = basket(("71053", 50), email=Order.objects.get().email)
    assert staff.post("orders", body).status_code == 201


def test_a_customer_orders_and_cancels_so_often_an_hour_and_staff_as_often_as_they_like(settings):
    settings.API_RATE_PER_MINUTE = 40
    forget_counts()
    make_product("71053", on_hand=100)
    shopper = Api(make_shopper("ada@example.com"))
    number = shopper.post("orders", basket(("71053", 1))).json()["number"]

    cancelled = [shopper.post(f"orders/{number}/cancel", Idempotency_Key=f"key-{each}") for each in range(20)]

    assert [answer.status_code for answer in cancelled] == [200] * 19 + [429]
    # Until the hour is over.
    until_then = HOUR - time.time() % HOUR
    assert abs(int(cancelled[-1]["Retry-After"]) - until_then) < 30
    assert_problem(shopper.post("orders", basket(("71053", 1))), 429, "throttled")
    assert (Order.objects.count(), IdempotencyRecord.objects.count()) == (1, 19)
    boss = Api(make_user(role="Manager"))
    by_staff = [boss.post(f"orders/{number}/cancel") for _ in range(25)]
    assert {answer.status_code for answer in by_staff} == {200}


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), ({"lines": 1}, 422), (basket(("71053", 1), shipping_fee="0.00"), 403)]
)
def test_an_order_that_is_refused_before_it_is_one_counts_as_a_request(settings, body, status):
    settings.API_RATE_PER_MINUTE = 2
    shopper = Api(make_shopper())
    answers = [shopper.post("orders", body) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert_problem(answers[-1], 429, "throttled")


def test_an_order_counts_once_as_a_request(settings):
    settings.API_RATE_PER_MINUTE = 20
    make_product("71053", on_hand=10)
    shopper = Api(make_shopper())
    assert shopper.post("orders", basket(("71053", 1))).status_code == 201
    # Of ten orders an hour nine are left, of twenty requests a minute nineteen.
    assert shopper.get("users/me")["RateLimit-Remaining"] == "18"
