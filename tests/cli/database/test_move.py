"""shopctl move-database: a SQLite shop in PostgreSQL, every row of it, proved; or nothing."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from backoffice.db import moving
from backoffice.db.copying import tables
from backoffice.errors import Invalid
from tests.backoffice.server.test_serving import SHOPCTL, environment, running
from tests.running.test_shopctl import shopctl

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="It needs a PostgreSQL to move to."),
]

ORDER = {
    "email": "guest@example.com",
    "lines": [{"sku": "TEA-01", "quantity": 2}],
    "shipping_address": {"name": "Jörg", "line1": "Seeweg 56", "city": "Köln", "country": "DE"},
}
# A small shop: two orders, what a person did, and values that the two databases store in different ways.
SHOP = """
import django; django.setup()
from datetime import UTC, datetime
from decimal import Decimal
from backoffice.db.migrating import migrate
from backoffice.models import IdempotencyRecord
from catalog.models import Product
from orders.fulfilment.lifecycle import ship_order
from orders.models import Order
from tests.factories import CLI, make_product, make_user, place
migrate()
make_product("TEA-01", name="Tea", price="4.00", on_hand=100)
make_product("TEA-02", name="Mint", price="0.10")
make_user("ada@example.com", is_superuser=True)
first = place({"TEA-01": 2})
place({"TEA-01": 2})
ship_order(first.number, by=CLI)
IdempotencyRecord.objects.create(caller="user:1", operation="POST /", key="k", fingerprint="f", status=201,
    headers={"b": [1.50, 10**20, None, True, "tab\\there"], "a": {"ä": "\\\\"}}, body=bytes(range(256)))
tea = Product.objects.filter(sku="TEA-01")
tea.update(name="Ta\\tb \\\\ 'ä' \U0001f600\\r\\n\\\\N", price=Decimal("99999999.99"))
Order.objects.update(placed_at=datetime(2026, 10, 25, 0, 30, 0, 1, tzinfo=UTC), promo_terms=None)
# A number that was given out, of a row that is gone.
IdempotencyRecord.objects.create(pk=500, caller="user:2", operation="POST /", key="k").delete()
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    run(environment(folder), "-c", SHOP)
    return folder


@pytest.fixture
def target() -> Iterator[str]:
    """The URL of an empty database."""
    name = f"moved_{uuid4().hex}"
    database = connection.settings_dict
    host = str(database["HOST"]).replace("/", "%2F")
    server = f"postgresql://{database['USER']}:{database['PASSWORD']}@{host}:{database['PORT']}"
    # Not the tests' own session: nothing of their database is touched, nor has to be emptied afterwards.
    with closing(psycopg.connect(f"{server}/postgres", autocommit=True)) as session:
        session.execute(f"CREATE DATABASE {name}".encode())
        yield f"{server}/{name}"
        session.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def run(where: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**where, "DJANGO_SETTINGS_MODULE": "backoffice.settings"}
    return subprocess.run(
        [sys.executable, *arguments], env=environment, check=True, capture_output=True, text=True
    )


def done(answer: subprocess.CompletedProcess[str]) -> str:
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def on(target: str, source: Path) -> dict[str, str]:
    """The environment that move-database says to set."""
    secrets = {
        "SECRET_KEY": (source / "secret_key").read_text().strip(),
        "JWT_KEYS": (source / "jwt_keys").read_text().strip(),
    }
    return {**environment(source), **secrets, "DATABASE_URL": target}


def relations(target: str) -> list[str]:
    with closing(psycopg.connect(target)) as session:
        found = session.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        return [name for [name] in found.fetchall()]


def tampering(statement: str) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`shopctl` whose rows meet with something between the two databases."""
    prelude = f"""
from cli.terminal.verbs import set_django_up
set_django_up()
from backoffice.db import moving
def on_their_way(rows):
    for number, row in enumerate(rows):
        {statement}
