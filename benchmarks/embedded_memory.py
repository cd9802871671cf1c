"""What the embedded shop, web and worker in one process, holds in memory once people have used it."""

from collections.abc import Iterator
from itertools import chain, islice, repeat
from pathlib import Path

from benchmarks import our_shop
from benchmarks.figures import Figure, Series, Unit, at_most
from benchmarks.load import get, sent
from benchmarks.measuring import in_child
from benchmarks.options import Options
from benchmarks.order_load import LIMITS, Buyers
from benchmarks.orders_over_http import spread
from benchmarks.our_shop import PATH, Ours
from benchmarks.past_orders import fill_orders
from benchmarks.serving import serving
from benchmarks.shops import FIRST_SKU, Server, filled_shop, skus

PRODUCTS, ORDERS = 1_000, 50_000
# One request in so many places an order; reads and orders take turns so often.
ORDER_EVERY, PARTS = 10, 5
ADMIN = (
    *(
        "/admin/",
        "/admin/orders/order/",
        "/admin/orders/order/?view=to_ship",
        "/admin/orders/order/?q=Jansen",
    ),
    *("/admin/orders/order/5000/change/", "/admin/orders/order/new/", "/admin/orders/promocode/"),
    *("/admin/catalog/product/", "/admin/catalog/product/1/change/", "/admin/catalog/stockmovement/"),
    *("/admin/accounts/customer/", "/admin/accounts/user/", "/admin/outbox/emailmessage/"),
)
API = (
    *(
        "/api/v1/orders?limit=100",
        "/api/v1/orders/B-100042",
        "/api/v1/products?limit=100",
        "/api/v1/users/me",
    ),
    *(f"/api/v1/products/SKU-{FIRST_SKU}", "/api/v1/promo-codes", "/api/v1/openapi.json"),
)


def figures(server: Server, options: Options) -> Iterator[Figure]:
    if server.vendor != "sqlite":
        return  # nothing is embedded there
    with filled_shop(server, products=PRODUCTS) as shop:
        in_child(shop.environment, fill_orders, ORDERS)
        token, session = in_child(shop.environment, prepare)
        orders = options.requests // ORDER_EVERY
        buyers = Buyers(PATH, in_child(shop.environment, our_shop.prepare, PRODUCTS))
        visits = [get(url, Cookie=f"sessionid={session}") for url in ADMIN]
        calls = [get(url, Authorization=f"Bearer {token}") for url in API]
        with serving(shop, processes=1, variables=LIMITS, has_worker=True) as web:
            at_first = resident_mb(web.pid)
            every = chain.from_iterable(repeat([*visits, *calls]))
            for _ in range(PARTS):
                sent(web, list(islice(every, (options.requests - orders) // PARTS)))
                spread(Ours(shop, web, buyers, list(skus(PRODUCTS))), orders // PARTS)
            held = resident_mb(web.pid)
    yield Figure(Series("embedded: resident memory after the start", [at_first]), Unit.MEGABYTES)
    name = f"embedded: the same after {options.requests:,} requests, admin, API and orders"
    yield Figure(Series(name, [held]), Unit.MEGABYTES, goal=at_most(170))


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(kilobytes) / 1024


def prepare() -> tuple[str, str]:
    """A token and a session of somebody who may do everything."""
    from django.test import Client

    from accounts.tokens.refresh import issue_pair
    from tests.factories import make_user

    user = make_user(is_superuser=True)
    client = Client()
    client.force_login(user)
    return issue_pair(user).access, client.cookies["sessionid"].value
