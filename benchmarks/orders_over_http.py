"""Orders placed through the API by several clients at once, beside the least SQL that could hold them."""

import http.client
import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random

from benchmarks.figures import Figure, Series, Unit, at_most
from benchmarks.least_orders import pgbench, sqlite_alone
from benchmarks.measuring import calibration, in_child, tree_cpu_seconds
from benchmarks.options import Options
from benchmarks.serving import Serving, serving
from benchmarks.shops import Server, Shop, filled_shop, skus

CLIENTS = 8
PRODUCTS = 50
LINES = 3
# A shop's orders come from many customers, each of whom has few open.
CUSTOMERS = 200
ADDRESS = {"name": "Theo Jansen", "line1": "Seeweg 56", "city": "Köln", "country": "DE"}


def figures(server: Server, options: Options) -> Iterator[Figure]:
    is_grown = server.vendor == "postgresql"
    processes = 2 if is_grown else 1
    least: Callable[[Shop, int], float] = pgbench if is_grown else sqlite_alone
    measured: list[Sent] = []
    yardsticks: list[float] = []
    with filled_shop(server, products=PRODUCTS) as shop:
        tokens = in_child(shop.environment, prepare, options.orders * LINES)
        with serving(shop, processes=processes) as web:
            send(web, tokens, CLIENTS, seed=0)
            for number in range(options.order_repetitions):
                measured.append(sent(web, tokens, options.orders, seed=number + 1))
                yardsticks.append(least(shop, options.orders))
        assert in_child(shop.environment, discrepancies) == []
    yield from _figures(measured, yardsticks, processes, options.orders)


class Sent:
    """So many orders sent: how long it took, what it cost, how long each waited."""

    def __init__(self, seconds: float, cpu_seconds: float, waits: list[float]) -> None:
        self.seconds = seconds
        self.cpu_per_order = cpu_seconds / len(waits)
        self.p50, self.p99 = (statistics.quantiles(waits, n=100)[place] for place in (49, 98))


def sent(web: Serving, tokens: Sequence[str], orders: int, *, seed: int) -> Sent:
    cpu, began = _cpu(web), time.perf_counter()
    waits = send(web, tokens, orders, seed=seed)
    return Sent(time.perf_counter() - began, _cpu(web) - cpu, waits)


def send(web: Serving, tokens: Sequence[str], orders: int, *, seed: int) -> list[float]:
    """Place them through keep-alive connections; gives what each order waited for its answer."""
    shares = [range(first, orders, CLIENTS) for first in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as clients:
        parts = clients.map(lambda share: list(_client(web, tokens, share, seed)), shares)
        return [wait for part in parts for wait in part]


def _client(web: Serving, tokens: Sequence[str], share: range, seed: int) -> Iterator[float]:
    choose = Random(f"{seed} {share.start}")
    known = list(skus(PRODUCTS))
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=120)
    for number in share:
        lines = [{"sku": sku, "quantity": 1} for sku in choose.sample(known, LINES)]
        headers = {
            "Authorization": f"Bearer {tokens[number % len(tokens)]}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"bench-{seed}-{number}",
        }
        body = json.dumps({"lines": lines, "shipping_address": ADDRESS})
        began = time.perf_counter()
        connection.request("POST", "/api/v1/orders", body, headers)
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status == 201, content
        yield time.perf_counter() - began
    connection.close()


def _figures(measured: list[Sent], yardsticks: list[float], processes: int, orders: int) -> Iterator[Figure]:
    among = f"{CLIENTS} clients, {processes} web process{'es' if processes > 1 else ''}"
    yield Figure(
        Series(f"{orders:,} orders over HTTP, {among}", [each.seconds for each in measured]),
        Unit.SECONDS,
        Series("the least SQL for as many, the same durability", yardsticks),
        # A quarter of its rate on PostgreSQL, a fifth on SQLite.
        at_most(4 if processes > 1 else 5),
    )
    yield Figure(
        Series("CPU of one order, application and database", [each.cpu_per_order for each in measured]),
        Unit.SECONDS,
        Series("a loop of 500,000 rounds in Python", [calibration()]),
        at_most(0.3),
    )
    yield Figure(
        Series("p99 of what an order waits", [each.p99 for each in measured]),
        Unit.SECONDS,
        Series("p50", [each.p50 for each in measured]),
        at_most(10),
    )


def _cpu(web: Serving) -> float:
    return tree_cpu_seconds(web.pid) + tree_cpu_seconds(web.database_pid)


def prepare(units: int) -> list[str]:
    """Enough of every product, and a token of each customer."""
    from django.utils import timezone

    from accounts.actors import Actor
    from accounts.models import Source, User
    from accounts.tokens.refresh import issue_pair
    from catalog import stock
    from tests.factories import make_customer

    for sku in skus(PRODUCTS):
        stock.receive(sku, units * 10, by=Actor(None, Source.CLI))
    tokens = []
    for number in range(CUSTOMERS):
        # Without a password: to hash so many would take as long as all the rest.
        user = User.objects.create_user(f"c{number}@example.com", None, email_confirmed_at=timezone.now())
        make_customer(user.email, user=user)
        tokens.append(issue_pair(user).access)
    return tokens


def discrepancies() -> list[object]:
    from catalog.audit import audit_stock
    from orders.audit import audit_orders

    return [*audit_stock(), *audit_orders()]
