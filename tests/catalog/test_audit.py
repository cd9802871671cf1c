"""The audit names whatever does not add up, and nothing else, also in a shop that is busy."""

from collections.abc import Iterator
from functools import partial

import pytest
from django.db import connection

from catalog import stock
from catalog.audit import Discrepancy, audit_stock
from catalog.models import Product, StockMovement, triggers
from tests.factories import CLI, make_product, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def _writable_ledger() -> Iterator[None]:
    triggers.drop_triggers(connection)
    yield
    triggers.create_triggers(connection)


def tamper(statement: str, *parameters: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


@pytest.fixture
def movements() -> list[int]:
    """Of A: 5 received, 2 reserved, 3 received; B is as it should be."""
    make_product("A")
    make_product("B", on_hand=9)
    stock.receive("A", 5, by=CLI)
    place({"A": 2, "B": 1})
    stock.receive("A", 3, by=CLI)
    return list(StockMovement.objects.filter(product__sku="A").order_by("pk").values_list("pk", flat=True))


@pytest.mark.usefixtures("movements")
def test_a_ledger_that_adds_up_has_nothing_to_name() -> None:
    make_product("NEVER-MOVED")
    assert audit_stock() == []


@pytest.mark.usefixtures("movements")
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"on_hand": 9}, "on hand 9, reserved 2; the ledger says 8 and 2"),
        ({"reserved": 1}, "on hand 8, reserved 1; the ledger says 8 and 2"),
    ],
)
def test_a_product_whose_balance_differs_from_its_movements_is_named(
    change: dict[str, int], told: str
) -> None:
    Product.objects.filter(sku="A").update(**change)
    assert audit_stock() == [Discrepancy("A", "balance", told)]


@pytest.mark.usefixtures("_writable_ledger")
def test_a_row_that_does_not_follow_from_the_one_before_is_named_and_so_is_the_next(
    movements: list[int],
) -> None:
    tamper("UPDATE catalog_stockmovement SET on_hand_after = 6 WHERE id = %s", movements[1])
    assert audit_stock() == [
        Discrepancy(
            "A",
            "sequence",
            f"movement {movements[1]} (reserve) leaves 6/2, which does not follow from 5/0 by +0/+2",
        ),
        Discrepancy(
            "A",
            "sequence",
            f"movement {movements[2]} (receive) leaves 8/2, which does not follow from 6/2 by +3/+0",
        ),
    ]


@pytest.mark.usefixtures("_writable_ledger")
def test_a_first_row_that_does_not_begin_with_nothing_is_named(movements: list[int]) -> None:
    tamper("UPDATE catalog_stockmovement SET on_hand_delta = 4 WHERE id = %s", movements[0])
    assert audit_stock() == [
        Discrepancy("A", "balance", "on hand 8, reserved 2; the ledger says 7 and 2"),
        Discrepancy(
            "A",
            "sequence",
            f"movement {movements[0]} (receive) leaves 5/0, which does not follow from 0/0 by +4/+0",
        ),
    ]


@pytest.mark.usefixtures("_writable_ledger")
def test_a_row_that_somebody_deleted_is_missed_twice(movements: list[int]) -> None:
    tamper("DELETE FROM catalog_stockmovement WHERE id = %s", movements[1])
    assert [(each.subject, each.check) for each in audit_stock()] == [("A", "balance"), ("A", "sequence")]


def test_however_much_is_wrong_each_kind_names_a_thousand_at_most() -> None:
    Product.objects.bulk_create(
        Product(sku=f"P-{number}", name="Product", price=1, on_hand=1) for number in range(1_001)
    )
    assert len(audit_stock()) == 1_000


@pytest.mark.parametrize("movements_each", [1, 3])
def test_auditing_takes_two_statements_however_long_the_ledger(
    movements_each: int, django_assert_num_queries: partial[object]
) -> None:
    product = make_product("A")
    for _ in range(movements_each):
        stock.receive(product.sku, 1, by=CLI)
    with django_assert_num_queries(2):  # type: ignore[attr-defined]
        audit_stock()
