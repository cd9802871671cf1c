"""What clients read most: products from the cache and from the database, and orders."""

import itertools
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import plain
from benchmarks.figures import Figure, Unit, at_least, at_most
from benchmarks.load import Load, addresses, compared, cpu_of, get, rate_of, sent
from benchmarks.measuring import in_child
from benchmarks.options import Options
from benchmarks.order_load import LIMITS
from benchmarks.past_orders import fill_orders
from benchmarks.plain import PLAIN, Plain, plain_shop
from benchmarks.serving import Serving, serving
from benchmarks.shops import Server, Shop, filled_shop

PRODUCTS = 1_000
ORDERS = 5_000
LIST = "/api/v1/products?limit=20"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks one of the two shops, as anybody or with a token of the staff."""

    web: Serving
    list: str
    token: str
    numbers: Iterator[int]

    def never_asked_before(self, count: int) -> Load:
        asked = (f"{self.list}&price_gte=0&price_lte=1{number / 100:.2f}" for number in self.numbers)
        places = addresses(count)
        return sent(
            self.web, [get(path, X_Forwarded_For=place) for place, path in zip(places, asked, strict=False)]
        )

    def again(self, path: str, count: int) -> Load:
        return sent(self.web, [get(path, X_Forwarded_For=place) for place in addresses(count)])

    def as_staff(self, path: str, count: int) -> Load:
        return sent(self.web, [get(path, Authorization=f"Bearer {self.token}")] * count)


def figures(server: Server, options: Options) -> Iterator[Figure]:
    processes = 2 if server.vendor == "postgresql" else 1
    with filled_shop(server, products=PRODUCTS) as shop, plain_shop(products=PRODUCTS) as other:
        in_child(shop.environment, fill_orders, ORDERS)
        token = in_child(shop.environment, prepare)
        with serving(shop, processes=processes, variables=LIMITS) as web:
            ours = Reader(web, LIST, token, itertools.count(1))
            theirs = _reader_of(other)
            yield from _from_the_database(ours, theirs, options)
            yield from _from_the_cache(shop, ours, theirs, processes, options)


def _reader_of(other: Plain) -> Reader:
    in_child(other.shop.environment, plain.fill_orders, ORDERS)
    token = in_child(other.shop.environment, plain.token_of_staff)
    return Reader(other.web, plain.LIST, token, itertools.count(1))


def _from_the_database(ours: Reader, theirs: Reader, options: Options) -> Iterator[Figure]:
    """CPU of reads that no cache knows, application and database."""
    count = options.reads
    order, list_of_orders = "/api/v1/orders/B-100042", "/api/v1/orders?limit=20"
    their_order, their_list = "/api/orders/42/", "/api/orders/?limit=20"
    reads: tuple[tuple[str, Callable[[], Load], Callable[[], Load]], ...] = (
        (
            "product list of 20, uncached",
            partial(ours.never_asked_before, count),
            partial(theirs.never_asked_before, count),
        ),
        (
            "order list of 20",
            partial(ours.as_staff, list_of_orders, count),
            partial(theirs.as_staff, their_list, count),
        ),
        ("an order", partial(ours.as_staff, order, count), partial(theirs.as_staff, their_order, count)),
    )
    for name, read, yardstick in reads:
        our_loads, their_loads = compared(options.read_repetitions, read, yardstick)
        yield Figure(
            cpu_of(f"CPU of one: {name}", our_loads),
            Unit.MILLISECONDS,
            cpu_of(PLAIN, their_loads),
            at_most(0.30) if "product" in name else None,
        )


def _from_the_cache(
    shop: Shop, ours: Reader, theirs: Reader, processes: int, options: Options
) -> Iterator[Figure]:
    """Beside the plain shop's cached list, and beside a view that only returns those bytes."""
    count = options.cached_reads
    body = Path(shop.server.directory) / "body.json"
    body.write_bytes(_body(ours.web, LIST))
    bare_view = {"DJANGO_SETTINGS_MODULE": "benchmarks.bare_settings", "BENCH_BODY": str(body)}
    with serving(shop, processes=processes, variables=LIMITS | bare_view) as nothing_else:
        bare = Reader(nothing_else, "/bare", "", ours.numbers)
        our_loads, their_loads, bare_loads = compared(
            options.read_repetitions,
            partial(ours.again, LIST, count),
            partial(theirs.again, theirs.list, count),
            partial(bare.again, "/bare", count),
        )
    name = "product list of 20, cached"
    yield Figure(
        cpu_of(f"CPU of one: {name}", our_loads),
        Unit.MILLISECONDS,
        cpu_of(PLAIN, their_loads),
        at_most(0.20),
    )
    without_middleware = "a Django view without middleware, the same bytes"
    yield Figure(
        rate_of(f"{name}: requests a second", our_loads),
        Unit.PER_SECOND,
        rate_of(without_middleware, bare_loads),
        at_least(0.6),
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
