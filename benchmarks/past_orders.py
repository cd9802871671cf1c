"""Orders of years, made by set-based SQL that leaves what the use cases would have left, save the ledger.

A thousand were placed each day: more orders are a longer history of the same shop. The newest wait to be
shipped, the next are under way, the others have arrived; some were cancelled, some came back, some used a
promo code. What has left is paid, of what waits a third is overdue, and what came back is to be paid back.
"""

from typing import Any

ORDERS_A_DAY = 1_000
ORDERS_PER_CUSTOMER = 4
PENDING, ON_THEIR_WAY = 1_500, 4_000
PROMO_CODE, RARE_PROMO_CODE = "WELCOME10", "SPRING5"
RARE_NAME = "Wilhelmina Quist"
FIRST_NAMES = (
    *("Theo", "Anna", "Jan", "Marie", "Piet", "Clara", "Luca", "Emma", "Noor", "Finn"),
    *("Mila", "Ben", "Lotte", "Sam", "Eva", "Tom", "Ida", "Max", "Lena", "Paul"),
)
LAST_NAMES = (
    *("Jansen", "Müller", "Rossi", "Dubois", "García", "Novak", "Kowalski", "Larsen", "Silva", "Bauer"),
    *("Peeters", "Moreau", "Costa", "Weber", "Berg", "Vogel", "Hansen", "Fischer", "Romano", "Lambert"),
)

# What differs between the two. References are right as they are made: looking each up would take minutes.
PLACED = {
    "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%S', %(now)s, '-' || CAST({seconds} AS integer) || ' seconds')",
    "postgresql": "CAST(%(now)s AS timestamptz) - ({seconds}) * interval '1 second'",
}
FAST = {
    "sqlite": ("PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -400000"),
    "postgresql": ("SET synchronous_commit = off", "SET session_replication_role = replica"),
}

