"""The promise of rows that a module's tests share: none of them finds what another did."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from catalog import stock
from catalog.models import Product, StockMovement
from tests.built_once import built_once
from tests.factories import CLI, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def tea(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Product]:
    with built_once(django_db_blocker, lambda: make_product("TEA-01", on_hand=5)) as product:
        yield product


@pytest.mark.parametrize("turn", ["first", "second", "third"])
def test_each_test_finds_the_rows_as_they_were_made(tea: Product, turn: str) -> None:
    assert list(Product.objects.values_list("pk", "on_hand")) == [(tea.pk, 5)]

    stock.receive("TEA-01", 7, by=CLI)
    make_product(turn)

    assert Product.objects.count() == 2
    assert StockMovement.objects.count() == 2
