"""From one order's page to the one before and after it, within the list it was opened from."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from orders.fulfilment.lifecycle import ship_order
from orders.models import Order
from tests.factories import CLI, make_customer, make_product, place

pytestmark = pytest.mark.django_db
ORDERS = "/admin/orders/order/"


@pytest.fixture
def orders() -> list[Order]:
    """Four, the oldest first; the second is another customer's, the last two cost the same."""
    make_product("TEA-01", on_hand=20)
    ann, bob = make_customer("ann@example.com"), make_customer("bob@example.com")
    start = timezone.now() - timedelta(days=2)
    return [
        place({"TEA-01": units}, customer=customer, at=start + timedelta(hours=number))
        for number, (units, customer) in enumerate([(1, ann), (4, bob), (2, ann), (2, ann)])
    ]


def address(order: Order, came_from: str = "") -> str:
    page = f"{ORDERS}{order.pk}/change/"
    return f"{page}?{urlencode({'_changelist_filters': came_from})}" if came_from else page


def beside(client: Client, order: Order, came_from: str = "") -> tuple[str, str]:
    neighbours = client.get(address(order, came_from)).context["beside"]
    return neighbours.previous, neighbours.next


def walk(client: Client, orders: list[Order], came_from: str) -> None:
    """The list in this order: each page leads to the one before and the one after, and stays in the list."""
    addresses = ["", *(address(order, came_from) for order in orders), ""]
    for place_in_list, order in enumerate(orders):
        assert beside(client, order, came_from) == (addresses[place_in_list], addresses[place_in_list + 2])


def test_the_whole_list_has_the_newest_first(manager: Client, orders: list[Order]) -> None:
    walk(manager, orders[::-1], "")


@pytest.mark.parametrize(
    ("came_from", "expected"),
    [
        ("view=to_ship", lambda o: [o[0], o[1], o[2], o[3]]),
        ("q=ann@example.com", lambda o: [o[3], o[2], o[0]]),
        ("o=-6", lambda o: [o[1], o[3], o[2], o[0]]),
        ("o=6", lambda o: [o[0], o[3], o[2], o[1]]),
        ("total_from=5&p=2", lambda o: [o[3], o[2], o[1]]),
    ],
)
def test_a_narrowed_or_sorted_list_is_kept_to(
    manager: Client, orders: list[Order], came_from: str, expected: Callable[[list[Order]], list[Order]]
) -> None:
    listed = list(manager.get(f"{ORDERS}?{came_from.removesuffix('&p=2')}").context["cl"].result_list)
    assert [order.pk for order in listed] == [order.pk for order in expected(orders)]

    walk(manager, listed, came_from)


def test_an_order_that_has_left_its_queue_still_leads_on(manager: Client, orders: list[Order]) -> None:
    ship_order(orders[1].number, by=CLI)

    assert beside(manager, orders[1], "view=to_ship") == (
        address(orders[0], "view=to_ship"),
        address(orders[2], "view=to_ship"),
    )


@pytest.mark.parametrize("came_from", ["nonsense__like=1", "placed_at__gte=never", "view=none&o=99", "%ff"])
def test_parameters_that_no_list_has_cost_nothing_but_the_way(
    manager: Client, orders: list[Order], came_from: str
) -> None:
    assert manager.get(address(orders[1], came_from)).status_code == 200


def test_whoever_may_not_see_customers_cannot_find_them_by_walking(
    sign_in: Callable[[str], Client], orders: list[Order]
) -> None:
    marketing = sign_in("Marketing")

    assert beside(marketing, orders[2], "email=ann@example.com") == ("", "")
    assert beside(marketing, orders[2], "q=ann@example.com") == ("", "")


def place_in(client: Client, order: Order, came_from: str) -> str:
    return str(client.get(address(order, came_from)).context["beside"].place)


def test_a_queue_says_which_place_an_order_has_in_it(manager: Client, orders: list[Order]) -> None:
    ship_order(orders[1].number, by=CLI)

    places = [place_in(manager, order, "view=to_ship") for order in orders]

    assert places == ["1 of 3 to ship", "", "2 of 3 to ship", "3 of 3 to ship"]
    assert place_in(manager, orders[3], "view=to_ship&q=ann@example.com") == "3 of 3 to ship"
    assert place_in(manager, orders[0], "view=late") == "1 of 3 late"


def test_lists_of_any_length_are_not_counted(manager: Client, orders: list[Order]) -> None:
    assert [place_in(manager, orders[0], came_from) for came_from in ("", "o=-6", "view=delivered")] == [
        ""
    ] * 3