# Both understand the rest.
PRICES = "UPDATE catalog_product SET price = ROUND(1 + (id * 37 %% 9900) / 100.0, 2)"
PEOPLE = """
    INSERT INTO accounts_customer (id, email, name, phone, note, search_text, created_at, language)
    WITH RECURSIVE numbers (number) AS (
        SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < %(customers)s
    ), firsts (place, name) AS (VALUES {firsts}), lasts (place, name) AS (VALUES {lasts})
    SELECT number, 'buyer-' || number || '@example.com',
        CASE number WHEN 7 THEN %(rare_name)s ELSE firsts.name || ' ' || lasts.name END, '', '',
        ' buyer-' || number || '@example.com '
            || LOWER(CASE number WHEN 7 THEN %(rare_name)s ELSE firsts.name || ' ' || lasts.name END) || ' ',
        %(now)s, ''
    FROM numbers
    JOIN firsts ON firsts.place = number %% %(firsts)s
    JOIN lasts ON lasts.place = number / %(firsts)s %% %(lasts)s
    ORDER BY number
"""
PROMOTIONS = """
    INSERT INTO orders_promotion (
        id, name, search_text, kind, percent_off, minimum_spend, first_order_only, is_restricted,
        is_paused, is_batch, created_at, updated_at
    )
    SELECT 1, 'Welcome', ' welcome ', 'percentage', 10, 0, false, false, false, false, %(now)s, %(now)s
    UNION ALL SELECT 2, 'Spring', ' spring ', 'percentage', 5, 0, false, false, false, false, %(now)s, %(now)s
"""
CODES = """
    INSERT INTO orders_promocode (id, promotion_id, code, times_used, is_paused, created_at)
    SELECT id, id, CASE id WHEN 1 THEN %(promo_code)s ELSE %(rare_promo_code)s END, 0, false, created_at
    FROM orders_promotion
"""
# An order is older the lower its number. Two products that differ, of which it has up to five.
PLAN = """
    CREATE TEMPORARY TABLE plan AS
    WITH RECURSIVE numbers (number) AS (
        SELECT CAST(1 AS bigint) UNION ALL SELECT number + 1 FROM numbers WHERE number < %(orders)s
    ), chosen AS (
        SELECT number, %(orders)s - number AS age, 1 + number * 7919 %% %(customers)s AS customer,
            (number * 7919) %% %(products)s AS one,
            (number * 7919 + 1 + number %% (%(products)s - 1)) %% %(products)s AS other,
            1 + number %% 5 AS units_of_one, 1 + number %% 3 AS units_of_other,
            CASE WHEN number %% 20 = 3 THEN 1 WHEN number %% 1000 = 7 THEN 2 END AS promotion
        FROM numbers
    )
    SELECT chosen.number, chosen.customer, promotion, one.id AS one, other.id AS other, units_of_one,
        units_of_other,
        CASE WHEN chosen.number %% 50 = 1 THEN 'cancelled'
            WHEN age < %(pending)s AND chosen.number %% 10 = 2 THEN 'partially_shipped'
            WHEN age < %(pending)s THEN 'pending'
            WHEN age < %(on_their_way)s THEN 'shipped' ELSE 'delivered' END AS status,
        ROUND(one.price * units_of_one, 2) AS price_of_one,
        ROUND(other.price * units_of_other, 2) AS price_of_other,
        ROUND(one.price * units_of_one * COALESCE(promotion.percent_off, 0) / 100, 2) AS off_one,
        ROUND(other.price * units_of_other * COALESCE(promotion.percent_off, 0) / 100, 2) AS off_other,
        {placed} AS placed
    FROM chosen
    JOIN catalog_product AS one ON one.id = %(first_product)s + chosen.one
    JOIN catalog_product AS other ON other.id = %(first_product)s + chosen.other
    LEFT JOIN orders_promotion AS promotion ON promotion.id = chosen.promotion
    ORDER BY chosen.number
"""
ORDERS = """
    INSERT INTO orders_order (
        id, serial, prefix, customer_id, status, email, currency, ship_name, ship_line1, ship_line2,
        ship_city, ship_region, ship_postcode, ship_country, ship_phone, subtotal, discount,
        shipping, total, credited, units, promo_code, explanation, note, source,
        placed_at, origin, external_number, external_key, search_text, version, updated_at,
        language, paid, waived, payment_due_on
    )
    SELECT number, 100000 + number, 'B-', customer, status, person.email, 'EUR', person.name,
        'Seeweg ' || (number %% 200), '', 'Köln', '', '34878', 'DE', '',
        ROUND(price_of_one + price_of_other, 2), ROUND(off_one + off_other, 2), 4.90, {total},
        CASE status WHEN 'cancelled' THEN {total} ELSE 0 END,
        units_of_one + units_of_other, COALESCE(code.code, ''),
        '[{{"step": "subtotal", "amount": "12.50", "code": null, "facts": {{}}}}]',
        CASE number %% 200 WHEN 0 THEN 'Please ring twice' ELSE '' END, 'api', placed, 'shop', '', '',
        person.search_text || 'köln 34878 ', 1, placed, '',
        CASE WHEN status IN ('shipped', 'delivered') THEN {total} ELSE 0 END, 0,
        CASE WHEN status = 'pending' AND number %% 3 = 0 THEN DATE(placed) END
    FROM plan JOIN accounts_customer AS person ON person.id = plan.customer
    LEFT JOIN orders_promocode AS code ON code.id = plan.promotion
    ORDER BY number
"""
LINES = """
    INSERT INTO orders_orderline (
        order_id, product_id, position, sku, name, unit_price, quantity, subtotal, discount, shipped,
        delivered, cancelled, returned, credited, allowed
    )
    SELECT number, product.id, position, product.sku, product.name, product.price,
        units, line_price, line_off,
        CASE WHEN status IN ('shipped', 'delivered') OR status = 'partially_shipped' AND position = 1
            THEN units ELSE 0 END,
        CASE status WHEN 'delivered' THEN units ELSE 0 END,
        CASE status WHEN 'cancelled' THEN units ELSE 0 END,
        CASE WHEN {comes_back} AND position = 1 THEN units ELSE 0 END,
        CASE WHEN status = 'cancelled' OR {comes_back} AND position = 1
            THEN ROUND(line_price - line_off, 2) ELSE 0 END, 0
    FROM (
        SELECT number, status, 1 AS position, one AS product, units_of_one AS units,
            price_of_one AS line_price, off_one AS line_off FROM plan
        UNION ALL SELECT number, status, 2, other, units_of_other, price_of_other, off_other FROM plan
    ) AS parts
    JOIN catalog_product AS product ON product.id = parts.product
    ORDER BY number, position
"""
COMES_BACK = "status = 'delivered' AND number %% 33 = 0"
TOTAL = "ROUND(price_of_one + price_of_other - off_one - off_other + 4.90, 2)"
EVENTS = """
    INSERT INTO orders_orderevent (order_id, kind, facts, source, at)
    SELECT number, 'placed', '{{"total": "12.50"}}', 'api', placed FROM plan ORDER BY number
"""
SENT = """
    INSERT INTO orders_orderevent (order_id, kind, facts, source, at)
    SELECT number, 'shipped',
        '{{"shipment": "B-100001-S1", "carrier": "DHL", "tracking_number": "TR5000000000",
            "lines": [{{"sku": "P-1", "name": "Product", "quantity": 2}}]}}', 'admin', placed FROM plan
    WHERE status IN ('partially_shipped', 'shipped', 'delivered') ORDER BY number
"""
SHIPMENTS = """
    INSERT INTO orders_shipment (
        id, order_id, reference, carrier, tracking_number, shipping_address, shipped_at, delivered_at
    )
    SELECT number, number, 'B-' || (100000 + number) || '-S1',
        CASE number %% 40 WHEN 0 THEN 'UPS' ELSE 'DHL' END, 'TR' || (5000000000 + number),
        '{{"name": "Theo Jansen", "line1": "Seeweg 56", "line2": "", "city": "Köln", "region": "",
            "postcode": "34878", "country": "DE", "phone": ""}}', placed,
        CASE status WHEN 'delivered' THEN placed END
    FROM plan WHERE status IN ('partially_shipped', 'shipped', 'delivered') ORDER BY number
"""
PARCELS = """
    INSERT INTO orders_shipmentline (shipment_id, order_line_id, quantity)
    SELECT order_id, id, shipped FROM orders_orderline WHERE shipped > 0 ORDER BY id
"""
CANCELLATIONS = """
    INSERT INTO orders_cancellation (id, order_id, reference, reason, credit, shipping_credit, at)
    SELECT number, number, 'B-' || (100000 + number) || '-C1', 'changed their mind',
        {total} - 4.90, 4.90, placed
    FROM plan WHERE status = 'cancelled' ORDER BY number
"""
CANCELLED = """
    INSERT INTO orders_cancellationline (cancellation_id, order_line_id, quantity, credit)
    SELECT order_id, id, cancelled, credited FROM orders_orderline WHERE cancelled > 0 ORDER BY id
"""
RETURNS = """
    INSERT INTO orders_return (id, order_id, reference, reason, credit, shipping_credit, at)
    SELECT order_id, order_id, 'B-' || (100000 + order_id) || '-R1', 'too small', credited, 0, %(now)s
    FROM orders_orderline WHERE returned > 0 ORDER BY id
"""
RETURNED = """
    INSERT INTO orders_returnline (returned_id, order_line_id, quantity, restock, credit)
    SELECT order_id, id, returned, true, credited FROM orders_orderline WHERE returned > 0 ORDER BY id
"""
REFUNDED = """
    UPDATE orders_order SET credited = orders_return.credit FROM orders_return
    WHERE orders_return.order_id = orders_order.id
"""
REDEMPTIONS = """
    INSERT INTO orders_redemption (
        order_id, promo_code_id, promotion_id, customer_id, use_number, discount, state, redeemed_at,
        released_at
    )
    SELECT number, promotion, promotion, customer,
        ROW_NUMBER() OVER (PARTITION BY promotion, customer, status = 'cancelled' ORDER BY number),
        ROUND(off_one + off_other, 2), CASE status WHEN 'cancelled' THEN 'released' ELSE 'active' END, placed,
        CASE status WHEN 'cancelled' THEN placed END
    FROM plan WHERE promotion IS NOT NULL ORDER BY number
"""
USES = """
    UPDATE orders_promocode SET times_used = (
        SELECT COUNT(*) FROM orders_redemption WHERE promo_code_id = orders_promocode.id AND state = 'active'
    )
"""
STOCK = """
    UPDATE catalog_product SET on_hand = 100000, reserved = held.units
    FROM (
        SELECT product_id, SUM(quantity - shipped - cancelled) AS units FROM orders_orderline
        GROUP BY product_id
    ) AS held WHERE held.product_id = catalog_product.id
"""
STATEMENTS = (
    *(PRICES, PEOPLE, PROMOTIONS, CODES, PLAN, ORDERS, LINES, EVENTS, SENT, SHIPMENTS, PARCELS),
    *(CANCELLATIONS, CANCELLED, RETURNS, RETURNED, REFUNDED, REDEMPTIONS, USES, STOCK, "DROP TABLE plan"),
)


