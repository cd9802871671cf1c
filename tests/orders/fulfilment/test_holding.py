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
from orders.fulfilment.holding import NotPaid, is_held, without_held
from orders.fulfilment.lifecycle import ship_order
from orders.fulfilment.parcels import read_parcels
from orders.models import Order
from orders.payments.recording import record_payment
from tests.cli_fixtures import Shopctl
from tests.contract.client import Api, assert_problem
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db

ORDERS = "/admin/orders/order/"


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


@pytest.mark.parametrize("ships_unpaid", [True, False])
def test_the_database_tells_the_same_orders_apart(order: Order, settings: Any, ships_unpaid: bool) -> None:
    settings.SHOP_SHIP_UNPAID = ships_unpaid
    today = timezone.localdate()
    for days in (-1, 0, 1):
        late = place({"TEA": 1})
        Order.objects.filter(pk=late.pk).update(payment_due_on=today + timedelta(days=days))
    record_payment(place({"TEA": 1}).number, Decimal("25.00"), by=CLI)
    record_payment(place({"TEA": 1}).number, Decimal("30.00"), by=CLI)

    may_leave = set(without_held(Order.objects.all()))

    assert may_leave == {each for each in Order.objects.all() if not is_held(each)}
    assert len(may_leave) == (6 if ships_unpaid else 4)


def test_the_page_that_packs_says_why_and_shows_nothing_to_pack(order: Order, client: Client) -> None:
    client.force_login(make_user(role="Manager"))

    page = client.get(f"{ORDERS}scan/", {"order": order.number})

    assert (page.context["lines"], "€30.00 is due" in page.content.decode()) == ([], True)
    assert "Nothing is left to ship" not in page.content.decode()


def test_the_page_that_packs_ships_it_no_more_once_it_is_held(order: Order, client: Client) -> None:
    client.force_login(make_user(role="Manager"))
    parcel = {"order": order.number, "version": Order.objects.get().version, "key": "0" * 32, "part": "on"}

    page = client.post(
        f"{ORDERS}scan/",
        {**parcel, "sku": ["TEA"], "quantity": ["1"], "carrier": "DHL", "tracking_number": "1"},
    )

    assert "€30.00 is due" in page.content.decode()
    assert Order.objects.get().status == "pending"


def test_it_does_not_wait_to_be_shipped_with_many(order: Order, client: Client) -> None:
    paid = place({"TEA": 1})
    record_payment(paid.number, Decimal("25.00"), by=CLI)
    client.force_login(make_user(role="Warehouse"))

    page = client.get(f"{ORDERS}ship-many/")

    assert [row.order.number for row in page.context["rows"]] == [paid.number]
    assert page.context["has_more"] is False


def test_shipping_many_tells_which_chosen_ones_stay(order: Order, client: Client) -> None:
    client.force_login(make_user(role="Warehouse"))

    page = client.get(f"{ORDERS}ship-many/", {"ids": str(order.pk)})

    assert (page.context["rows"], page.context["left_out"]) == ([], [])
    assert [each.number for each in page.context["held"]] == [order.number]
    assert "not to be shipped yet" in page.content.decode()


def test_shipping_many_refuses_it_beside_its_number(order: Order, client: Client) -> None:
    client.force_login(make_user(role="Manager"))
    version = Order.objects.get().version
    form = {"carrier": "DHL", "order": order.pk, f"version_{order.pk}": version, f"tracking_{order.pk}": "1"}

    page = client.post(f"{ORDERS}ship-many/", form)

    assert "€30.00 is due" in page.context["rows"][0].problem
    assert Order.objects.get().status == "pending"


def test_nobody_picks_it(order: Order, client: Client) -> None:
    paid = place({"TEA": 1})
    record_payment(paid.number, Decimal("25.00"), by=CLI)
    client.force_login(make_user(role="Warehouse"))
    ids = f"{order.pk},{paid.pk}"

    picks = client.get(f"{ORDERS}print/picks/", {"ids": ids})

    assert [(pick.sku, pick.units) for pick in picks.context["picks"]] == [("TEA", 1)]
    assert picks.context["numbers"] == [paid.number]
    assert f"Not paid, left out</strong> {order.number}" in picks.content.decode()


def test_it_is_printed_no_slip_together_with_others(order: Order, client: Client) -> None:
    client.force_login(make_user(role="Manager"))

    slips = client.get(f"{ORDERS}print/slips/", {"ids": str(order.pk)})

    assert slips.context["slips"] == []
    assert f"without a slip: {order.number}" in slips.content.decode()
    assert client.get(f"{ORDERS}{order.pk}/packing-slip/").context["slips"][0].number == order.number
