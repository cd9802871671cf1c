"""Placing an order is one transaction of a fixed number of statements, and any of them may fail."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from catalog.audit import audit_stock
from orders.audit import audit_orders
from orders.models import Order
from tests.factories import make_customer, make_product, make_promo_code, place
from tests.orders.placing.test_placement import assert_nothing_was_written


class BrokenStatement(DatabaseError):
    """The statement that the test makes fail."""


@contextmanager
def failing_statement(number: int) -> Iterator[list[str]]:
    """Let statement `number` (from 1) fail; gives the statements seen."""
    seen: list[str] = []

    def fail(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        if len(seen) == number:
            raise BrokenStatement(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        yield seen


def place_an_order(lines: int) -> Order:
    basket = {f"P-{number}": 1 for number in range(lines)}
    return place(basket, customer=make_customer("anna@example.com"), promo_code="TEN")


def stock_up(products: int) -> None:
    for number in range(products):
        make_product(f"P-{number}", on_hand=5)
    make_promo_code("TEN", max_uses_per_customer=None)
    make_customer("anna@example.com")


@pytest.mark.django_db(transaction=True)
def test_whichever_statement_of_placing_an_order_fails_nothing_is_left_behind() -> None:
    stock_up(3)
    number = 0
    while True:
        number += 1
        try:
            with failing_statement(number) as seen:
                place_an_order(3)
        except BrokenStatement:
            assert_nothing_was_written()
            continue
        break
    assert len(seen) == number - 1
    assert number > 10, "every statement was made to fail in its turn"
    assert Order.objects.count() == 1
    assert audit_stock() == audit_orders() == []


@pytest.mark.django_db(transaction=True)
def test_placing_3_lines_takes_as_many_statements_as_placing_30_and_at_most_16() -> None:
    stock_up(30)
    counts = []
    for lines in (3, 30):
        with CaptureQueriesContext(connection) as queries:
            place_an_order(lines)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 16, [query["sql"][:100] for query in queries]
