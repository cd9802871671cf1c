from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import Customer
from backoffice.db.inserting import insert
from backoffice.db.statements import selecting, updating
from backoffice.models import JobSlot
from catalog.models import Product
from orders.models import Order, OrderEvent
from tests.factories import make_category, make_product, place
from tests.races.harness import race

pytestmark = pytest.mark.django_db


@selecting
def products_from(skus: list[str], price: Decimal) -> QuerySet[Product]:
    return (
        Product.objects.filter(sku__among=skus, price__gte=price).select_related("category").order_by("sku")
    )


@selecting
def slots_of(job: str) -> QuerySet[JobSlot, Any]:
    return JobSlot.objects.filter(job=job).order_by("slot").values_list("job", "slot")


@updating
def make_dearer(sku: str, extra: Decimal, at: datetime) -> tuple[QuerySet[Product], Mapping[str, Any]]:
    return Product.objects.filter(sku=sku), {"price": F("price") + extra, "updated_at": at}


def test_a_kept_statement_gives_what_its_queryset_would_for_each_set_of_values():
    for number in range(1, 4):
        make_product(f"P-{number}", price=Decimal(number))

    assert [each.sku for each in products_from(["P-1", "P-2", "P-9"], Decimal("2.00"))] == ["P-2"]
    assert [each.sku for each in products_from(["P-1", "P-3", "P-9"], Decimal("0.50"))] == ["P-1", "P-3"]
    assert [each.sku for each in products_from(["P-3"], Decimal(3))] == ["P-3"]
    assert products_from(["P-9"], Decimal(0)) == []


def test_instances_come_whole_with_what_was_selected_along(django_assert_num_queries):
    made = make_product("P-1", category=make_category("Lamps"))

    with django_assert_num_queries(1):
        [found] = products_from(["P-1"], Decimal(0))
        assert (found, found.price, found.category.name) == (made, made.price, "Lamps")
    assert not found._state.adding


def test_a_value_that_looks_like_sql_is_a_value():
    make_product("P-1")

    assert products_from(["P-1' OR '1'='1", "%s"], Decimal(0)) == []


def test_the_sql_is_built_once_however_long_the_list_is():
    built: list[object] = []

    @selecting
    def those(skus: list[str]) -> QuerySet[Product]:
        built.append(skus)
        return Product.objects.filter(sku__among=skus)

    make_product("P-1")
    many = ["P-1", *(f"Q-{number}" for number in range(1_000))]
    found = [those(skus) for skus in (["P-1"], ["B"], [], ["C", "P-1"], many)]

    assert [[each.sku for each in rows] for rows in found] == [["P-1"], [], [], ["P-1"], ["P-1"]]
    assert len(built) == 1


def test_an_update_changes_what_it_names_and_tells_how_many():
    for sku in ("P-1", "P-2"):
        make_product(sku, price="2.50")
    moment = timezone.now() + timedelta(hours=1)

    assert make_dearer("P-1", Decimal("0.25"), moment) == 1
    assert make_dearer("P-9", Decimal("0.25"), moment) == 0

    changed, other = Product.objects.order_by("sku")
    assert (changed.price, changed.updated_at) == (Decimal("2.75"), moment)
    assert other.price == Decimal("2.50")


@pytest.mark.parametrize("count", [1, 3, 100])
def test_inserting_writes_what_the_orm_would(count):
    make_product("P-1", on_hand=1)
    order, at = place({"P-1": 1}), timezone.now()

    def event(number: int) -> OrderEvent:
        return OrderEvent(
            order=order, kind="comment", facts={"text": f"Nr. {number}", "n": [number]}, source="cli", at=at
        )

    # Twice: the first time builds the statement, the second fills it.
    written = [row for _ in range(2) for row in insert([event(number) for number in range(count)])]

    assert len({row.pk for row in written}) == OrderEvent.objects.filter(kind="comment").count() == 2 * count
    for row in written:
        kept = OrderEvent.objects.get(pk=row.pk)
        assert (kept.facts, kept.at) == (row.facts, at)
        assert not row._state.adding


def test_what_is_there_already_is_refused_or_passed_over_as_asked():
    at = timezone.now()
    insert([JobSlot(job="daily", slot=at)])

    insert([JobSlot(job="daily", slot=at), JobSlot(job="hourly", slot=at)], ignore_conflicts=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([JobSlot(job="daily", slot=at)])

    assert slots_of("daily") == [("daily", at)]
    assert slots_of("hourly") == [("hourly", at)]


def test_after_a_refused_insert_the_transaction_takes_no_more_statements():
    at = timezone.now()
    insert([JobSlot(job="daily", slot=at)])

    with transaction.atomic():
        with pytest.raises(IntegrityError):
            insert([JobSlot(job="daily", slot=at)])
        with pytest.raises(transaction.TransactionManagementError):
            Customer.objects.count()
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_threads_that_run_it_at_once_each_get_their_own_rows():
    wanted = [f"P-{number}" for number in range(8)]
    for sku in wanted:
        make_product(sku)

    found = race(8, [partial(products_from, [sku], Decimal(0)) for sku in wanted * 25])

    assert [[each.sku for each in rows] for rows in found] == [[sku] for sku in wanted * 25]


def test_what_the_database_computed_is_known_afterwards():
    make_product("P-1", on_hand=2)

    for order in (place({"P-1": 1}), place({"P-1": 1})):
        assert (order.serial, order.number, order.net) == Order.objects.values_list(
            "serial", "number", "net"
        ).get(pk=order.pk)
