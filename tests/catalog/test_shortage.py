"""What is said to somebody who wants more than is there."""

import pytest

from catalog.models import Product
from catalog.shortage import BelowReserved, refuse_below_reserved, shortage
from tests.factories import make_product, place

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("on_hand", "said"),
    [
        (0, "Only 0 of TEA-01 are available; 5 were asked for."),
        (1, "Only 1 of TEA-01 is available; 5 were asked for."),
        (3, "Only 3 of TEA-01 are available; 5 were asked for."),
    ],
)
def test_who_wants_more_than_is_available_learns_how_many_there_are(on_hand: int, said: str) -> None:
    fault = shortage(make_product("TEA-01", on_hand=on_hand), 5)

    assert fault.detail == said
    assert (fault.code, fault.facts["available"], fault.facts["wanted"]) == ("insufficient_stock", on_hand, 5)


def test_taking_more_than_is_on_hand_names_what_is_there() -> None:
    with pytest.raises(BelowReserved, match=r"Only 1 of TEA-01 is on hand\."):
        refuse_below_reserved(make_product("TEA-01", on_hand=1), -1)


def test_leaving_fewer_than_are_reserved_names_the_orders_that_hold_them() -> None:
    make_product("TEA-01", on_hand=3)
    first, second = place({"TEA-01": 1}), place({"TEA-01": 1})
    product = Product.objects.get()

    refuse_below_reserved(product, 2)
    with pytest.raises(BelowReserved) as refused:
        refuse_below_reserved(product, 1)

    assert refused.value.detail == (
        f"2 of TEA-01 are reserved by {second.number}, {first.number}: cancel units of those orders first."
    )
