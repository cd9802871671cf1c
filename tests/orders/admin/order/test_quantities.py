"""Dialogs with a quantity for each line say what would happen, and do nothing until they are sent."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from orders.fulfilment import lifecycle
from orders.models import Order
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_product, make_promo_code, place
from tests.orders.admin.order.test_order_admin import field_of, page_url, queries_of
from tests.orders.admin.posted_dialogs import submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    make_product("BOWL", on_hand=8, name="Stoneware bowl", price="4.13")
    make_product("MUG", on_hand=9, name="Mug", price="6.50")
    make_promo_code("WELCOME10", percent_off="10")
    return place({"BOWL": 4, "MUG": 2}, promo_code="WELCOME10", shipping_fee=Decimal("4.90"))


def foreseen(client: Client, order: Order, dialog: str, **typed: str) -> dict[str, Any]:
    lines = {line.sku: line.pk for line in order.lines.all()}
    named = {
        name.format(**{sku.lower(): pk for sku, pk in lines.items()}): text for name, text in typed.items()
    }
    answer = client.post(page_url(order, dialog), submitted(foresee="1", **named))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    told: dict[str, Any] = answer.json()
    return told


def test_cancelling_says_what_is_credited_and_how_it_comes_about(manager: Client, order: Order) -> None:
    told = foreseen(manager, order, "cancel", **{"quantity_{bowl}": "4"})

    assert told == {
        "what": "Cancel 4 units · €14.87 is credited",
        "because": "€16.52 less €1.65 of WELCOME10 · Net €31.47 → €16.60",
        "note": "4 units go back on sale: Stoneware bowl, available 4 → 8",
        "button": "Cancel 4 units",
        "figures": {field_of(order, "BOWL"): "€14.87"},
    }
    order.refresh_from_db()
    assert (order.version, order.cancellations.count()) == (1, 0)


def test_what_was_foreseen_is_what_is_then_credited(manager: Client, order: Order) -> None:
    typed = {field_of(order, "BOWL"): "4", field_of(order, "MUG"): "2"}
    told = foreseen(manager, order, "cancel", **typed)
    assert told["what"] == "Cancel 6 units · €31.47 is credited"
    assert told["because"].startswith("€29.52 less €2.95 of WELCOME10, plus €4.90 shipping")
    assert told["note"] == "6 units of 2 products go back on sale"

    manager.post(page_url(order, "cancel"), submitted(**typed))

    order.refresh_from_db()
    assert order.credited == Decimal("31.47")


def test_a_return_says_what_is_credited_and_what_becomes_of_the_units(manager: Client, order: Order) -> None:
    lifecycle.ship_order(order.number, by=CLI)

    told = foreseen(
        manager,
        order,
        "return",
        **{"quantity_{bowl}": "3", "written_off_{bowl}": "1", "shipping_credit": "4.90"},
    )

    assert told["what"] == "Take back 3 units · €16.05 is credited"
    assert told["note"] == "Back on sale: 2 units, written off: 1 unit"
    assert not order.returns.exists()


def test_shipping_says_what_stays_to_ship(manager: Client, order: Order) -> None:
    some = foreseen(manager, order, "ship", **{"quantity_{bowl}": "4"})
    every = foreseen(manager, order, "ship", **{"quantity_{bowl}": "4", "quantity_{mug}": "2"})

    assert (some["what"], some["because"]) == ("Ship 4 units", "2 units are left to ship.")
    assert (every["button"], every["because"]) == ("Ship 6 units", "Nothing is left to ship then.")
    assert not order.shipments.exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Nothing is chosen yet."),
        ({"quantity_{bowl}": "0"}, "Nothing is chosen yet."),
        ({"quantity_{bowl}": "many"}, "Nothing is chosen yet."),
        ({"quantity_{bowl}": "5"}, "Only 4 of BOWL are still to ship; 5 were asked for."),
    ],
)
def test_what_cannot_be_is_told_in_the_same_place(
    manager: Client, order: Order, typed: dict[str, str], said: str
) -> None:
    told = foreseen(manager, order, "cancel", **typed)

    assert (told["what"], told["button"], told["figures"]) == (said, "", {})


def test_who_may_not_do_it_is_not_told_what_it_would_cost(sign_in: SignIn, order: Order) -> None:
    answer = sign_in("Warehouse").post(page_url(order, "cancel"), submitted(foresee="1"))

    assert answer.status_code == 403


def test_asking_beforehand_does_not_use_up_the_key(manager: Client, order: Order) -> None:
    sent = submitted(**{field_of(order, "BOWL"): "1"})

    manager.post(page_url(order, "cancel"), {**sent, "foresee": "1"})
    answer = manager.post(page_url(order, "cancel"), sent)

    assert answer.headers["Location"]
    assert order.cancellations.count() == 1


def test_the_footer_is_right_before_any_script_runs(manager: Client, order: Order) -> None:
    line = order.lines.get(sku="BOWL")

    dialog = manager.get(page_url(order, "cancel"), {"line": line.pk})

    assert "Cancel 4 units · €14.87 is credited" in dialog.text
    assert "Find a line by name or SKU" not in dialog.text


def test_a_dialog_of_many_lines_asks_as_little_as_one_of_few(manager: Client) -> None:
    for number in range(12):
        make_product(f"TEA-{number}", on_hand=9)
    few, many = place({"TEA-0": 1}), place({f"TEA-{number}": 1 for number in range(12)})
    manager.get(page_url(few, "cancel"))

    for_few = queries_of(lambda: manager.get(page_url(few, "cancel")))
    for_many = queries_of(lambda: manager.get(page_url(many, "cancel")))

    assert for_few == for_many
    assert "Find a line by name or SKU" in manager.get(page_url(many, "cancel")).text
