"""An order that is not paid does not leave a shop that ships none unpaid, by whatever door."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Source
from orders.fulfilment.dispatch import plan_dispatch
from orders.fulfilment.holding import NotPaid
from orders.fulfilment.lifecycle import ship_order
from orders.fulfilment.parcels import read_parcels
from orders.models import Order
from orders.payments.recording import record_payment
from tests.cli_fixtures import Shopctl
from tests.contract.client import Api, assert_problem
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(settings: Any) -> Order:
    """Of 50.00, of which 20.00 is paid, in a shop that ships none unpaid."""
    settings.SHOP_SHIP_UNPAID = False
    make_product("TEA", on_hand=20, price="25.00")
    placed = place({"TEA": 2})
    return record_payment(placed.number, Decimal("20.00"), by=CLI).order


def test_it_is_refused_with_what_is_due_and_leaves_once_it_is_paid(order: Order) -> None:
    with pytest.raises(NotPaid, match=r"€30\.00 is due"):
        ship_order(order.number, by=CLI)

    record_payment(order.number, Decimal("30.00"), by=CLI)

    assert ship_order(order.number, by=CLI).reference == f"{order.number}-S1"


def test_it_leaves_while_there_is_time_to_pay(order: Order) -> None:
    Order.objects.update(payment_due_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(NotPaid):
        ship_order(order.number, by=CLI)

    Order.objects.update(payment_due_on=timezone.localdate())

    ship_order(order.number, by=CLI)


def test_a_shop_that_ships_unpaid_orders_ships_it(order: Order, settings: Any) -> None:
    settings.SHOP_SHIP_UNPAID = True

    ship_order(order.number, by=CLI)


def test_whoever_may_ships_it_unpaid_by_saying_so(order: Order) -> None:
    warehouse, manager = (Actor(make_user(role=role), Source.ADMIN) for role in ("Warehouse", "Manager"))
    for actor, unpaid in ((warehouse, True), (manager, False)):
        with pytest.raises(NotPaid):
            ship_order(order.number, by=actor, unpaid=unpaid)

    ship_order(order.number, by=manager, unpaid=True)


def test_the_api_refuses_it_and_takes_the_word_of_whoever_may(order: Order) -> None:
    address = f"orders/{order.number}/ship"

    assert_problem(Api(make_user(role="Manager")).post(address), 409, "not_paid")
    assert_problem(Api(make_user(role="Warehouse")).post(address, {"unpaid": True}), 409, "not_paid")

    assert Api(make_user(role="Manager")).post(address, {"unpaid": True}).json()["status"] == "shipped"


def test_shopctl_refuses_it_until_it_is_told(order: Order, shopctl: Shopctl) -> None:
    assert shopctl("orders", "ship", order.number, "--yes").exit_code == 1

    assert shopctl("orders", "ship", order.number, "--yes", "--unpaid").exit_code == 0


def test_a_carriers_file_names_it_as_a_problem(order: Order) -> None:
    file = read_parcels(BytesIO(f"number,tracking_number\n{order.number},0034\n".encode()), file_name="a.csv")

    plan = plan_dispatch(file)

    assert "€30.00 is due" in plan.rows[0].problem


@pytest.mark.parametrize(("role", "is_asked"), [("Manager", True), ("Warehouse", False)])
def test_the_dialog_asks_only_whoever_may_ship_it_unpaid(
    order: Order, client: Client, role: str, is_asked: bool
) -> None:
    client.force_login(make_user(role=role))

    page = client.get(reverse("admin:orders_order_ship_items", args=[order.pk])).content.decode()

    assert ("Ship it unpaid" in page) is is_asked
