"""The list of orders, the page of one, and what can be done to it there."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.fulfilment import lifecycle
from orders.models import Order
from orders.payments.recording import pay_back, record_payment
from orders.status import OrderStatus
from tests.factories import CLI, make_customer, make_product, make_promo_code, place
from tests.orders.admin.posted_dialogs import submitted

pytestmark = pytest.mark.django_db
ORDERS = "/admin/orders/order/"
DIALOGS = (
    *("ship", "deliver", "return", "cancel", "edit"),
    *("correct-shipment", "undo-shipment", "send-again"),
)


def page_url(order: Order, part: str = "change") -> str:
    return f"{ORDERS}{order.pk}/{part}/"


def send(client: Client, order: Order, dialog: str, **fields: Any) -> Any:
    return client.post(page_url(order, dialog), submitted(**fields))


def field_of(order: Order, sku: str) -> str:
    return f"quantity_{order.lines.get(sku=sku).pk}"


def shown(page: Any) -> list[str]:
    return [str(order) for order in page.context["cl"].result_list]


def queries_of(get: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = get()
    assert answer.status_code == 200
    return len(captured)


# The list


def test_of_a_listed_order_nothing_is_read_that_the_list_does_not_show(manager: Client) -> None:
    make_product("TEA-01", on_hand=20)
    place({"TEA-01": 1}, customer=make_customer("a@example.com", name="Ann"))

    with CaptureQueriesContext(connection) as captured:
        page = manager.get(ORDERS)

    assert "Ann" in page.text
    [listed] = [query["sql"] for query in captured if "has_returns" in query["sql"]]
    for column in ("explanation", "promo_terms", "search_text", "ship_line1", "note"):
        assert f'"{column}"' not in listed.partition(" FROM ")[0]


def test_the_list_asks_as_little_for_three_orders_as_for_one(manager: Client) -> None:
    make_product("TEA-01", on_hand=20)
    place({"TEA-01": 1}, customer=make_customer("a@example.com"))
    assert queries_of(lambda: manager.get(ORDERS)) <= 10
    with_one = queries_of(lambda: manager.get(ORDERS))
    place({"TEA-01": 2}, customer=make_customer("b@example.com"))
    place({"TEA-01": 3}, customer=make_customer("c@example.com"))

    with_three = queries_of(lambda: manager.get(ORDERS))

    assert with_three == with_one


@pytest.mark.parametrize(
    ("view", "numbers"),
    [
        ("", ["cancelled", "delivered", "shipped", "part", "pending", "late"]),
        ("to_ship", ["late", "pending", "part"]),
        ("late", ["late"]),
        ("part_shipped", ["part"]),
        ("in_transit", ["shipped"]),
        ("delivered", ["delivered"]),
        ("returns", ["delivered"]),
        ("cancelled", ["cancelled"]),
        ("no-such-view", ["cancelled", "delivered", "shipped", "part", "pending", "late"]),
    ],
)
def test_each_tab_shows_its_orders_and_is_the_one_active_tab(
    manager: Client, view: str, numbers: list[str]
) -> None:
    make_product("TEA-01", on_hand=50)
    now = timezone.now()
    names = ["late", "pending", "part", "shipped", "delivered", "cancelled"]
    hours = [30, 6, 5, 4, 3, 2]
    orders = {
        name: place({"TEA-01": 2}, at=now - timedelta(hours=ago))
        for name, ago in zip(names, hours, strict=True)
    }
    lifecycle.ship_order(orders["part"].number, by=CLI, lines={"TEA-01": 1})
    for name in ("shipped", "delivered"):
        lifecycle.ship_order(orders[name].number, by=CLI)
    lifecycle.deliver_order(orders["delivered"].number, by=CLI)
    lifecycle.return_items(orders["delivered"].number, by=CLI, items=[lifecycle.ReturnedItem("TEA-01", 1)])
    lifecycle.cancel_order(orders["cancelled"].number, by=CLI)

    page = manager.get(ORDERS, {"view": view} if view else {})

    assert shown(page) == [str(orders[name].number) for name in numbers]
    [tabs] = page.context["tab_list"]
    active = [tab["title"] for tab in tabs["items"] if tab["active"]]
    assert len(active) == (0 if view == "no-such-view" else 1)
    counted = {tab["title"]: tab["count"] for tab in tabs["items"] if tab["count"]}
    assert counted == {"All": "6", "To ship": "3", "Late": "1", "Part-shipped": "1"}


@pytest.mark.parametrize(
    "term",
    [
        "{number}",
        "#{serial}",
        "{serial}",
        "lena@example.com",
        "LENA@example.com",
        "lena b",
        "00340434",
        "tea-02",
    ],
)
def test_an_order_is_found_by_number_email_name_tracking_number_and_sku(manager: Client, term: str) -> None:
    make_product("TEA-01", on_hand=5)
    make_product("TEA-02", on_hand=5)
    wanted = place({"TEA-02": 1}, customer=make_customer("lena@example.com", name="Lena Brandt"))
    place({"TEA-01": 1}, customer=make_customer("max@example.com", name="Max Lang"))
    lifecycle.ship_order(wanted.number, by=CLI, carrier="DHL", tracking_number="00340434")
    wanted.refresh_from_db()

    page = manager.get(ORDERS, {"q": term.format(number=wanted.number, serial=wanted.serial)})

    assert shown(page) == [wanted.number]


def test_a_search_that_finds_nothing_says_so(manager: Client) -> None:
    assert "Nothing matches" in manager.get(ORDERS, {"q": "nobody"}).text


def test_an_empty_queue_says_what_will_appear_there(manager: Client) -> None:
    assert "Everything is shipped" in manager.get(ORDERS, {"view": "to_ship"}).text


def test_filters_narrow_the_list_and_nonsense_in_them_is_left_out(manager: Client) -> None:
    make_product("TEA-01", on_hand=9, price="10.00")
    make_promo_code("SPRING20", percent_off="20", max_uses_per_customer=None)
    small = place({"TEA-01": 1}, note="Ring twice")
    large = place({"TEA-01": 4}, promo_code="SPRING20")
    lifecycle.ship_order(large.number, by=CLI, carrier="DHL")

    def found(**query: str) -> list[str]:
        return shown(manager.get(ORDERS, query))

    assert found(total_from="20") == [large.number]
    assert found(total_to="20.00") == [small.number]
    assert found(promo=" spring20 ") == [large.number]
    assert found(carrier="dhl") == [large.number]
    assert found(note="yes") == [small.number]
    assert found(status__exact="pending") == [small.number]
    assert found(placed_at_from="01/01/2000", placed_at_to="01/01/2001") == []
    assert len(found(total_from="much", total_to="1e400", promo="\x00")) == 2


def test_an_opened_row_shows_its_lines_and_its_note(manager: Client) -> None:
    make_product("TEA-01", on_hand=5, name="Earl Grey", price="4.90")
    order = place({"TEA-01": 2}, note="Ring twice")

    fragment = manager.get(page_url(order, "lines"))

    assert "Earl Grey" in fragment.text
    assert "0 of 2" in fragment.text
    assert "€9.80" in fragment.text
    assert "Ring twice" in fragment.text
    assert "<html" not in fragment.text


# The page


def test_the_page_asks_eleven_times_at_most_however_much_happened(manager: Client) -> None:
    for number in range(6):
        make_product(f"TEA-{number}", on_hand=9)
    small = place({"TEA-0": 3})
    large = place({f"TEA-{number}": 3 for number in range(6)})
    for order, skus in ((small, ["TEA-0"]), (large, [f"TEA-{number}" for number in range(6)])):
        for sku in skus:
            lifecycle.ship_order(order.number, by=CLI, lines={sku: 2}, carrier="DHL")
            lifecycle.return_items(order.number, by=CLI, items=[lifecycle.ReturnedItem(sku, 1)])
            lifecycle.cancel_order(order.number, by=CLI, lines={sku: 1})
    # Content types are asked for once in a process, counts of the sidebar every 30 seconds.
    manager.get(page_url(small))

    for_small = queries_of(lambda: manager.get(page_url(small)))
    for_large = queries_of(lambda: manager.get(page_url(large)))

    assert for_small == for_large <= 11


def test_the_page_tells_why_the_order_costs_what_it_does(manager: Client) -> None:
    make_product("TEA-01", on_hand=30, price="10.00")
    make_promo_code("SPRING20", percent_off="20", max_discount="40.00")
    order = place({"TEA-01": 30}, promo_code="SPRING20", shipping_fee=Decimal("4.90"))

    page = manager.get(page_url(order))

    sentence = (
        "30 items cost €300.00; SPRING20 takes €40.00 off (20 % of €300.00 would be €60.00, but that is the "
        "most it gives); shipping is €4.90; the total is €264.90."
    )
    assert page.context["page"].price.why.sentence == sentence
    steps = [(step.detail, step.amount) for step in page.context["page"].price.why.steps]
    assert ("SPRING20: 20 % of €300.00", "−€60.00") in steps
    assert ("SPRING20 gives at most €40.00 here", "€20.00") in steps


def test_nothing_on_the_page_can_be_edited_or_saved(manager: Client) -> None:
    make_product("TEA-01", on_hand=5)
    order = place({"TEA-01": 2})

    page = manager.get(page_url(order))

    assert 'name="_save"' not in page.text
    assert manager.post(page_url(order), {"status": "delivered"}).status_code == 403
    assert manager.get(f"{ORDERS}add/").status_code == 403
    assert manager.post(page_url(order, "delete"), {"post": "yes"}).status_code == 403
    order.refresh_from_db()
    assert order.status == OrderStatus.PENDING


def buttons_of(page: Any) -> set[str]:
    buttons = page.context["actions_detail"]
    return {item["title"] for button in buttons for item in button.get("items", [button])}


def test_buttons_follow_the_orders_status(manager: Client) -> None:
    make_product("TEA-01", on_hand=9)
    order = place({"TEA-01": 2})

    def buttons() -> set[str]:
        """Beside those that print, which are always there."""
        shown = buttons_of(manager.get(page_url(order)))
        assert shown >= {"Packing slip", "Order summary"}
        return shown - {"Packing slip", "Order summary"}

    money = {"Record payment", "Grant allowance", "Write off", "Change due date", "Send reminder"}
    always = {"Cancel items", "Edit address, contact and note", *money}
    assert buttons() == {*always, "Ship 2 units"}
    lifecycle.ship_order(order.number, by=CLI, lines={"TEA-01": 1})
    assert buttons() == {*always, "Ship 1 unit", "Mark delivered", "Register return"}
    lifecycle.ship_order(order.number, by=CLI)
    lifecycle.deliver_order(order.number, by=CLI)
    assert buttons() == {"Register return", *money}
    record_payment(order.number, order.total, by=CLI)
    assert buttons() == {"Register return", "Grant allowance"}
    lifecycle.return_items(order.number, by=CLI, items=[lifecycle.ReturnedItem("TEA-01", 2)])
    assert buttons() == {"Pay back", "Write off"}
    pay_back(order.number, by=CLI)
    assert buttons() == set()