def fill_orders(orders: int) -> None:
    """So many in the shop of this process, over all its products, the newest placed just now."""
    from django.apps import apps
    from django.core.management.color import no_style
    from django.db import connection, transaction
    from django.utils import timezone

    from benchmarks.shops import execute
    from catalog.models import Product
    from orders.models.order import SERIAL_SEQUENCE

    pks = Product.objects.order_by("pk").values_list("pk", flat=True)
    facts: dict[str, Any] = {
        "orders": orders,
        "customers": max(20, orders // ORDERS_PER_CUSTOMER),
        "products": len(pks),
        "first_product": pks[0],
        "pending": PENDING,
        "on_their_way": ON_THEIR_WAY,
        "firsts": len(FIRST_NAMES),
        "lasts": len(LAST_NAMES),
        "rare_name": RARE_NAME,
        "promo_code": PROMO_CODE,
        "rare_promo_code": RARE_PROMO_CODE,
        "now": connection.ops.adapt_datetimefield_value(timezone.now()),
    }
    parts = {
        "placed": PLACED[connection.vendor].format(seconds=f"age * {86_400 / ORDERS_A_DAY} + 60"),
        "comes_back": COMES_BACK,
        "total": TOTAL,
        "firsts": _values(FIRST_NAMES),
        "lasts": _values(LAST_NAMES),
    }
    for statement in FAST[connection.vendor]:
        execute(statement)
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement.format(**parts), facts)
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute(f"SELECT setval('{SERIAL_SEQUENCE}', MAX(serial)) FROM orders_order")
    if connection.vendor == "postgresql":
        execute("VACUUM ANALYZE")


def _values(names: tuple[str, ...]) -> str:
    return ", ".join(f"({place}, '{name}')" for place, name in enumerate(names))
