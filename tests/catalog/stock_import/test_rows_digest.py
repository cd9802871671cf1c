"""A delivery is known again by what its rows say: received twice it would be on the shelf twice."""

import pytest

from catalog.stock_import import AlreadyImported, apply_import
from catalog.stock_import.rows_digest import RowsDigest
from tests.catalog.stock_files import on_hand, plan
from tests.factories import CLI, make_product

pytestmark = pytest.mark.django_db


def digest(content: str, mode: str = "receive") -> str:
    return plan(content, mode=mode).digest


def test_line_ends_order_blank_rows_and_ways_of_writing_make_no_difference() -> None:
    once = digest("sku,quantity\nA,5\nB,6\n")

    assert digest("SKU;Menge\r\n\r\nb;6.0\r\n a ;5\r\n") == once


@pytest.mark.parametrize(
    "other",
    ["sku,quantity\nA,5\n", "sku,quantity\nA,5\nB,7\n", "sku,quantity,note\nA,5,x\nB,6,\n"],
)
def test_other_rows_are_others(other: str) -> None:
    assert digest(other) != digest("sku,quantity\nA,5\nB,6\n")


def test_a_count_is_no_delivery() -> None:
    assert digest("sku,quantity\nA,5\n", "count") != digest("sku,quantity\nA,5\n")
    assert RowsDigest("count").hexdigest() != RowsDigest("receive").hexdigest()


def test_the_same_delivery_is_not_received_again() -> None:
    make_product("A", on_hand=1)
    apply_import(plan("sku,quantity\nA,5\n", mode="receive").pk, by=CLI)

    with pytest.raises(AlreadyImported, match="The same rows were applied as import"):
        apply_import(plan("sku;quantity\r\nA;5\r\n", mode="receive").pk, by=CLI)

    assert on_hand("A") == 6
