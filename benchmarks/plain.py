"""The plain shop beside ours: on a PostgreSQL and a Redis of its own, under the fastest usual server.

Granian's WSGI interface with as many processes and threads as ours has on PostgreSQL.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from benchmarks.measuring import in_child
from benchmarks.order_load import CODES, CUSTOMERS, MOST_USES, PERCENT_OFF, PRODUCTS, UNITS, Buyers
from benchmarks.serving import Serving, log_of, wait_for
from benchmarks.shops import OURS, Shop, server, server_pid, skus
from tests.servers import free_port

PROCESSES, THREADS = 2, 8
SETTINGS = {"DJANGO_SETTINGS_MODULE": "benchmarks.plain_shop.settings"}
PATH = "/api/orders/"
LIST = "/api/products/?limit=20"
PLAIN = "the plain shop on PostgreSQL"

ORDERS = """
    INSERT INTO plain_shop_order (
        user_id, status, subtotal, discount, total, ship_name, ship_line1, ship_city, ship_country,
        placed_at, updated_at
    )
    SELECT first_user + number %% %(customers)s,
        CASE WHEN number %% 10 = 0 THEN 'pending' ELSE 'delivered' END,
        6.78, 0, 6.78, 'Theo Jansen', 'Seeweg ' || number, 'Köln', 'DE',
        now() - (%(orders)s - number) * interval '86 seconds', now()
    FROM generate_series(1, %(orders)s) AS number, (SELECT MIN(id) AS first_user FROM auth_user) AS users
    ORDER BY number
"""
LINES = """
    INSERT INTO plain_shop_orderline (order_id, product_id, quantity, unit_price)
    SELECT placed.id, first_product + (placed.id + place) %% %(products)s, 1, 3.39
    FROM plain_shop_order AS placed, (VALUES (0), (1)) AS places (place),
        (SELECT MIN(id) AS first_product FROM plain_shop_product) AS products
    ORDER BY placed.id, place
"""


@dataclass(frozen=True, slots=True)
class Plain:
    shop: Shop
    web: Serving
    buyers: Buyers
    skus: list[str]

    def audit(self, *, placed: int) -> None:
        """Raises AssertionError when an order was lost or the books disagree, as far as this shop has any."""
        orders, units_sold, units_gone, uses, orders_with_code = in_child(
            self.shop.environment, totals, UNITS
        )
        assert orders == placed, f"{placed} orders were answered with 201, {orders} are kept."
        assert units_sold == units_gone, f"{units_sold} units were sold, {units_gone} are gone."
        assert uses == orders_with_code, f"{orders_with_code} orders have the code, it counts {uses}."


@contextmanager
def plain_shop(*, products: int = PRODUCTS) -> Iterator[Plain]:
    """Raises MissingServers."""
    with server("postgresql", OURS | SETTINGS) as postgresql, postgresql.shop() as shop:
        tokens = in_child(shop.environment, fill, products)
        with serving_plain(shop) as web:
            yield Plain(shop, web, Buyers(PATH, tokens), list(skus(products)))


@contextmanager
def serving_plain(shop: Shop) -> Iterator[Serving]:
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--no-ws"]
    command += ["--workers", str(PROCESSES), "--blocking-threads", str(THREADS), "--no-log"]
    command += ["--factory", "django.core.wsgi:get_wsgi_application"]
    with (
        log_of(shop).open("ab") as log,
        subprocess.Popen(command, env=shop.environment, stdout=log, stderr=log) as process,
    ):
        try:
            wait_for(port, process, LIST)
            yield Serving(port, process.pid, in_child(shop.environment, server_pid))
        finally:
            process.terminate()


def fill(products: int) -> list[str]:
    """What our shop has: stock, a promo code, customers, of whom this gives the tokens."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from rest_framework_simplejwt.tokens import AccessToken

    from benchmarks.plain_shop.models import Product, PromoCode
    from benchmarks.shops import execute

    call_command("migrate", run_syncdb=True, verbosity=0)
    Product.objects.bulk_create(
        Product(sku=sku, name=f"Product {sku.rpartition('-')[2]}", price=Decimal("3.39"), stock=UNITS)
        for sku in skus(products)
    )
    PromoCode.objects.bulk_create(
        PromoCode(code=code, percent_off=Decimal(PERCENT_OFF), max_uses=MOST_USES) for code in CODES
    )
    names = [f"c{number}@example.com" for number in range(CUSTOMERS)]
    users = User.objects.bulk_create(User(username=name, email=name) for name in names)
    execute("VACUUM ANALYZE")
    return [str(AccessToken.for_user(user)) for user in users]


def fill_orders(orders: int) -> None:
    """So many of two lines, the newest placed just now."""
    from django.db import connection

    from benchmarks.plain_shop.models import Product
    from benchmarks.shops import execute

    facts = {"orders": orders, "customers": CUSTOMERS, "products": Product.objects.count()}
    with connection.cursor() as cursor:
        for statement in (ORDERS, LINES):
            cursor.execute(statement, facts)
    execute("VACUUM ANALYZE")


def token_of_staff() -> str:
    from django.contrib.auth.models import User
    from rest_framework_simplejwt.tokens import AccessToken

    user = User.objects.create(username="manager@example.com", email="manager@example.com", is_staff=True)
    return str(AccessToken.for_user(user))


def user_with_password(password: str) -> str:
    from django.contrib.auth.models import User

    return User.objects.create_user("signs-in@example.com", password=password).username


def session_of_staff() -> str:
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    # Django's own user here, whom mypy does not expect beside ours.
    staff: Any = User.objects.create_superuser("admin@example.com", "admin@example.com")
    client.force_login(staff)
    return client.cookies["sessionid"].value


def totals(opening: int) -> tuple[int, int, int, int, int]:
    from django.db.models import F, Sum

    from benchmarks.plain_shop.models import Order, OrderLine, Product, PromoCode

    return (
        Order.objects.count(),
        OrderLine.objects.aggregate(units=Sum("quantity", default=0))["units"],
        Product.objects.aggregate(units=Sum(opening - F("stock"), default=0))["units"],
        PromoCode.objects.aggregate(uses=Sum("times_used", default=0))["uses"],
        Order.objects.exclude(promo_code=None).count(),
    )
