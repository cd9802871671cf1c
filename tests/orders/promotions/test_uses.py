"""A customer's uses of a promotion are counted while they are active, and numbered without a clash."""

import pytest

from orders.fulfilment.lifecycle import cancel_order
from orders.models import Order
from orders.promotions.uses import next_use_number, other_orders_of, uses_of
from tests.factories import CLI, make_customer, make_product, make_promo_code, place

pytestmark = pytest.mark.django_db


def test_uses_that_were_given_back_do_not_count_and_free_no_number_below_others() -> None:
    make_product("A", on_hand=9)
    promotion = make_promo_code("OFTEN", max_uses_per_customer=None).promotion_id
    customer = make_customer()
    assert (uses_of(promotion, customer.pk), next_use_number(promotion, customer.pk)) == (0, 1)

    first, _second = (place({"A": 1}, customer=customer, promo_code="OFTEN") for _ in range(2))
    cancel_order(first.number, by=CLI)

    assert (uses_of(promotion, customer.pk), next_use_number(promotion, customer.pk)) == (1, 3)
    assert uses_of(promotion, make_customer().pk) == 0


def test_an_order_that_was_wholly_cancelled_is_no_other_order() -> None:
    make_product("A", on_hand=9)
    customer = make_customer()
    first, second = (place({"A": 1}, customer=customer) for _ in range(2))
    assert list(other_orders_of(customer.pk, than=second.pk)) == [first]
    cancel_order(first.number, by=CLI)
    assert list(other_orders_of(customer.pk, than=second.pk)) == []
    assert Order.objects.count() == 2
