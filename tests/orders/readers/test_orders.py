"""What an order looks like as data, and to whom."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from orders.fulfilment.lifecycle import cancel_order, deliver_order, ship_order
from orders.held_order import UnknownOrder
from orders.models import Order
from orders.placing.placement import quote_order
from orders.readers.orders import (
    ORDER_FIELDS,
    SUMMARY_FIELDS,
    OrderReader,
    order_columns,
    order_data,
    order_reply,
    orders_as_data,
    placed_reply,
    quote_as_data,
    summaries_as_data,
)
from tests.factories import (
    CLI,
    make_customer,
    make_product,
    make_promo_code,
    make_shopper,
    make_user,
    place,
    request_for,
)

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 1, 10, tzinfo=UTC)


@pytest.fixture
def order() -> Order:
    """Three teas and a mug with a code; two teas have left, the mug was cancelled."""
    make_product("TEA", on_hand=9, price="10.00", name="Green tea")
    make_product("MUG", on_hand=9, price="4.00", name="Mug")
    make_promo_code("TWENTY", percent_off="20")
    ada = make_customer("ada@example.com")
    placed = place({"TEA": 3, "MUG": 1}, customer=ada, promo_code="TWENTY", note="Ring twice", at=NOON)
    ship_order(placed.number, by=CLI, lines={"TEA": 2}, carrier="DHL", tracking_number="0034", at=NOON)
    deliver_order(placed.number, by=CLI, at=NOON)
    cancel_order(placed.number, by=CLI, lines={"MUG": 1})
    placed.refresh_from_db()
    return placed


def test_an_order_is_told_with_amounts_lines_parcels_and_address(order: Order) -> None:
    told = order_data(f" {order.number.lower()} ", to=None)

    assert tuple(told) == ORDER_FIELDS
    assert {name: told[name] for name in SUMMARY_FIELDS} == {
        "number": order.number,
        "status": "partially_shipped",
        "email": "ada@example.com",
        "currency": "EUR",
        "subtotal": Decimal("34.00"),
        "discount": Decimal("6.80"),
        "shipping": Decimal("0.00"),
        "total": Decimal("27.20"),
        "credited": Decimal("3.20"),
        "net": Decimal("24.00"),
        "paid": Decimal("0.00"),
        "waived": Decimal("0.00"),
        "due": Decimal("24.00"),
        "payment": "to_pay",
        "payment_due_on": None,
        "units": 4,
        "promo": {
            "code": "TWENTY",
            "applied": True,
            "discount": Decimal("6.80"),
            "reason": None,
            "reason_code": None,
        },
        "placed_at": NOON,
        "version": 4,
    }
    tea, mug = told["lines"]
    assert tea == {
        "sku": "TEA",
        "name": "Green tea",
        "unit_price": Decimal("10.00"),
        "quantity": 3,
        "subtotal": Decimal("30.00"),
        "discount": Decimal("6.00"),
        "total": Decimal("24.00"),
        "credited": Decimal("0.00"),
        "allowed": Decimal("0.00"),
        "shipped": 2,
        "delivered": 2,
        "cancelled": 0,
        "returned": 0,
        "open": 1,
    }
    assert (mug["cancelled"], mug["credited"], mug["open"]) == (1, Decimal("3.20"), 0)
    assert told["shipments"] == [
        {
            "reference": f"{order.number}-S1",
            "carrier": "DHL",
            "tracking_number": "0034",
            "shipping_address": order.shipping_address | {"country_name": "Germany"},
            "shipped_at": NOON,
            "delivered_at": NOON,
            "undone_at": None,
            "lines": [{"sku": "TEA", "quantity": 2}],
        }
    ]
    assert told["shipping_address"] == {
        "name": "Theo Jansen",
        "line1": "Seeweg 56",
        "line2": "",
        "city": "Köln",
        "region": "",
        "postcode": "34878",
        "country": "DE",
        "country_name": "Germany",
        "phone": "+49 221 1234",
    }
    assert (told["note"], told["source"]) == ("Ring twice", "cli")


def test_the_explanation_of_an_order_is_told_in_sentences_that_add_up(order: Order) -> None:
    steps = order_data(order.number, to=None)["explanation"]

    assert [(step["step"], step["detail"], step["code"]) for step in steps[2:5]] == [
        ("subtotal", "Subtotal", None),
        ("promo", "TWENTY: 20 % of €34.00", "TWENTY"),
        ("shipping", steps[4]["detail"], None),
    ]
    counted = ("line", "promo", "promo_cap", "shipping")
    assert (
        sum(step["amount"] for step in steps if step["step"] in counted) == steps[-1]["amount"] == order.total
    )


def test_whoever_may_not_know_customers_or_promos_is_told_neither(order: Order) -> None:
    marketing = order_data(order.number, to=make_user(role="Marketing"))
    warehouse = order_data(order.number, to=make_user(role="Warehouse"))

    assert (marketing["email"], marketing["shipping_address"]) == (None, None)
    assert marketing["promo"]["code"] == "TWENTY"
    assert warehouse["email"] == "ada@example.com"
    assert (warehouse["promo"]["code"], warehouse["promo"]["discount"]) == ("", Decimal("6.80"))
    assert "TWENTY" not in str(warehouse)
    assert "ada@example.com" not in str(marketing)


def replied(order: Order, reader: User, fields: str | None = None) -> dict[str, object]:
    content: dict[str, object] = json.loads(order_reply(order.number, to=reader, fields=fields).body)
    return content


def test_a_customer_is_told_of_their_own_orders_and_of_no_others(order: Order) -> None:
    shopper = make_shopper("bob@example.com")
    own = place({"TEA": 1}, customer=shopper.customer)

    assert replied(own, shopper)["number"] == own.number
    assert replied(order, make_user(role="Viewer"), "number,status") == {
        "number": order.number,
        "status": "partially_shipped",
    }
    for number in (order.number, "B-1"):
        with pytest.raises(UnknownOrder):
            order_reply(number, to=shopper)
    with pytest.raises(UnknownOrder):
        order_data("B-1", to=None)


def test_an_order_that_was_placed_just_now_is_told_as_it_is_read_later() -> None:
    make_product("TEA", on_hand=9)
    make_promo_code("TWENTY", percent_off="20")
    user = make_user(role="Manager")
    placed = place({"TEA": 2}, promo_code="TWENTY")

    reply = placed_reply(placed, to=user, location="/orders/1")

    assert (reply.status, json.loads(reply.body)) == (201, replied(placed, user))


def test_a_list_tells_of_each_order_what_one_order_tells(order: Order) -> None:
    for _ in range(2):
        place({"TEA": 1})
    oldest = Order.objects.order_by("placed_at", "pk")

    with CaptureQueriesContext(connection) as queries:
        told = list(summaries_as_data(oldest))

    assert len(queries) == 1
    assert [tuple(each) for each in told] == [SUMMARY_FIELDS] * 3
    whole = order_data(order.number, to=None)
    assert told[0] == {name: whole[name] for name in SUMMARY_FIELDS}


def test_many_orders_take_as_many_statements_as_one(order: Order) -> None:
    fields = ("number", "lines", "shipments")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            rows = list(Order.objects.order_by("pk").values(*order_columns(fields)))
            told = orders_as_data(rows, fields, to=OrderReader())
        counts.append(len(queries))
        ship_order(place({"TEA": 1, "MUG": 1}).number, by=CLI)

    assert counts == [3, 3]
    assert [line["sku"] for line in told[0]["lines"]] == ["TEA", "MUG"]


def test_a_quote_tells_prices_and_why_a_code_gives_nothing() -> None:
    make_product("TEA", on_hand=9, price="10.00")
    make_promo_code("MUCH", minimum_spend=Decimal("50.00"))
    quote = quote_order(request_for({"TEA": 2}, promo_code="MUCH"), email="ada@example.com", by=CLI)

    told = quote_as_data(quote)

    assert (told["currency"], told["subtotal"], told["discount"]) == (
        "EUR",
        Decimal("20.00"),
        Decimal("0.00"),
    )
    assert told["promo"] == {
        "code": "MUCH",
        "applied": False,
        "discount": Decimal("0.00"),
        "reason": "MUCH needs €50.00 of eligible goods; €30.00 are missing.",
        "reason_code": "minimum_spend",
    }
    [line] = told["lines"]
    assert (line["sku"], line["quantity"], line["total"]) == ("TEA", 2, Decimal("20.00"))
    assert told["total"] == told["explanation"][-1]["amount"]
