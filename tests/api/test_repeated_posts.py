from functools import partial

import pytest

from orders.models import Order
from tests.api.client import Api, assert_problem
from tests.api.test_orders import basket
from tests.factories import make_product, make_shopper
from tests.races import race


@pytest.mark.race
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_hundred_posts_with_twenty_keys_place_twenty_orders():
    make_product("71053", on_hand=1000)
    shopper = Api(make_shopper())
    posts = [
        partial(shopper.post, "orders", basket(("71053", 1 + turn % 20)), Idempotency_Key=f"key-{turn % 20}")
        for turn in range(200)
    ]

    responses = race(16, posts)

    bodies: dict[int, set[bytes]] = {}
    for turn, response in enumerate(responses):
        assert response.status_code == 201, response.content
        bodies.setdefault(turn % 20, set()).add(response.content)
    assert [len(each) for each in bodies.values()] == [1] * 20
    assert len({next(iter(each)) for each in bodies.values()}) == 20
    assert Order.objects.count() == 20


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
