"""Orders with a promo code and a key, beside the plain shop's and the least SQL that could hold them."""

from collections.abc import Iterator

from benchmarks.figures import Figure, Series, Unit, at_least, at_most
from benchmarks.least_orders import pgbench, sqlite_alone
from benchmarks.load import Load, cpu_of, rate_of, sent_in_turn
from benchmarks.options import Options
from benchmarks.order_load import LINES, basket
from benchmarks.our_shop import Ours, our_shop
from benchmarks.plain import PLAIN, Plain, plain_shop
from benchmarks.shops import Server

CLIENTS = 8
# Each of the connections prepares a statement when it has run it five times.
WARMING_UP = 200
LEAST = {"postgresql": pgbench, "sqlite": sqlite_alone}
MOST_CPU = {"postgresql": at_most(0.45), "sqlite": at_most(0.40)}


def figures(server: Server, options: Options) -> Iterator[Figure]:
    least = LEAST[server.vendor]
    with our_shop(server) as ours, plain_shop() as other:
        for contestant in (ours, other):
            spread(contestant, WARMING_UP)
        # In turns: whatever else the machine does meets them all.
        rounds = [
            (
                spread(ours, options.orders),
                spread(other, options.orders),
                least(ours.shop, options.least_orders),
            )
            for _ in range(options.order_repetitions)
        ]
        our_loads, plain_loads, least_rates = zip(*rounds, strict=True)
        orders = WARMING_UP + options.orders * options.order_repetitions
        ours.audit(placed=orders)
        other.audit(placed=orders)
    what = f"{LINES} lines, promo code, key, throttle"
    yield Figure(
        cpu_of(f"CPU of an order over HTTP: {what}", our_loads),
        Unit.MILLISECONDS,
        cpu_of(PLAIN, plain_loads),
        MOST_CPU[server.vendor],
    )
    yield Figure(
        rate_of(f"orders a second, {CLIENTS} clients", our_loads),
        Unit.PER_SECOND,
        rate_of(PLAIN, plain_loads),
        at_least(3),
    )
    yield Figure(
        rate_of("orders a second beside the least SQL", our_loads),
        Unit.PER_SECOND,
        Series("six statements, prepared, the same durability", least_rates),
        at_least(0.08) if server.vendor == "postgresql" else None,
    )


def spread(shop: Ours | Plain, orders: int, *, clients: int = CLIENTS) -> Load:
    """Place so many, of products chosen by chance."""
    requests = shop.buyers.orders(orders, basket(shop.skus))
    return sent_in_turn(shop.web, requests, clients=clients, expected=201)
