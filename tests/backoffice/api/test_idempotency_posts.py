import json
from functools import partial
from typing import Any

import pytest

from backoffice.db.transactions import write_transaction
from backoffice.outbox.models import EmailMessage
from catalog.audit import audit_stock
from catalog.models import Product
from orders.api import orders as orders_api
from orders.audit import audit_orders
from orders.models import Order
from tests.contract.client import Api, assert_problem
from tests.factories import make_product, make_shopper
from tests.orders.api.test_orders import basket
from tests.races.harness import race


def race_of_posts(count: int, *, keys: int) -> dict[str, list[Any]]:
    """Posts of one shopper by sixteen threads, each key with its own body; the responses to each key."""
    make_product("71053", on_hand=100_000)
    shopper = Api(make_shopper())
    turns = [turn % keys for turn in range(count)]
    posts = [
        partial(shopper.post, "orders", basket(("71053", 1 + turn)), Idempotency_Key=f"key-{turn}")
        for turn in turns
    ]
    responses: dict[str, list[Any]] = {}
    for turn, response in zip(turns, race(16, posts), strict=True):
        assert response.status_code == 201, response.content
        responses.setdefault(f"key-{turn}", []).append(response)
    return responses


@pytest.mark.race
@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
def test_eight_hundred_posts_with_fifty_keys_place_fifty_orders_and_give_one_body_for_each():
    responses = race_of_posts(800, keys=50)

    bodies = {key: {response.content for response in each} for key, each in responses.items()}
    assert [len(each) for each in bodies.values()] == [1] * 50
    placed = {json.loads(*each)["number"] for each in bodies.values()}
    assert placed == set(Order.objects.values_list("number", flat=True))
    assert len(placed) == 50
    assert Product.objects.get().reserved == sum(range(1, 51))
    assert EmailMessage.objects.count() == 50
    assert audit_stock() == audit_orders() == []


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_where_keys_are_ignored_the_same_posts_place_too_many(monkeypatch):
    """The control."""
    monkeypatch.setattr(
        orders_api, "answer_once", lambda request, body, run: write_transaction(run)().to(request)
    )

    responses = race_of_posts(32, keys=2)

    assert all(len({response.content for response in each}) > 1 for each in responses.values())
    assert Order.objects.count() == 32


@pytest.mark.django_db
def test_over_http_the_reply_is_the_same_to_the_byte():
    make_product("71053", on_hand=10)
    shopper = Api(make_shopper())

    first = shopper.post("orders", basket(("71053", 1)), Idempotency_Key="a-key")
    second = shopper.post("orders", basket(("71053", 1)), Idempotency_Key="a-key")

    assert (first.status_code, first.content) == (second.status_code, second.content)
    for header in ("ETag", "Location", "Content-Type"):
        assert first[header] == second[header]
    mismatch = shopper.post("orders", basket(("71053", 2)), Idempotency_Key="a-key")
    assert_problem(mismatch, 422, "idempotency_mismatch", "/Idempotency-Key")
    assert_problem(shopper.post("orders", basket(("71053", 2)), Idempotency_Key=""), 422, "validation")
    assert_problem(shopper.post("orders", basket(("71053", 2)), Idempotency_Key="x" * 256), 422, "validation")
    assert Order.objects.count() == 1


@pytest.mark.django_db
def test_a_refused_order_may_be_sent_again_with_its_key():
    shopper = Api(make_shopper())
    refused = shopper.post("orders", basket(("71053", 1)), Idempotency_Key="a-key")
    make_product("71053", on_hand=10)

    placed = shopper.post("orders", basket(("71053", 1)), Idempotency_Key="a-key")

    assert_problem(refused, 422, "unknown_sku")
    assert placed.status_code == 201
