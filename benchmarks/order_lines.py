"""What an order costs by the number of its lines."""

from collections.abc import Iterator
from functools import partial

from benchmarks.figures import Figure, Series, Unit, at_most
from benchmarks.load import Load, cpu_of, sent_in_turn
from benchmarks.measuring import alternating
from benchmarks.options import Options
from benchmarks.order_load import basket
from benchmarks.orders_over_http import WARMING_UP, spread
from benchmarks.our_shop import Ours, our_shop
from benchmarks.shops import Server

# So many orders of so many lines a round.
ROUND = {1: 60, 10: 60, 100: 20, 500: 6}


def figures(server: Server, options: Options) -> Iterator[Figure]:
    with our_shop(server, products=max(ROUND)) as ours:
        spread(ours, WARMING_UP)
        for lines in ROUND:
            placed(ours, lines, 2)
        loads = alternating(
            options.order_repetitions,
            *(partial(placed, ours, lines, orders) for lines, orders in ROUND.items()),
        )
        ours.audit(placed=WARMING_UP + 2 * len(ROUND) + sum(ROUND.values()) * options.order_repetitions)
    one, ten, hundred, five_hundred = (
        cpu_of(f"CPU of an order of {lines} lines", each) for lines, each in zip(ROUND, loads, strict=True)
    )
    of_ten = Series("an order of 10 lines", ten.values, detail=ten.detail)
    yield Figure(one, Unit.MILLISECONDS, of_ten)
    yield Figure(hundred, Unit.MILLISECONDS, of_ten, at_most(3.5))
    yield Figure(five_hundred, Unit.MILLISECONDS, goal=at_most(120))


def placed(ours: Ours, lines: int, orders: int) -> Load:
    requests = ours.buyers.orders(orders, basket(ours.skus, lines))
    return sent_in_turn(ours.web, requests, clients=1, expected=201)
