"""The pages that staff look at all day, beside Django's own admin on the plain shop."""

from collections.abc import Iterator
from functools import partial

from benchmarks import plain
from benchmarks.embedded_memory import prepare
from benchmarks.figures import Figure, Unit, at_most
from benchmarks.load import Load, cpu_of, get, sent_in_turn
from benchmarks.measuring import alternating, in_child
from benchmarks.options import Options
from benchmarks.order_load import LIMITS
from benchmarks.past_orders import fill_orders
from benchmarks.plain import plain_shop
from benchmarks.serving import Serving, serving
from benchmarks.shops import Server, filled_shop

PRODUCTS, ORDERS = 1_000, 10_000
WARMING_UP = 40
# Ours, then Django's own, which shows a hundred rows where ours shows 25.
PAGES = (
    ("order list", "/admin/orders/order/", "/admin/plain_shop/order/"),
    ("product list", "/admin/catalog/product/", "/admin/plain_shop/product/"),
    ("order page", "/admin/orders/order/5000/change/", "/admin/plain_shop/order/5000/change/"),
)


def figures(server: Server, options: Options) -> Iterator[Figure]:
    processes = 2 if server.vendor == "postgresql" else 1
    with filled_shop(server, products=PRODUCTS) as shop, plain_shop(products=PRODUCTS) as other:
        in_child(shop.environment, fill_orders, ORDERS)
        in_child(other.shop.environment, plain.fill_orders, ORDERS)
        _, session = in_child(shop.environment, prepare)
        their_session = in_child(other.shop.environment, plain.session_of_staff)
        with serving(shop, processes=processes, variables=LIMITS) as web:
            for name, page, their_page in PAGES:
                for site, path, who in ((web, page, session), (other.web, their_page, their_session)):
                    # Each process and thread makes its templates and connections once.
                    visited(site, path, who, WARMING_UP, clients=8)
                our_loads, their_loads = alternating(
                    options.read_repetitions,
                    partial(visited, web, page, session, options.visits),
                    partial(visited, other.web, their_page, their_session, options.visits),
                )
                yield Figure(
                    cpu_of(f"CPU of the admin's {name}", our_loads),
                    Unit.MILLISECONDS,
                    cpu_of("Django's own admin on the plain shop, PostgreSQL", their_loads),
                    at_most(0.5),
                )


def visited(web: Serving, page: str, session: str, visits: int, *, clients: int = 1) -> Load:
    requests = [get(page, Cookie=f"sessionid={session}")] * visits
    return sent_in_turn(web, requests, clients=clients, expected=200)
