"""Everybody wants one product with one promo code, beside orders that are spread over the shop."""

from collections.abc import Iterator
from functools import partial

from benchmarks.figures import Figure, Series, Unit, at_least, at_most
from benchmarks.load import Load, rate_of, sent_by, sent_in_turn
from benchmarks.measuring import alternating
from benchmarks.options import Options
from benchmarks.order_load import CODE, FEW_UNITS, FEW_USES, SCARCE_CODE, SCARCE_SKU
from benchmarks.orders_over_http import WARMING_UP, spread
from benchmarks.our_shop import Ours, our_shop
from benchmarks.shops import Server

CLIENTS = 64


def figures(server: Server, options: Options) -> Iterator[Figure]:
    with our_shop(server) as ours:
        spread(ours, WARMING_UP, clients=CLIENTS)
        hot_loads, spread_loads = alternating(
            options.order_repetitions,
            partial(rush, ours, options.flash_orders),
            partial(spread, ours, options.flash_orders, clients=CLIENTS),
        )
        sold = _the_last_units(ours)
        ours.audit(placed=WARMING_UP + options.flash_orders * options.order_repetitions * 2 + sold)
    yield Figure(
        rate_of(f"flash sale: orders a second, {CLIENTS} clients, one SKU, one promo code", hot_loads),
        Unit.PER_SECOND,
        rate_of("as many clients, other products and codes", spread_loads),
        at_least(0.85),
    )
    waits = Series("flash sale: p99 of what an order waits", [load.waited(99) for load in hot_loads])
    yield Figure(waits, Unit.SECONDS, goal=at_most(0.5))


def rush(ours: Ours, orders: int) -> Load:
    requests = [ours.buyers.order(ours.skus[:1], CODE) for _ in range(orders)]
    return sent_in_turn(ours.web, requests, clients=CLIENTS, expected=201)


def _the_last_units(ours: Ours) -> int:
    """More want them than there are, and more use the code than may. Gives how many were sold."""
    with_code, without = (
        sent_by(
            ours.web,
            [ours.buyers.order([SCARCE_SKU], code) for _ in range(CLIENTS)],
            clients=CLIENTS,
            on_the_way=1,
        ).statuses.count(201)
        for code in (SCARCE_CODE, "")
    )
    assert with_code == FEW_USES, f"{with_code} orders used a code that {FEW_USES} may use."
    assert without == FEW_UNITS - FEW_USES, f"{with_code + without} units were sold of {FEW_UNITS}."
    return with_code + without
