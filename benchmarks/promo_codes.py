"""Codes generated and stored, and a promotion tried on past orders."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal

from benchmarks.figures import Figure, Unit, at_most, seconds_of
from benchmarks.measuring import Sample, alternating, in_child, measured
from benchmarks.options import Options
from benchmarks.shops import Server, Shop, filled_shop, server_pid

COLUMNS = "promotion_id, code, times_used, max_uses, is_paused, created_at"
PRODUCTS = 1_000
START, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)

# Both databases understand it.
CUSTOMERS = """
    INSERT INTO accounts_customer (email, name, phone, note, search_text, created_at)
    WITH RECURSIVE numbers (number) AS (
        SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < %(customers)s
    )
    SELECT 'buyer-' || number || '@example.com', 'Buyer ' || number, '', '',
        ' buyer-' || number || '@example.com buyer ' || number || ' ', %(moment)s
    FROM numbers
"""
ORDERS = """
    INSERT INTO orders_order (
        serial, prefix, customer_id, status, email, currency, ship_name, ship_line1, ship_line2, ship_city,
        ship_region, ship_postcode, ship_country, ship_phone, subtotal, discount, shipping, total, credited,
        units, promo_code, explanation, note, source, placed_at, origin, external_number, external_key,
        search_text, version, updated_at
    )
    WITH RECURSIVE numbers (number) AS (
        SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < %(orders)s
    )
    SELECT 100000 + number, 'B-', (SELECT MIN(id) FROM accounts_customer) + number %% %(customers)s,
        'delivered', 'buyer@example.com', 'EUR', 'Buyer', 'Street 1', '', 'City', '', '', 'DE', '',
        3.39 * (1 + number %% 40) * 2, 0, 0, 3.39 * (1 + number %% 40) * 2, 0, (1 + number %% 40) * 2, '',
        '[]', '', 'api', %(moment)s, 'shop', '', '', ' buyer@example.com buyer city ', 1,
        %(moment)s
    FROM numbers
"""
LINES = """
    INSERT INTO orders_orderline (
        order_id, product_id, position, sku, sku_key, name, unit_price, quantity, subtotal, discount, shipped,
        delivered, cancelled, returned, credited
    )
    SELECT placed.id, product.id, place.number, product.sku, product.sku_key, product.name, 3.39,
        placed.units / 2,
        3.39 * (placed.units / 2), 0, placed.units / 2, placed.units / 2, 0, 0, 0
    FROM orders_order AS placed
    CROSS JOIN (SELECT 1 AS number UNION ALL SELECT 2) AS place
    JOIN catalog_product AS product ON product.id = (SELECT MIN(id) FROM catalog_product)
        + (placed.id + place.number) %% %(products)s
"""


def figures(server: Server, options: Options) -> Iterator[Figure]:
    with filled_shop(server, products=PRODUCTS) as shop:
        ours, raw = alternating(
            options.repetitions,
            lambda: _on_copy(shop, generated, options.codes),
            lambda: _on_copy(shop, RAW[server.vendor], options.codes),
        )
        yield Figure(
            seconds_of(f"{options.codes:,} promo codes generated and stored", ours),
            Unit.SECONDS,
            seconds_of("raw bulk insert of such rows", raw),
            at_most(3),
        )
        in_child(shop.environment, fill_orders, options.past_orders)
        tried, read = alternating(
            options.repetitions,
            lambda: in_child(shop.environment, backtested),
            lambda: in_child(shop.environment, rows_read),
        )
        yield Figure(
            seconds_of(f"back-test over {options.past_orders:,} orders, two lines each", tried),
            Unit.SECONDS,
            seconds_of("the same lines summed by SQL alone", read),
        )


def generated(count: int) -> Sample:
    from accounts.actors import Actor
    from accounts.models import Source
    from orders.models import PromoCode
    from orders.promotions import PromotionTerms, generate_batch

    terms = PromotionTerms(name="Bench", percent_off=Decimal(15))
    by = Actor(None, Source.CLI)
    sample = measured(lambda: generate_batch(count, terms, by=by), server_pid=server_pid())
    assert PromoCode.objects.count() == count
    return sample


def raw_postgresql(count: int) -> Sample:
    from django.db import connection, transaction

    rows = "".join(f"{row[0]}\t{row[1]}\t0\t1\tf\t{row[2]}\n" for row in _raw_rows(count)).encode()

    def copy_all() -> None:
        statement = f"COPY orders_promocode ({COLUMNS}) FROM STDIN"
        with transaction.atomic(), connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(rows)

    return measured(copy_all, server_pid=server_pid())


def raw_sqlite(count: int) -> Sample:
    from django.db import connection

    from backoffice.environment import SQLITE_PRAGMAS

    rows = _raw_rows(count)
    raw = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    raw.executescript(SQLITE_PRAGMAS)

    def insert_all() -> None:
        raw.execute("BEGIN IMMEDIATE")
        raw.executemany(f"INSERT INTO orders_promocode ({COLUMNS}) VALUES (?, ?, 0, 1, 0, ?)", rows)
        raw.execute("COMMIT")

    sample = measured(insert_all)
    raw.close()
    return sample


RAW: dict[str, Callable[[int], Sample]] = {"sqlite": raw_sqlite, "postgresql": raw_postgresql}


def backtested() -> Sample:
    from orders.promotions import PromotionTerms, backtest

    terms = PromotionTerms(
        name="Bench",
        percent_off=Decimal(15),
        max_discount=Decimal("30.00"),
        is_restricted=True,
        product_ids=_half_of_the_products(),
        max_uses_per_customer=3,
    )
    return measured(lambda: backtest(terms, start=START, end=END), server_pid=server_pid())


def rows_read() -> Sample:
    from django.db.models import Sum

    from orders.models import OrderLine

    lines = OrderLine.objects.filter(product__in=_half_of_the_products())
    return measured(
        lambda: list(lines.values("order").annotate(sum=Sum("subtotal")).values_list()),
        server_pid=server_pid(),
    )


def fill_orders(orders: int) -> None:
    from django.db import connection, transaction
    from django.utils import timezone

    from benchmarks.shops import execute

    facts = {
        "orders": orders,
        "customers": max(1, orders // 4),
        "products": PRODUCTS,
        "moment": connection.ops.adapt_datetimefield_value(timezone.now()),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (CUSTOMERS, ORDERS, LINES):
            cursor.execute(statement, facts)
    execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def _on_copy(shop: Shop, rival: Callable[[int], Sample], count: int) -> Sample:
    with shop.copied() as copy:
        return in_child(copy.environment, rival, count)


def _raw_rows(count: int) -> list[tuple[int, str, str]]:
    from django.utils import timezone

    from orders.models import Promotion
    from orders.promotions import CodeShape
    from orders.promotions.batches import unused_codes

    promotion = Promotion.objects.create(name="Raw", percent_off=Decimal(15), is_batch=True)
    at = timezone.now().isoformat(" ")
    return [(promotion.pk, code, at) for code in unused_codes(count, CodeShape())]


def _half_of_the_products() -> tuple[int, ...]:
    from catalog.models import Product

    return tuple(Product.objects.order_by("pk").values_list("pk", flat=True)[: PRODUCTS // 2])
