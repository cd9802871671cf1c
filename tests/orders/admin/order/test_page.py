"""What stands on the page of one order: cards that follow its goods."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Source
from orders.changing.details import edit_order
from orders.fulfilment import lifecycle
from orders.models import Order
from tests.admin_fixtures import SignIn
from tests.factories import ADDRESS, CLI, make_customer, make_product, make_promo_code, place
from tests.orders.admin.order.test_order_admin import page_url

pytestmark = pytest.mark.django_db


def page_of(client: Client, order: Order) -> Any:
    return client.get(page_url(order)).context["page"]


def terms(shown: Any) -> list[str]:
    return [f"{term.sign}{term.title} {term.amount}" for term in shown]


@pytest.fixture
def order() -> Order:
    make_product("BOWL", on_hand=8, name="Bowl", price="4.00")
    make_product("MUG", on_hand=9, name="Mug", price="6.50")
    return place({"BOWL": 4, "MUG": 2}, customer=make_customer("nina@example.com", name="Nina Weber"))


def test_what_is_to_ship_is_told_in_lines_and_units(manager: Client, order: Order) -> None:
    assert page_of(manager, order).to_ship.progress == "2 lines · 6 units"
    lifecycle.ship_order(order.number, by=CLI, lines={"BOWL": 1})
    lifecycle.cancel_order(order.number, by=CLI, lines={"MUG": 1})

    to_ship = page_of(manager, order).to_ship

    assert to_ship.progress == "2 lines · 4 of 5 units"
    assert [(row.meta, row.quantity, row.total) for row in to_ship.goods.rows] == [
        ("BOWL · 1 of 4 shipped", 3, "€12.00"),
        ("MUG · 1 cancelled", 1, "€6.50"),
    ]
    assert to_ship.short == 0


def test_each_parcel_says_who_sent_it_and_what_is_in_it(manager: Client, order: Order) -> None:
    by = Actor(order.customer.user, Source.CLI)
    lifecycle.ship_order(order.number, by=by, lines={"BOWL": 4}, carrier="DPD", tracking_number="1550")
    lifecycle.ship_order(order.number, by=CLI)
    lifecycle.deliver_order(order.number, by=CLI, shipment=f"{order}-S2")

    page = page_of(manager, order)

    assert page.to_ship is None
    assert [(each.title, each.count, each.shipped_by) for each in page.parcels] == [
        ("Shipped", "1 line", "System"),
        ("Delivered", "1 line", "System"),
    ]
    assert [bool(each.deliver_url) for each in page.parcels] == [True, False]


def test_one_parcel_is_marked_delivered_from_its_card(manager: Client, order: Order) -> None:
    for sku in ("BOWL", "MUG"):
        lifecycle.ship_order(order.number, by=CLI, lines={sku: 1})

    dialog = manager.get(page_of(manager, order).parcels[1].deliver_url).context["form"]

    assert dialog["shipment"].value() == f"{order}-S2"


def test_a_cancelled_order_shows_what_was_cancelled(manager: Client, order: Order) -> None:
    lifecycle.cancel_order(order.number, by=CLI, reason="Ordered twice")

    page = page_of(manager, order)

    assert (page.to_ship, page.parcels, page.is_nothing_else) == (None, [], True)
    assert (page.cancellations.contents, page.cancellations.credit) == ("2 lines · 6 units", "€29.00")


def test_the_total_says_how_it_comes_about_and_what_is_left_of_it(manager: Client, order: Order) -> None:
    make_promo_code("TEN", percent_off="10", max_uses_per_customer=None)
    cheaper = place({"BOWL": 2}, promo_code="TEN")

    price = page_of(manager, cheaper).price
    assert terms(price.sold) == ["Subtotal €8.00", "−Promo TEN €0.80", "+Shipping €0.00", "=Sold €7.20"]
    assert terms(price.net) == []

    lifecycle.cancel_order(cheaper.number, by=CLI, lines={"BOWL": 1})
    assert terms(page_of(manager, cheaper).price.net) == ["Sold €7.20", "−Credited €3.60", "=Net €3.60"]


def test_a_promo_is_not_named_to_who_may_not_know_it(sign_in: SignIn, order: Order) -> None:
    make_promo_code("TEN", percent_off="10", max_uses_per_customer=None)
    cheaper = place({"BOWL": 2}, promo_code="TEN")

    page = sign_in("Warehouse").get(page_url(cheaper))

    assert "TEN" not in page.text
    assert "−Promo €0.80" in terms(page.context["page"].price.sold)


def test_the_customer_can_be_called_and_written_to(manager: Client, order: Order) -> None:
    page = manager.get(page_url(order))

    customer = page.context["page"].customer
    assert customer.nth == "First order"
    assert 'href="mailto:nina@example.com"' in page.text
    assert f'href="tel:{customer.phone.replace(" ", "")}"' in page.text
    assert customer.written.splitlines()[-1] == "Germany"


def test_an_order_says_which_of_its_customer_it_is(manager: Client, order: Order) -> None:
    later = timezone.now() + timedelta(hours=1)
    others = [place({"BOWL": 1}, customer=order.customer, at=later + timedelta(hours=n)) for n in range(2)]

    assert [page_of(manager, each).customer.nth for each in (order, *others)] == [
        "First order",
        "2nd order",
        "3rd order",
    ]


def test_who_may_not_know_customers_reads_neither_name_nor_contact(sign_in: SignIn, order: Order) -> None:
    page = sign_in("Marketing").get(page_url(order))

    assert page.context["page"].customer is None
    assert "Nina" not in page.text
    assert "nina@example.com" not in page.text


def test_the_timeline_shows_old_and_new_values_of_what_changed_alone(manager: Client, order: Order) -> None:
    address = ADDRESS.__class__(**{**order.shipping_address, "line1": "54 Orchard Close", "country": "AT"})
    edit_order(order.number, by=CLI, address=address, email=order.email, note="Ring twice.")

    edited = page_of(manager, order).timeline.entries[0]

    assert [(change.title, change.old, change.new) for change in edited.changes] == [
        ("Street", order.ship_line1, "54 Orchard Close"),
        ("Country", "Germany", "Austria"),
        ("Note", "", "Ring twice."),
    ]


def test_who_may_not_know_an_address_reads_that_it_changed(sign_in: SignIn, order: Order) -> None:
    address = ADDRESS.__class__(**{**order.shipping_address, "line1": "54 Orchard Close"})
    edit_order(order.number, by=CLI, address=address, email=order.email, note="")

    edited = page_of(sign_in("Marketing"), order).timeline.entries[0]

    assert (edited.text, edited.changes) == ("Shipping address changed", [])


def test_of_very_many_lines_the_others_are_folded_away(manager: Client) -> None:
    for number in range(22):
        make_product(f"TEA-{number}", on_hand=9)
    order = place({f"TEA-{number}": 1 for number in range(22)})

    page = manager.get(page_url(order))

    goods = page.context["page"].to_ship.goods
    assert (len(goods.shown), len(goods.folded)) == (20, 2)
    assert "Show 2 more lines" in page.text


@pytest.mark.parametrize(
    ("done", "primary"),
    [([], "Ship 6 units"), (["ship"], "Mark delivered"), (["ship", "deliver"], None)],
)
def test_what_an_order_waits_for_is_its_one_primary_button(
    manager: Client, order: Order, done: list[str], primary: str | None
) -> None:
    if "ship" in done:
        lifecycle.ship_order(order.number, by=CLI)
    if "deliver" in done:
        lifecycle.deliver_order(order.number, by=CLI)

    actions = manager.get(page_url(order)).context["actions_detail"]

    primaries = [each["title"] for each in actions if getattr(each["variant"], "value", "") == "primary"]
    assert primaries == ([primary] if primary else [])
