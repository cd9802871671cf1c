"""Imports against each other and against a busy shop. A control shows that the harness can see the fault."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from catalog import stock
from catalog.audit import audit_stock
from catalog.models import Product, StockImport, StockMovement
from catalog.stock_import import (
    AlreadyImported,
    CannotUndo,
    PlanChanged,
    WrongState,
    apply,
    apply_import,
    sweep_plans,
    undo_import,
)
from orders.audit import audit_orders
from orders.fulfilment.lifecycle import ship_order
from orders.models import Shipment
from tests.catalog.stock_files import lines, on_hand, plan
from tests.factories import CLI, make_product, place
from tests.races.harness import deadlocks_so_far, race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

SKUS = [f"P-{number}" for number in range(30)]


def stock_up(on_hand: int) -> None:
    for sku in SKUS:
        make_product(sku, on_hand=on_hand)


def kinds(outcomes: Iterable[object]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in outcomes)


@pytest.fixture(autouse=True)
def _nobody_deadlocks() -> Iterator[None]:
    """Not even where a retry would hide it."""
    before = deadlocks_so_far()
    yield
    assert deadlocks_so_far() == before


def shuffled() -> list[str]:
    return random.sample(SKUS, len(SKUS))


def test_imports_of_the_same_products_in_any_order_all_add_up() -> None:
    stock_up(1)
    plans = [plan(lines(dict.fromkeys(shuffled(), 1 + number)), mode="receive") for number in range(6)]

    outcomes = race(6, [partial(apply_import, each.pk, by=CLI) for each in plans])

    assert kinds(outcomes) == {"StockImport": 6}
    assert {on_hand(sku) for sku in SKUS} == {1 + 1 + 2 + 3 + 4 + 5 + 6}
    assert audit_stock() == []


def test_planning_applying_and_undoing_amid_orders_and_receipts_loses_nothing_and_fails_nobody() -> None:
    stock_up(1_000)

    def plan_and_apply(units: int) -> StockImport:
        return apply_import(plan(lines(dict.fromkeys(shuffled(), units)), mode="receive").pk, by=CLI)

    def and_undo(units: int) -> StockImport:
        return undo_import(plan_and_apply(units).pk, by=CLI)

    work: list[Callable[[], object]] = [
        partial(place, dict.fromkeys(random.sample(SKUS, 4), 1)) for _ in range(24)
    ]
    work += [partial(stock.receive, random.choice(SKUS), 1, by=CLI) for _ in range(24)]
    work += [partial(plan_and_apply, units) for units in (2, 3, 4, 5)]
    work += [partial(and_undo, units) for units in (7, 11, 13, 17)]
    random.shuffle(work)
    outcomes = race(8, work)

    assert kinds(outcomes) == {"Order": 24, "StockMovement": 24, "StockImport": 8}
    assert sum(Product.objects.values_list("on_hand", flat=True)) == 30 * (1_000 + 2 + 3 + 4 + 5) + 24
    assert sum(Product.objects.values_list("reserved", flat=True)) == 24 * 4
    assert audit_stock() == audit_orders() == []


def test_an_import_that_reads_and_then_writes_without_the_lock_loses_receipts() -> None:
    """The control: the same race, with an import that believes what it read."""
    stock_up(10)
    is_read, is_received = threading.Event(), threading.Event()

    def import_unguarded() -> None:
        seen = dict(Product.objects.values_list("pk", "on_hand"))
        is_read.set()
        assert is_received.wait(timeout=30)
        for pk, units in seen.items():
            Product.objects.filter(pk=pk).update(on_hand=units + 5)

    def receive(sku: str) -> None:
        assert is_read.wait(timeout=30)
        stock.receive(sku, 1, by=CLI)
        is_received.set()

    outcomes = race(4, [import_unguarded, *(partial(receive, sku) for sku in SKUS[:9])])

    assert outcomes == [None] * 10
    assert sum(Product.objects.values_list("on_hand", flat=True)) < 30 * (10 + 5) + 9
    assert audit_stock() != []


def test_of_many_counts_of_the_same_products_at_once_one_is_applied_as_it_was_seen() -> None:
    stock_up(1)
    plans = [plan(lines(dict.fromkeys(shuffled(), 10 + number))) for number in range(6)]

    outcomes = race(6, [partial(apply_import, each.pk, by=CLI) for each in plans])

    assert kinds(outcomes) == {"StockImport": 1, PlanChanged.__name__: 5}
    [applied] = StockImport.objects.filter(state="applied")
    assert {on_hand(sku) for sku in SKUS} == {10 + plans.index(applied)}
    assert audit_stock() == []


def count_amid_receipts(attempts: int) -> list[int]:
    """What applied counts of 50 left on hand, each amid a receipt of 1 by somebody else."""
    left = []
    for attempt in range(attempts):
        sku = make_product(on_hand=10).sku
        planned = plan(lines({sku: 50}), name=f"{attempt}.csv")

        applied, received = race(
            2, [partial(apply_import, planned.pk, by=CLI), partial(stock.receive, sku, 1, by=CLI)]
        )

        assert isinstance(received, StockMovement)
        if isinstance(applied, PlanChanged):
            assert on_hand(sku) == 11
        else:
            assert isinstance(applied, StockImport)
            assert on_hand(sku) == 51
            left.append(StockMovement.objects.get(stock_import=applied).on_hand_after)
    assert audit_stock() == []
    return left


def test_a_count_amid_receipts_is_applied_as_seen_or_not_at_all() -> None:
    assert set(count_amid_receipts(8)) <= {50}


def test_without_a_second_look_a_count_amid_receipts_leaves_what_nobody_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: an import that does not look whether the plan still holds."""
    monkeypatch.setattr(apply, "MARK_OVERTAKEN_COUNTS", f"{apply.MARK_OVERTAKEN_COUNTS} AND 1 = 0")

    # Not by chance: the receipt comes in between the look and the import.
    sku = make_product(on_hand=10).sku
    planned = plan(lines({sku: 50}))
    stock.receive(sku, 1, by=CLI)

    applied = apply_import(planned.pk, by=CLI)

    assert StockMovement.objects.get(stock_import=applied).on_hand_after == 51


