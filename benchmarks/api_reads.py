"""What clients read most: products from the cache and from the database, and one's orders."""

import itertools
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.figures import Figure, Goal, Series, Unit, at_least, at_most
from benchmarks.load import addresses, get, sent
from benchmarks.measuring import Sample, alternating, calibration, in_child
from benchmarks.options import Options
from benchmarks.past_orders import fill_orders
from benchmarks.serving import Serving, serving
from benchmarks.shops import FIRST_SKU, Server, Shop, filled_shop

PRODUCTS = 1_000
ORDERS = 5_000
LIST = "/api/v1/products?limit=20"
LOOP = "a loop of 500,000 rounds in Python"
# Throttled as always, but the one who measures must get through.
LIMITS = {"API_RATE_PER_MINUTE": "100000000", "TRUSTED_PROXIES": "127.0.0.1"}


def figures(server: Server, options: Options) -> Iterator[Figure]:
    processes = 2 if server.vendor == "postgresql" else 1
    with filled_shop(server, products=PRODUCTS) as shop:
        in_child(shop.environment, fill_orders, ORDERS)
        token = in_child(shop.environment, prepare)
        with serving(shop, processes=processes, variables=LIMITS) as web:
            yield from _uncached(web, token, options)
            for name, path in (("list of 20", LIST), ("detail", f"/api/v1/products/SKU-{FIRST_SKU}")):
                yield from _cached(shop, web, name, path, processes, options)


def _uncached(web: Serving, token: str, options: Options) -> Iterator[Figure]:
    """CPU of reads that no cache knows, application and database."""
    numbers = itertools.count(1)

    def never_asked_before() -> Sample:
        asked = (f"{LIST}&price_gte=0&price_lte=1{number / 100:.2f}" for number in numbers)
        places = addresses(options.reads)
        return sent(
            web, [get(path, X_Forwarded_For=place) for place, path in zip(places, asked, strict=False)]
        )

    def signed_in(path: str) -> Sample:
        return sent(web, [get(path, Authorization=f"Bearer {token}")] * options.reads)

    reads: tuple[tuple[str, Callable[[], Sample], Goal | None], ...] = (
        ("product list of 20, uncached", never_asked_before, at_most(0.08)),
        ("order list of 20", partial(signed_in, "/api/v1/orders?limit=20"), None),
        ("an order", partial(signed_in, "/api/v1/orders/B-100042"), None),
    )
    for name, read, goal in reads:
        samples, loops = alternating(options.read_repetitions, read, lambda: Sample(0, calibration(), 0))
        yield Figure(
            Series(f"CPU of one: {name}", [sample.cpu_seconds for sample in samples]),
            Unit.SECONDS,
            Series(LOOP, [sample.cpu_seconds for sample in loops]),
            goal,
        )


def _cached(
    shop: Shop, web: Serving, name: str, path: str, processes: int, options: Options
) -> Iterator[Figure]:
    """As many a second as of a view that only returns those bytes."""
    body = Path(shop.server.directory) / "body.json"
    body.write_bytes(_body(web, path))
    bare = {"DJANGO_SETTINGS_MODULE": "benchmarks.bare_settings", "BENCH_BODY": str(body)}
    requests, bare_requests = (
        [get(each, X_Forwarded_For=address) for address in addresses(options.cached_reads)]
        for each in (path, "/bare")
    )
    with serving(shop, processes=processes, variables=LIMITS | bare) as nothing_else:
        ours, theirs = alternating(
            options.read_repetitions, partial(sent, web, requests), partial(sent, nothing_else, bare_requests)
        )
    yield Figure(
        _rate(f"product {name}, cached: requests a second", ours),
        Unit.PER_SECOND,
        _rate("a Django view without middleware, the same bytes", theirs),
        at_least(0.6),
    )


def _rate(name: str, samples: list[Sample]) -> Series:
    return Series(
        name, [1 / sample.seconds for sample in samples], [sample.cpu_seconds for sample in samples]
    )


def _body(web: Serving, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{web.port}{path}", timeout=30) as answer:
        body: bytes = answer.read()
    return body


def prepare() -> str:
    """A token of somebody who may see all orders."""
    from accounts.tokens.refresh import issue_pair
    from tests.factories import make_user

    return issue_pair(make_user(role="Manager")).access
