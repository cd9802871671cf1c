"""Shops to measure: migrated, filled by the million, copied so that each repetition finds the same."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from benchmarks.measuring import in_child
from tests.servers import ENVIRONMENTS

OPENING_STOCK = 10
FIRST_SKU = 1_000_001
OURS = {
    "DJANGO_SETTINGS_MODULE": "backoffice.settings",
    "SECRET_KEY": "only-for-benchmarks-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF",
    "JWT_KEYS": "bench:only-for-benchmarks-0123456789-abcdefghijklmnopqrstuvwxyz",
    "API_RATE_PER_MINUTE": "0",
}

# Both databases understand it.
PRODUCTS = """
    INSERT INTO catalog_product (
        sku, sku_key, name, search_text, barcode, barcode_key, price, is_active, on_hand, reserved,
        created_at, updated_at, option_1, option_2, option_3, option_1_key, option_2_key, option_3_key,
        description, supplier_number, picture
    )
    WITH RECURSIVE numbers (number) AS (
        SELECT %(first)s UNION ALL SELECT number + 1 FROM numbers WHERE number < %(last)s
    )
    SELECT 'SKU-' || number, 'sku-' || number, 'Product ' || number,
        ' product ' || number || ' sku-' || number || ' ', '', '', 3.39, true, %(on_hand)s, 0,
        %(moment)s, %(moment)s, '', '', '', '', '', '', '', '', ''
    FROM numbers
"""
MOVEMENTS = """
    INSERT INTO catalog_stockmovement (
        product_id, kind, on_hand_delta, reserved_delta, on_hand_after, reserved_after,
        reason, note, reference, held_for, source, at
    )
    SELECT id, 'receive', %(units)s, 0, %(units)s * %(number)s, 0, '', '', '', '', 'cli', %(moment)s
    FROM catalog_product ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Shop:
    """A database of its own; `environment` lets a process enter it."""

    server: "Server"
    name: str

    @property
    def environment(self) -> dict[str, str]:
        return self.server.environment_of(self.name)

    @contextmanager
    def copied(self) -> Iterator["Shop"]:
        with self.server.shop(template=self) as copy:
            yield copy


@dataclass(slots=True)
class Server:
    """PostgreSQL (with Redis beside it), or a directory with SQLite's files."""

    vendor: str
    directory: Path
    base: Mapping[str, str]
    numbers: Iterator[int]
    migrated: Shop | None = None

    def environment_of(self, name: str) -> dict[str, str]:
        own = {}
        if "DATABASE_URL" in self.base:
            url = urlsplit(self.base["DATABASE_URL"])._replace(path=f"/{name}")
            own["DATABASE_URL"] = url.geturl()
        else:
            own["SQL_DATABASE"] = str(self._file(name)) if self.vendor == "sqlite" else name
        return {**self.base, **own}

    @contextmanager
    def shop(self, template: Shop | None = None) -> Iterator[Shop]:
        """A new one, gone afterwards: a copy of the template, else of the empty shop."""
        shop = Shop(self, f"bench_{self.directory.name.rpartition('-')[2]}_{next(self.numbers)}")
        self._create(shop, template or self.migrated)
        try:
            yield shop
        finally:
            self._drop(shop)

    def _create(self, shop: Shop, template: Shop | None) -> None:
        if self.vendor == "sqlite":
            if template:
                shutil.copyfile(self._file(template.name), self._file(shop.name))
            return
        # By files: it begins and ends with a checkpoint, which then does not fall into what is measured.
        copying = f" TEMPLATE {template.name} STRATEGY file_copy" if template else ""
        in_child(self.base, execute, f"CREATE DATABASE {shop.name}{copying}")

    def _drop(self, shop: Shop) -> None:
        if self.vendor == "postgresql":
            in_child(self.base, execute, f"DROP DATABASE {shop.name} WITH (FORCE)")
            return
        for path in self.directory.glob(f"{shop.name}.*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _file(self, name: str) -> Path:
        return self.directory / f"{name}.sqlite3"


@contextmanager
def server(vendor: str, variables: Mapping[str, str] = OURS) -> Iterator[Server]:
    """With these environment variables besides those that name its database. Raises MissingServers."""
    with TemporaryDirectory(prefix="bench-") as directory, ENVIRONMENTS[vendor]() as environment:
        base = {**environment, **variables, "VAR_DIR": directory}
        running = Server(vendor, Path(directory), base, count(1))
        with running.shop() as empty:
            in_child(empty.environment, migrate)
            running.migrated = empty
            yield running


@contextmanager
def filled_shop(server: Server, *, products: int, movements_each: int = 1) -> Iterator[Shop]:
    """A shop whose products were received in equal parts, as many as `movements_each`."""
    with server.shop() as shop:
        in_child(shop.environment, fill, products, movements_each)
        yield shop


def on_copy[**P, R](shop: Shop, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What the function returns in a process of its own, in a copy of the shop that is gone afterwards."""
    with shop.copied() as copy:
        return in_child(copy.environment, function, *args, **kwargs)


def skus(products: int) -> Iterator[str]:
    return (f"SKU-{number}" for number in range(FIRST_SKU, FIRST_SKU + products))


def execute(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def fill(products: int, movements_each: int) -> None:
    from django.db import connection, transaction
    from django.utils import timezone

    facts = {
        "first": FIRST_SKU,
        "last": FIRST_SKU + products - 1,
        "on_hand": OPENING_STOCK * movements_each,
        "units": OPENING_STOCK,
        "moment": connection.ops.adapt_datetimefield_value(timezone.now()),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PRODUCTS, facts)
        for number in range(1, movements_each + 1):
            cursor.execute(MOVEMENTS, {**facts, "number": number})
    execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def server_pid() -> int | None:
    """Of the PostgreSQL that this process is connected to, if it runs on this machine."""
    from django.db import DatabaseError, connection

    if connection.vendor == "sqlite":
        return None
    with connection.cursor() as cursor:
        try:
            cursor.execute("SELECT pg_read_file('postmaster.pid')")
        except DatabaseError:
            return None
        pid = int(cursor.fetchone()[0].split()[0])
    is_ours = Path(f"/proc/{pid}/comm").exists() and "postgres" in Path(f"/proc/{pid}/comm").read_text()
    return pid if is_ours else None


def version_of_database() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT 'SQLite ' || sqlite_version()")
        else:
            cursor.execute("SELECT 'PostgreSQL ' || split_part(version(), ' ', 2)")
        return str(cursor.fetchone()[0])