def test_counts_amid_orders_that_are_placed_and_shipped_fail_nobody_and_explain_every_unit() -> None:
    stock_up(60)

    def place_and_ship() -> Shipment:
        return ship_order(place(dict.fromkeys(random.sample(SKUS, 4), 2)).number, by=CLI)

    def count(units: int) -> StockImport:
        return apply_import(plan(lines(dict.fromkeys(random.sample(SKUS, 5), units))).pk, by=CLI)

    work: list[Callable[[], object]] = [place_and_ship for _ in range(30)]
    work += [partial(place, dict.fromkeys(random.sample(SKUS, 4), 1)) for _ in range(20)]
    work += [partial(count, units) for units in range(40, 56)]
    random.shuffle(work)
    outcomes = kinds(race(8, work))

    assert (outcomes["Shipment"], outcomes["Order"]) == (30, 20)
    assert outcomes["StockImport"] + outcomes[PlanChanged.__name__] == 16
    for each in StockImport.objects.filter(state="applied"):
        counted = int(each.rows.values_list("quantity", flat=True)[0])
        assert {movement.on_hand_after for movement in each.movements.all()} <= {counted}
    assert sum(Product.objects.values_list("reserved", flat=True)) == 20 * 4
    assert audit_stock() == audit_orders() == []


def test_undoing_amid_the_shipping_of_the_same_products_keeps_every_sale() -> None:
    stock_up(12)
    imports = [
        apply_import(plan(lines(dict.fromkeys(shuffled(), n)), mode="receive").pk, by=CLI) for n in (1, 2, 9)
    ]
    orders = [place(dict.fromkeys(SKUS[:6], 1)) for _ in range(18)]

    work: list[Callable[[], object]] = [partial(ship_order, order.number, by=CLI) for order in orders]
    work += [partial(undo_import, each.pk, by=CLI) for each in imports]
    random.shuffle(work)
    outcomes = kinds(race(8, work))

    # 24 on hand of which 18 are sold: 1 and 2 can go, 9 cannot, whichever comes first.
    assert outcomes == {"Shipment": 18, "StockImport": 2, CannotUndo.__name__: 1}
    assert {(on_hand(sku)) for sku in SKUS[:6]} == {24 - 3 - 18}
    assert {(on_hand(sku)) for sku in SKUS[6:]} == {24 - 3}
    assert audit_stock() == audit_orders() == []


def test_one_plan_applied_by_many_at_once_is_applied_once_and_undone_once() -> None:
    make_product("A", on_hand=5)
    number = plan(lines({"A": 4}), mode="receive").pk

    outcomes = race(8, [partial(apply_import, number, by=CLI) for _ in range(8)])
    assert kinds(outcomes) == {"StockImport": 1, WrongState.__name__: 7}
    assert on_hand("A") == 9

    outcomes = race(8, [partial(undo_import, number, by=CLI) for _ in range(8)])
    assert kinds(outcomes) == {"StockImport": 1, WrongState.__name__: 7}
    assert on_hand("A") == 5
    assert audit_stock() == []


def test_the_same_file_planned_by_many_and_applied_at_once_is_applied_once() -> None:
    make_product("A", on_hand=5)
    plans = [plan(lines({"A": 4}), mode="receive") for _ in range(6)]

    outcomes = race(6, [partial(apply_import, each.pk, by=CLI) for each in plans])

    assert kinds(outcomes) == {"StockImport": 1, AlreadyImported.__name__: 5}
    assert on_hand("A") == 9


def test_a_plan_swept_while_it_is_applied_is_either_gone_or_applied() -> None:
    make_product("A", on_hand=5)
    for _ in range(5):
        planned = plan(lines({"A": 4}), mode="receive")
        StockImport.objects.update(created_at=timezone.now() - timedelta(days=3))

        applied, _swept = race(
            2, [partial(apply_import, planned.pk, by=CLI, again=True), partial(sweep_plans, timezone.now())]
        )

        assert isinstance(applied, StockImport) == StockImport.objects.filter(pk=planned.pk).exists()
    assert audit_stock() == []
