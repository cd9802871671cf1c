"""How far today's counting of shelves is."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import stock
from catalog.counting import Progress, last_counts, progress_of
from catalog.models import Product
from tests.factories import CLI, make_category, make_product

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 6, 1, 6, tzinfo=UTC)
LATER = MORNING + timedelta(hours=1)


def count(sku: str, counted: int, at: datetime = MORNING) -> None:
    stock.count(sku, counted, by=CLI, at=at)


@pytest.fixture
def shelves() -> list[Product]:
    teas = make_category("Teas")
    return [make_product(sku, on_hand=5, category=teas if sku != "C" else None) for sku in "ABC"]


@pytest.mark.usefixtures("shelves")
def test_a_product_is_counted_once_however_often_it_was_and_differs_if_it_ever_did() -> None:
    count("A", 5)
    count("A", 5, LATER)
    count("B", 4)
    count("B", 4, LATER)
    stock.receive("C", 1, by=CLI, at=LATER)

    assert progress_of(Product.objects.all(), since=MORNING) == Progress(total=3, counted=2, differing=1)


@pytest.mark.usefixtures("shelves")
def test_what_was_counted_before_does_not_count() -> None:
    count("A", 4, MORNING - timedelta(microseconds=1))
    count("B", 4, MORNING)

    assert progress_of(Product.objects.all(), since=MORNING) == Progress(3, 1, 1)
    assert progress_of(Product.objects.all(), since=LATER) == Progress(3, 0, 0)


@pytest.mark.usefixtures("shelves")
def test_only_the_chosen_products_are_looked_at() -> None:
    for sku in "ABC":
        count(sku, 5)

    teas = Product.objects.filter(category__slug="teas").order_by("-sku")
    assert progress_of(teas, since=MORNING) == Progress(2, 2, 0)
    assert progress_of(Product.objects.none(), since=MORNING) == Progress(0, 0, 0)


def test_the_last_count_of_each_product_is_told_in_one_statement(shelves: list[Product]) -> None:
    a, b, _ = shelves
    count("A", 4, LATER)
    count("A", 6, MORNING)
    count("B", 5, MORNING - timedelta(seconds=1))
    count("C", 5)

    with CaptureQueriesContext(connection) as queries:
        found = last_counts([a, b], since=MORNING)

    assert len(queries) == 1
    assert {pk: movement.on_hand_after for pk, movement in found.items()} == {a.pk: 6}
    assert last_counts([], since=MORNING) == {}
