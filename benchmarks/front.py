"""What the server's front costs: the same requests through it and through Granian's own WSGI interface.

The other way gives each request a thread before its body has come, which is what the front is there to avoid.
"""

import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.api_reads import LIST
from benchmarks.figures import Figure, Goal, Unit, at_most
from benchmarks.load import Load, addresses, compared, cpu_of, get, sent_in_turn
from benchmarks.load import sent as read
from benchmarks.measuring import in_child
from benchmarks.options import Options
from benchmarks.order_load import LIMITS, LINES, PRODUCTS, Buyers, basket
from benchmarks.orders_over_http import CLIENTS
from benchmarks.our_shop import PATH, audit, prepare
from benchmarks.serving import Serving, serving, wait_for
from benchmarks.shops import Server, Shop, filled_shop, server_pid, skus
from tests.servers import free_port

BODY_BYTES = 2_800
THREADS = 8

# With memory allocated as `shopctl serve` has it, which costs some time.
OTHER_SERVER = """
import sys
import django
django.setup()
from backoffice.server.serving import give_memory_back
from granian import Granian
give_memory_back()
Granian(
    "backoffice.wsgi:application", port=int(sys.argv[1]), interface="wsgi", blocking_threads=int(sys.argv[2]),
    websockets=False, log_enabled=False,
).serve()
"""

type Work = Callable[[Serving], Load]


def figures(server: Server, options: Options) -> Iterator[Figure]:
    with filled_shop(server, products=PRODUCTS) as shop:
        buyers = Buyers(PATH, in_child(shop.environment, prepare, PRODUCTS))
        works = {
            f"an order of {LINES} lines": (_ordering(buyers, options.orders), at_most(1.05)),
            "a product list of 20, uncached": (_listing(options.reads), at_most(1.05)),
        }
        yield from _both_ways(shop, LIMITS, works, options.order_repetitions)
        audit(shop, placed=2 * (1 + options.order_repetitions) * options.orders)
        if server.vendor == "sqlite":
            # No database is asked: once is enough.
            body = Path(server.directory) / "front.json"
            body.write_bytes(b"x" * BODY_BYTES)
            bare = {"DJANGO_SETTINGS_MODULE": "benchmarks.bare_settings", "BENCH_BODY": str(body)}
            work = partial(read, requests=[get("/bare")] * options.cached_reads)
            name = f"a view that returns {BODY_BYTES:,} bytes"
            yield from _both_ways(shop, bare, {name: (work, at_most(2.5))}, options.read_repetitions)


def _ordering(buyers: Buyers, orders: int) -> Work:
    def order(web: Serving) -> Load:
        requests = buyers.orders(orders, basket(list(skus(PRODUCTS))))
        return sent_in_turn(web, requests, clients=CLIENTS, expected=201)

    return order


def _listing(reads: int) -> Work:
    numbers = itertools.count(1)

    def ask(web: Serving) -> Load:
        asked = (f"{LIST}&price_gte=0&price_lte=1{number / 100:.2f}" for number in numbers)
        places = addresses(reads)
        return read(
            web, [get(path, X_Forwarded_For=place) for place, path in zip(places, asked, strict=False)]
        )

    return ask


def _both_ways(
    shop: Shop, variables: Mapping[str, str], works: Mapping[str, tuple[Work, Goal]], repetitions: int
) -> Iterator[Figure]:
    with (
        serving(shop, processes=1, variables=variables) as ours,
        thread_for_each(shop, variables) as theirs,
    ):
        for name, (work, goal) in works.items():
            front, other = compared(repetitions, partial(work, ours), partial(work, theirs))
            yield Figure(
                cpu_of(f"CPU of {name}: the front", front),
                Unit.MILLISECONDS,
                cpu_of(f"Granian's WSGI, {THREADS} threads", other),
                goal,
            )


@contextmanager
def thread_for_each(shop: Shop, variables: Mapping[str, str]) -> Iterator[Serving]:
    port = free_port()
    command = [sys.executable, "-c", OTHER_SERVER, str(port), str(THREADS)]
    with subprocess.Popen(command, env={**shop.environment, **variables}) as process:
        try:
            wait_for(port, process, "/healthz")
            yield Serving(port, process.pid, in_child(shop.environment, server_pid))
        finally:
            process.terminate()
