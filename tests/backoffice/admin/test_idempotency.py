"""A dialog that is sent once more, because no answer came or by two clicks, does nothing twice."""

from functools import partial
from typing import Any

import pytest
from django.test import Client

from catalog.audit import audit_stock
from catalog.models import Product
from orders.audit import audit_orders
from orders.models import Shipment
from tests.admin_fixtures import SignIn
from tests.factories import make_product, make_user, place
from tests.orders.admin.order.test_order_admin import field_of, page_url
from tests.orders.admin.posted_dialogs import submitted
from tests.races.harness import race

pytestmark = pytest.mark.django_db


def receive(client: Client, product: Product, typed: dict[str, object]) -> Any:
    about = {"way": "receive", "quantity": 10, "seen": 5}
    return client.post(f"/admin/catalog/product/{product.pk}/adjust-stock/", about | typed)


def on_hand() -> int:
    return Product.objects.get().on_hand


def test_sent_once_more_it_answers_the_same_and_nothing_moves(manager: Client) -> None:
    product = make_product("TEA-01", on_hand=5)
    typed = submitted()

    answers = [receive(manager, product, typed) for _ in range(3)]

    assert all("Location" in answer.headers for answer in answers)
    assert on_hand() == 15
    page = manager.get("/admin/")
    assert [str(each) for each in page.context["messages"]] == [
        "TEA-01: +10. Now 15 on hand, 15 available."
    ] * 3


def test_an_order_that_has_nothing_left_to_ship_answers_the_repeated_dialog_too(manager: Client) -> None:
    make_product("TEA-01", on_hand=5)
    order = place({"TEA-01": 2})
    typed = submitted(carrier="DHL", tracking_number="1", **{field_of(order, "TEA-01"): "2"})

    answers = [manager.post(page_url(order, "ship"), typed) for _ in range(2)]

    assert all("Location" in answer.headers for answer in answers)
    assert Shipment.objects.count() == 1


def test_filled_in_differently_it_is_refused_until_the_page_is_loaded_again(manager: Client) -> None:
    product = make_product("TEA-01", on_hand=5)
    typed = submitted()
    receive(manager, product, typed)

    answer = receive(manager, product, typed | {"quantity": 7})

    assert "What you sent from here before is done. Load the page again" in answer.text
    assert on_hand() == 15
    assert "Location" in receive(manager, product, submitted(quantity=7)).headers
    assert on_hand() == 22


def test_a_refused_dialog_may_be_mended_and_sent_with_its_key(manager: Client) -> None:
    product = make_product("TEA-01", on_hand=5)
    typed = submitted()

    refused = receive(manager, product, typed | {"quantity": 0})
    assert f'value="{typed["key"]}"' in refused.text
    receive(manager, product, typed)

    assert on_hand() == 15


def test_the_key_of_somebody_else_means_nothing(manager: Client, sign_in: SignIn) -> None:
    product = make_product("TEA-01", on_hand=5)
    typed = submitted()

    receive(manager, product, typed)
    receive(sign_in("Warehouse"), product, typed)

    assert on_hand() == 25


def test_each_opened_dialog_has_a_key_of_its_own(manager: Client) -> None:
    product = make_product("TEA-01")
    url = f"/admin/catalog/product/{product.pk}/adjust-stock/"
    keys = [manager.get(url).context["form"]["key"].value() for _ in range(2)]
    assert len(set(keys)) == 2


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("keys", "moved"), [(1, 10), (8, 80)], ids=["one key", "control: a key each"])
def test_of_eight_at_once_with_one_key_one_moves_stock(keys: int, moved: int) -> None:
    product = make_product("TEA-01", on_hand=5)
    manager = make_user(role="Manager")
    forms = [submitted() for _ in range(keys)]

    def send(typed: dict[str, object]) -> Any:
        client = Client()
        client.force_login(manager)
        return receive(client, product, typed)

    answers = race(8, [partial(send, forms[number % keys]) for number in range(8)])

    assert all("Location" in answer.headers for answer in answers), answers
    assert on_hand() == 5 + moved
    assert audit_stock() == audit_orders() == []
