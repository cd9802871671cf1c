"""The screens and lists that people look at all day, with few orders and with a hundred times as many.

They go through the whole stack in one process: middleware, view, database, template.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from benchmarks.figures import Figure, Series, Unit, at_most, seconds_of
from benchmarks.measuring import Child, Sample, alternating, child, in_child, measured
from benchmarks.options import Options
from benchmarks.past_orders import PROMO_CODE, RARE_NAME, RARE_PROMO_CODE, fill_orders
from benchmarks.shops import FIRST_SKU, Server, filled_shop, server_pid

if TYPE_CHECKING:
    from django.test import Client

VISITS = 3
ORDERS_PER_PRODUCT = 10
# Of the shop with few orders, hence of both.
SOME = 5_000
ADMIN, API = "/admin/orders/order/", "/api/v1/orders"


@dataclass(frozen=True, slots=True)
class Screen:
    """`is_afresh`: with the figures forgotten that pages remember for half a minute.

    `grows`: what it shows is itself more in the shop with more orders, so no ratio is promised.
    """

    name: str
    url: str
    is_afresh: bool = False
    grows: bool = False


SCREENS = (
    Screen("order list", ADMIN),
    Screen("order list, counting its tabs", ADMIN, is_afresh=True),
    Screen("order list, page 400", f"{ADMIN}?p=400"),
    Screen("order list by total", f"{ADMIN}?o=-6"),
    *(
        Screen(f"order list, {view}", f"{ADMIN}?view={view}")
        for view in (
            *("to_ship", "late", "part_shipped", "in_transit", "delivered", "returns", "cancelled"),
            *("to_pay", "overdue", "to_pay_back"),
        )
    ),
    Screen("order list, one status", f"{ADMIN}?status__exact=delivered"),
    Screen("order list, two days", f"{ADMIN}?placed_at_from={{day}}&placed_at_to={{day}}"),
    Screen("order list, totals between", f"{ADMIN}?total_from=100&total_to=120"),
    Screen("order list, a promo code", f"{ADMIN}?promo={PROMO_CODE}"),
    Screen("order list, a rare promo code", f"{ADMIN}?promo={RARE_PROMO_CODE}", grows=True),
    Screen("order list, a carrier", f"{ADMIN}?carrier=UPS"),
    Screen("order list, with a note", f"{ADMIN}?note=yes"),
    Screen("search by number", f"{ADMIN}?q=B-{100_000 + SOME}"),
    Screen("search by tracking number", f"{ADMIN}?q=TR{5_000_000_000 + SOME}"),
    Screen("search by e-mail", f"{ADMIN}?q=buyer-17@example.com"),
    Screen("search by SKU", f"{ADMIN}?q=SKU-{FIRST_SKU + 500}"),
    Screen("search by name", f"{ADMIN}?q={RARE_NAME}", grows=True),
    Screen("search by a common name", f"{ADMIN}?q=Jansen", grows=True),
    Screen("search in vain", f"{ADMIN}?q=nothing-like-it", grows=True),
    Screen("palette by number", f"/admin/search/?s=B-{100_000 + SOME}"),
    Screen("palette by name", f"/admin/search/?s={RARE_NAME}", grows=True),
    Screen("order page", f"{ADMIN}{SOME}/change/"),
    Screen("dashboard", "/admin/"),
    Screen("dashboard, counting afresh", "/admin/", is_afresh=True, grows=True),
    Screen("customer list", "/admin/accounts/customer/"),
    Screen("product list", "/admin/catalog/product/"),
    Screen("API: orders", API),
    Screen("API: orders, from the middle on", f"{API}?cursor={{cursor}}"),
    Screen("API: orders, a status", f"{API}?status=delivered"),
    Screen("API: orders to pay back", f"{API}?payment=to_pay_back"),
    Screen("API: orders overdue", f"{API}?payment=overdue"),
    Screen("API: orders by total, from the middle on", f"{API}?ordering=-total&cursor={{cursor_by_total}}"),
    Screen("API: orders, totals between", f"{API}?total_gte=100&total_lte=120"),
    Screen("API: orders, a promo code", f"{API}?promo_code={PROMO_CODE}"),
    Screen("API: orders of an e-mail", f"{API}?email=buyer-17@example.com"),
    Screen("API: orders, a word", f"{API}?q=B-{100_000 + SOME}", grows=True),
    Screen("API: orders of two days", f"{API}?placed_after={{day}}T00:00:00Z&limit=50"),
    Screen("API: an order", f"{API}/B-{100_000 + SOME}"),
    Screen("API: products", "/api/v1/products?limit=20&fields=sku,name,price,stock"),
)


def figures(server: Server, options: Options) -> Iterator[Figure]:
    sizes = (options.few_orders, options.many_orders)
    with ExitStack() as stack:
        few, many = (_visitor(stack, server, orders) for orders in sizes)
        most = 0
        for screen in SCREENS:
            queries = [each.call(queries_of, screen) for each in (few, many)]
            most = max(most, *queries)
            for_few, for_many = alternating(
                options.screen_repetitions,
                partial(few.call, visits, screen),
                partial(many.call, visits, screen),
            )
            yield Figure(
                seconds_of(f"{screen.name}, {sizes[1]:,} orders ({queries[1]} queries)", for_many),
                Unit.SECONDS,
                seconds_of(f"the same with {sizes[0]:,}", for_few),
                None if screen.grows else at_most(1.3),
            )
        yield Figure(Series("most queries of a page", [most]), Unit.STATEMENTS, goal=at_most(10))


def _visitor(stack: ExitStack, server: Server, orders: int) -> Child:
    shop = stack.enter_context(filled_shop(server, products=orders // ORDERS_PER_PRODUCT))
    in_child(shop.environment, fill_orders, orders)
    process = stack.enter_context(child(shop.environment))
    process.call(enter)
    return process


class Visitor:
    """Somebody of the staff, signed in to the admin and with a token for the API; one in each process."""

    client: "Client"
    facts: dict[str, str]


def enter() -> None:
    """Sign in, in this process."""
    from datetime import timedelta

    from django.test import Client
    from django.utils import timezone

    from accounts.models import User
    from accounts.tokens.refresh import issue_pair
    from orders.models import Order

    user, _ = User.objects.get_or_create(email="visitor@example.com", is_staff=True, is_superuser=True)
    client = Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {issue_pair(user).access}"})
    client.force_login(user)
    day = timezone.localdate() - timedelta(days=2)
    middle = Order.objects.get(pk=Order.objects.count() // 2)
    before = middle.placed_at.isoformat().replace("+00:00", "Z")
    Visitor.client = client
    Visitor.facts = {
        "day": f"{day:%Y-%m-%d}",
        "cursor": _cursor_of(f"{API}?limit=1&placed_before={before}"),
        "cursor_by_total": _cursor_of(f"{API}?limit=1&ordering=-total&total_lte={middle.total}"),
    }


def _cursor_of(url: str) -> str:
    return quote(Visitor.client.get(url).json()["next"])


def queries_of(screen: Screen) -> int:
    """How many statements it takes, after a first visit."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    enter()
    _visit(screen)
    with CaptureQueriesContext(connection) as queries:
        _visit(screen)
    return len(queries)


def visits(screen: Screen) -> Sample:
    """One of several visits in a row, on average."""

    def visit_often() -> None:
        for _ in range(VISITS):
            _visit(screen)

    sample = measured(visit_often, server_pid=server_pid())
    return Sample(sample.seconds / VISITS, sample.cpu_seconds / VISITS, sample.peak_mb)


def _visit(screen: Screen) -> None:
    from django.core.cache import cache

    if screen.is_afresh:
        cache.clear()
    answer = Visitor.client.get(screen.url.format(**Visitor.facts))
    assert answer.status_code in (200, 302), (screen, answer.status_code, answer.content)