moving._on_their_way = on_their_way
"""

    def run(where: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", f"{prelude}\n{SHOPCTL}", *arguments]
        return subprocess.run(command, env=where, capture_output=True, text=True, check=False)

    return run


def test_every_row_arrives_and_the_next_order_has_the_next_number(source: Path, target: str) -> None:
    before = (source / "backoffice.sqlite3").read_bytes()

    moved = shopctl(environment(source), "move-database", "--to", target, "--yes", "--json")

    told = json.loads(done(moved))
    assert (told["orders"], told["products"], told["users"]) == (2, 2, 1)
    assert (told["newest_order"], told["tables"]) == ("B-100002", len(tables()))
    assert f"$(cat {source}/secret_key)" in moved.stderr
    assert f"$(cat {source}/jwt_keys)" in moved.stderr
    assert "DATABASE_URL=postgresql://" in moved.stderr
    assert (source / "backoffice.sqlite3").read_bytes() == before
    grown = on(target, source)
    placed = json.loads(
        done(shopctl(grown, "orders", "place", "-", "--yes", "--json", stdin=json.dumps(ORDER)))
    )
    assert placed["number"] == "B-100003"
    checked = {row["check"]: row["state"] for row in json.loads(shopctl(grown, "doctor", "--json").stdout)}
    assert {check for check, state in checked.items() if state == "trouble"} <= {"worker"}
    with closing(psycopg.connect(target)) as session:
        record = session.execute(
            "SELECT headers, body, created_at IS NULL FROM backoffice_idempotencyrecord"
            " WHERE caller = 'user:1'"
        ).fetchone()
        assert record == (
            {"b": [1.50, 10**20, None, True, "tab\there"], "a": {"ä": "\\"}},
            bytes(range(256)),
            False,
        )
        product = session.execute(
            "SELECT name, price::text, is_active FROM catalog_product WHERE sku = 'TEA-01'"
        ).fetchone()
        assert product == ("Ta\tb \\ 'ä' \U0001f600\r\n\\N", "99999999.990", True)
        [when] = session.execute(
            "SELECT DISTINCT (placed_at AT TIME ZONE 'UTC')::text FROM orders_order WHERE serial < 100003"
        ).fetchone() or [None]
        assert when == "2026-10-25 00:30:00.000001"
        [terms] = session.execute(
            "SELECT COUNT(*) FROM orders_order WHERE promo_terms IS NULL AND serial < 100003"
        ).fetchone() or [None]
        assert terms == 2
        # 500 was given out before.
        [following] = session.execute("SELECT nextval('backoffice_idempotencyrecord_id_seq')").fetchone() or [
            None
        ]
        assert following == 501
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            session.execute("UPDATE catalog_stockmovement SET on_hand_delta = 0")


@pytest.mark.parametrize(
    ("meets", "told"),
    [
        ("if 'user:1' not in row: yield row", "backoffice_idempotencyrecord: 1 rows here, 0 there"),
        ("if number: yield row", "refers to one that is not there"),
        ("yield tuple(99 if value == 100 and 'receive' in row else value for value in row)", "not the same"),
        ("yield tuple('Sugar' if value == 'Mint' else value for value in row)", "catalog_product: 2 rows"),
        ("yield row", None),
    ],
    ids=["a row lost", "many rows lost", "a number changed", "a name changed", "control"],
)
def test_a_row_that_is_lost_or_changed_on_the_way_leaves_the_target_empty(
    source: Path, target: str, meets: str, told: str | None
) -> None:
    moved = tampering(meets)(environment(source), "move-database", "--to", target, "--yes")

    if told is None:
        done(moved)
        assert relations(target)
        return
    assert moved.returncode == 1, moved.stderr
    assert told in moved.stderr
    assert "Traceback" not in moved.stderr
    assert relations(target) == []


def test_a_move_that_is_killed_leaves_the_target_empty(source: Path, target: str) -> None:
    killed = tampering("import os; os.kill(os.getpid(), 9); yield row")(
        environment(source), "move-database", "--to", target, "--yes"
    )

    assert killed.returncode == -9
    assert relations(target) == []
    done(shopctl(environment(source), "move-database", "--to", target, "--yes"))


def test_a_target_that_is_not_empty_is_refused_and_stays_as_it_is(source: Path, target: str) -> None:
    with closing(psycopg.connect(target, autocommit=True)) as session:
        session.execute("CREATE TABLE theirs (id int)")

    for option in ("--dry-run", "--yes"):
        refused = shopctl(environment(source), "move-database", "--to", target, option)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "is not empty: it has theirs" in refused.stderr
    assert relations(target) == ["theirs"]


def test_a_dry_run_counts_and_moves_nothing(source: Path, target: str) -> None:
    looked = shopctl(environment(source), "move-database", "--to", target, "--dry-run")

    assert looked.returncode == 0, looked.stderr
    assert f"in {len(tables())} tables would go to moved_" in looked.stderr
    assert relations(target) == []


def test_a_nul_character_is_refused_with_the_name_of_its_row(
    source: Path, target: str, tmp_path: Path
) -> None:
    where = copied(source, tmp_path, "UPDATE catalog_product SET name = 'Mi' || char(0) WHERE sku = 'TEA-02'")

    refused = shopctl(where, "move-database", "--to", target, "--yes")

    assert refused.returncode == 1
    assert "catalog_product, id 2: its name has a NUL character" in refused.stderr
    assert relations(target) == []


def test_a_text_that_is_longer_than_its_column_is_refused_with_its_place(
    source: Path, target: str, tmp_path: Path
) -> None:
    where = copied(
        source, tmp_path, f"UPDATE catalog_product SET name = '{'x' * 10_000}' WHERE sku = 'TEA-02'"
    )

    refused = shopctl(where, "move-database", "--to", target, "--yes")

    assert refused.returncode == 1
    assert "catalog_product: value too long" in refused.stderr
    assert "line 2, column name" in refused.stderr
    assert relations(target) == []


def test_a_shop_whose_books_do_not_balance_is_not_moved(source: Path, target: str, tmp_path: Path) -> None:
    where = copied(source, tmp_path, "UPDATE catalog_product SET on_hand = 7 WHERE sku = 'TEA-01'")

    refused = shopctl(where, "move-database", "--to", target, "--yes")

    assert refused.returncode == 1
    assert "the audit of stock finds" in refused.stderr
    assert relations(target) == []


def test_a_shop_that_runs_is_not_moved_but_one_that_is_to_be_stopped(
    source: Path, target: str, tmp_path: Path
) -> None:
    where = copied(source, tmp_path)
    with running(tmp_path, "worker") as worker:
        assert worker.told(r"(Stop it with Ctrl-C)")
        refused = shopctl(where, "move-database", "--to", target, "--yes")
        assert refused.returncode == 1
        assert "The shop is running: worker (process" in refused.stderr
        assert relations(target) == []

        done(shopctl(where, "move-database", "--to", target, "--stop", "--yes"))
        assert worker.process.wait(timeout=10) == 0
        assert worker.stop() == 0


@pytest.mark.parametrize(
    "url", ["sqlite:///x.sqlite3", "nonsense", "mysql://a@b/c", "postgresql://a@127.0.0.1:none/b"]
)
def test_what_is_no_postgresql_is_refused_in_a_sentence(url: str) -> None:
    with pytest.raises(Invalid, match="--to must"):
        moving.target_at(url)


def copied(source: Path, folder: Path, *changes: str) -> dict[str, str]:
    """The environment of a copy of the shop, which then differs from it."""
    with (
        closing(sqlite3.connect(source / "backoffice.sqlite3")) as reading,
        closing(sqlite3.connect(folder / "backoffice.sqlite3")) as copy,
    ):
        reading.backup(copy)
        for change in changes:
            copy.execute(change)
        copy.commit()
    return environment(folder)
