"""How often an order waits for an answer of PostgreSQL and of Redis, counted on the way."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlsplit

from benchmarks.counting_proxy import CountingProxy, counting_proxy
from benchmarks.figures import Figure, Series, Unit, at_most
from benchmarks.measuring import in_child
from benchmarks.options import Options
from benchmarks.orders_over_http import WARMING_UP, spread
from benchmarks.our_shop import our_shop
from benchmarks.shops import Server

ORDERS = 25
MOST = {"PostgreSQL": 5, "Redis": 2}


def figures(server: Server, _: Options) -> Iterator[Figure]:
    if server.vendor != "postgresql":
        return  # nothing is asked over a network there
    with proxied(server) as (between, proxies), our_shop(between) as ours:
        spread(ours, WARMING_UP)
        counts: dict[str, list[int]] = {name: [] for name in MOST}
        for _order in range(ORDERS):
            before = [proxy.trips for proxy in proxies]
            spread(ours, 1, clients=1)
            for name, proxy, trips in zip(MOST, proxies, before, strict=True):
                counts[name].append(proxy.trips - trips)
        ours.audit(placed=WARMING_UP + ORDERS)
    for name, most in MOST.items():
        series = Series(f"round trips of an order to {name}", counts[name])
        yield Figure(series, Unit.TRIPS, goal=at_most(most))


@contextmanager
def proxied(server: Server) -> Iterator[tuple[Server, tuple[CountingProxy, CountingProxy]]]:
    """The same server by way of those who count what goes to PostgreSQL and what goes to Redis."""
    there = in_child(server.base, connection_settings)
    redis = urlsplit(server.base["REDIS_URL"])
    with (
        counting_proxy(there["HOST"] or "127.0.0.1", int(there["PORT"] or 5432)) as to_database,
        counting_proxy(redis.hostname or "127.0.0.1", redis.port or 6379) as to_redis,
    ):
        who, _, _ = redis.netloc.rpartition("@")
        address = f"{who}@127.0.0.1:{to_redis.port}" if who else f"127.0.0.1:{to_redis.port}"
        user, password = quote(there["USER"]), quote(there["PASSWORD"])
        base = {
            **server.base,
            "DATABASE_URL": f"postgresql://{user}:{password}@127.0.0.1:{to_database.port}/{there['NAME']}",
            "REDIS_URL": redis._replace(netloc=address).geturl(),
        }
        yield dataclasses.replace(server, base=base), (to_database, to_redis)


def connection_settings() -> dict[str, str]:
    from django.db import connection

    names = ("HOST", "PORT", "USER", "PASSWORD", "NAME")
    return {name: str(connection.settings_dict[name]) for name in names}
