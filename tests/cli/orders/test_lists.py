from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from orders.fulfilment.lifecycle import ship_order
from orders.models import EventKind, Order
from orders.status import Action, OrderStatus, is_allowed
from tests.cli_fixtures import Answers, Shopctl, Terminal
from tests.factories import CLI, make_customer, make_product, make_promo_code, make_user, place

pytestmark = pytest.mark.django_db


def numbers(rows: list[dict[str, Any]]) -> list[str]:
    return [row["number"] for row in rows]


def test_orders_are_listed_newest_first_and_by_status_age_and_customer(answers: Answers) -> None:
    make_product("TEA-01", on_hand=50)
    now = timezone.now()
    old = place({"TEA-01": 1}, at=now - timedelta(days=3), customer=make_customer("theo@example.com"))
    new = place({"TEA-01": 1})
    assert numbers(answers("orders", "list")) == [new.number, old.number]
    assert numbers(answers("orders", "list", "--status", "pending", "--older-than", "24h")) == [old.number]
    assert numbers(answers("orders", "list", "--email", "Theo@Example.com")) == [old.number]
    assert numbers(answers("orders", "list", "--placed-after", "-1d")) == [new.number]
    assert numbers(answers("orders", "list", "--placed-before", "-1d")) == [old.number]
    assert numbers(answers("orders", "list", "--status", "shipped")) == []


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ("--placed-after", "someday"),
            "Invalid value for --placed-after: 'someday' is not a date",
        ),
        (("--older-than", "long"), "Invalid value for --older-than: 'long' is not a length of time"),
        (
            ("--from", "2026-11-22", "--placed-before", "2026-11-22"),
            "a day as --placed-before is left out",
        ),
    ],
)
@pytest.mark.parametrize("verb", ["list", "export"])
def test_a_time_that_cannot_be_meant_is_wrong_use(
    shopctl: Shopctl, verb: str, options: tuple[str, ...], told: str
) -> None:
    if verb == "export" and "--older-than" in options:
        options, told = (
            ("--placed-before", "someday"),
            "value for --placed-before: 'someday' is not a date",
        )
    result = shopctl("orders", verb, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


def test_an_order_is_shown_with_lines_timeline_and_explanation(answers: Answers) -> None:
    make_product("TEA-01", on_hand=5, price="10.00")
    make_promo_code("TEN")
    order = place({"TEA-01": 2}, promo_code="TEN")
    shown = answers("orders", "show", order.number.lower(), "--explain")
    assert (shown["total"], shown["discount"]) == ("18.00", "2.00")
    assert shown["lines"][0]["quantity"] == 2
    assert shown["events"][0]["kind"] == EventKind.PLACED
    assert [step["step"] for step in shown["explanation"]][-1] == "total"


def test_shipping_everything_then_delivering(answers: Answers) -> None:
    make_product("TEA-01", on_hand=5)
    number = place({"TEA-01": 2}).number
    shipped = answers("orders", "ship", number, "--carrier", "DHL", "--tracking", "0034", "--yes")
    assert (shipped["status"], shipped["shipment"]) == ("shipped", f"{number}-S1")
    assert answers("orders", "deliver", number)["status"] == "delivered"
    assert Order.objects.get().shipments.get().tracking_number == "0034"


def test_shipping_some_of_a_line(answers: Answers) -> None:
    make_product("TEA-01", on_hand=5)
    number = place({"TEA-01": 2}).number
    assert answers("orders", "ship", number, "--line", "tea-01=1", "--yes")["status"] == "partially_shipped"


@pytest.mark.parametrize("line", ["TEA-01", "TEA-01=", "TEA-01=x", "=1x"])
def test_a_line_without_a_quantity_is_wrong_use(shopctl: Shopctl, line: str) -> None:
    make_product("TEA-01", on_hand=5)
    number = place({"TEA-01": 2}).number
    assert shopctl("orders", "ship", number, "--line", line).exit_code == 2
    assert Order.objects.get().status == OrderStatus.PENDING


def test_cancelling_needs_yes_without_a_terminal(shopctl: Shopctl, answers: Answers) -> None:
    make_product("TEA-01", on_hand=5)
    number = place({"TEA-01": 2}).number
    assert shopctl("orders", "cancel", number).exit_code == 2
    dry = shopctl("orders", "cancel", number, "--dry-run")
    assert dry.exit_code == 0
    assert "2 of 2 open units of TEA-01" in dry.stderr
    assert Order.objects.get().status == OrderStatus.PENDING
    assert answers("orders", "cancel", number, "--yes", "--reason", "asked")["status"] == "cancelled"


def test_cancelling_again_changes_nothing_and_succeeds(answers: Answers) -> None:
    make_product("TEA-01", on_hand=5)
    number = place({"TEA-01": 2}).number
    answers("orders", "cancel", number, "--yes")
    answers("orders", "cancel", number)
    assert Order.objects.get().events.filter(kind=EventKind.CANCELLED).count() == 1


VERBS = {
    Action.SHIP: ("ship", "--yes"),
    Action.DELIVER: ("deliver",),
    Action.CANCEL: ("cancel", "--yes"),
}


def order_in(status: OrderStatus) -> Order:
    from orders.fulfilment.lifecycle import cancel_order, deliver_order, ship_order

    make_product("TEA-01", on_hand=5)
    order = place({"TEA-01": 2})
    if status == OrderStatus.CANCELLED:
        cancel_order(order.number, by=CLI)
    if status in (OrderStatus.SHIPPED, OrderStatus.DELIVERED):
        ship_order(order.number, by=CLI)
    if status == OrderStatus.PARTIALLY_SHIPPED:
        ship_order(order.number, by=CLI, lines={"TEA-01": 1})
    if status == OrderStatus.DELIVERED:
        deliver_order(order.number, by=CLI)
    order.refresh_from_db()
    assert order.status == status
    return order


@pytest.mark.parametrize("status", list(OrderStatus))
@pytest.mark.parametrize("action", list(VERBS))
def test_only_what_the_table_allows_is_done(shopctl: Shopctl, status: OrderStatus, action: Action) -> None:
    order = order_in(status)
    verb, *options = VERBS[action]
    result = shopctl("orders", verb, order.number, *options)
    assert result.exit_code == (0 if is_allowed(action, status) else 1), result.stderr
    if result.exit_code:
        assert Order.objects.get().version == order.version


def test_the_warehouse_ships_but_does_not_cancel(shopctl: Shopctl) -> None:
    make_product("TEA-01", on_hand=5)
    number = place({"TEA-01": 2}).number
    make_user("ana@example.com", role="Warehouse")
    assert shopctl("orders", "cancel", number, "--yes", "--as", "ana@example.com").exit_code == 1
    assert Order.objects.get().status == OrderStatus.PENDING
    assert shopctl("orders", "ship", number, "--yes", "--as", "ana@example.com").exit_code == 0
    event = Order.objects.get().events.get(kind=EventKind.SHIPPED)
    assert (str(event.actor), event.source) == ("ana@example.com", "cli")


def test_an_unknown_order_is_refused(shopctl: Shopctl) -> None:
    for verb in ("show", "ship", "deliver", "cancel"):
        assert shopctl("orders", verb, "B-1").exit_code == 1


def test_an_end_that_is_a_day_includes_it_and_before_a_day_does_not(answers: Answers) -> None:
    """Half-open: the first moment of the next day is out by either."""
    make_product("TEA-01", on_hand=9)
    zone = timezone.get_default_timezone()
    moments = {
        "first": datetime(2026, 11, 22, tzinfo=zone),
        "last": datetime(2026, 11, 22, 23, 59, 59, 999_999, tzinfo=zone),
        "next": datetime(2026, 11, 23, tzinfo=zone),
    }
    placed = {name: place({"TEA-01": 1}, at=at).number for name, at in moments.items()}

    def listed(*options: str) -> set[str]:
        found = numbers(answers("orders", "list", *options))
        return {name for name, number in placed.items() if number in found}

    assert listed("--from", "2026-11-22", "--to", "2026-11-22") == {"first", "last"}
    assert listed("--placed-after", "2026-11-22", "--placed-before", "2026-11-23") == {"first", "last"}
    assert listed("--placed-before", "2026-11-22") == set()
    assert listed("--to", "2026-11-23T00:00") == {"first", "last"}
    assert listed("--to", "2026-11-23") == {"first", "last", "next"}


def test_an_order_is_shown_with_its_parcels(shopctl: Shopctl, terminal: Terminal) -> None:
    make_product("TEA-01", on_hand=5)
    make_product("MUG-7", on_hand=5)
    number = place({"TEA-01": 2, "MUG-7": 1}).number
    assert "Parcels" not in terminal("orders", "show", number)[1]
    ship_order(number, by=CLI, lines={"TEA-01": 1}, carrier="DHL", tracking_number="0034")
    ship_order(number, by=CLI, tracking_number="0035")

    code, screen = terminal("orders", "show", number)
    assert code == 0
    parcels = screen.partition("Parcels")[2].partition("Timeline")[0]
    assert [f"{number}-S1" in parcels, f"{number}-S2" in parcels] == [True, True]
    assert "0034" in parcels
    assert "DHL" in parcels
    lines = [line.split("\t") for line in shopctl("orders", "show", number).stdout.splitlines()]
    [first, second] = [line for line in lines if line[0].startswith(f"{number}-S")]
    assert (first[1], first[2], first[-1]) == ("DHL", "0034", "TEA-01=1")
    assert (second[2], second[-1]) == ("0035", "TEA-01=1,MUG-7=1")
