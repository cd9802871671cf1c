"""shopctl backup, restore. Promise 21: a backup that was made under load restores, and everything adds up."""

import json
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection, connections

from backoffice import backups
from backoffice.backups import NewerBackup, NoBackup
from orders.models import Order
from tests.backoffice.test_server import SHOPCTL
from tests.cli.conftest import Shopctl
from tests.factories import make_product, place
from tests.processes import environment_here

pytestmark = pytest.mark.django_db(transaction=True)

type Elsewhere = Callable[..., subprocess.CompletedProcess[str]]
BUYERS = 4


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Elsewhere]:
    """Run `shopctl` as a process of its own, on another, empty database of the same kind."""
    name = (
        str(tmp_path / "elsewhere.sqlite3") if connection.vendor == "sqlite" else f"elsewhere_{uuid4().hex}"
    )
    environment = environment_here(SQL_DATABASE=name, VAR_DIR=str(tmp_path))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", SHOPCTL, *arguments]
        return subprocess.run(
            command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
        )

    yield run
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def orders_in(elsewhere: Elsewhere) -> set[str]:
    listed = elsewhere("orders", "list", "--limit", "0", "--json")
    assert listed.returncode == 0, listed.stderr
    return {order["number"] for order in json.loads(listed.stdout)}


@pytest.mark.slow
@pytest.mark.race
@pytest.mark.timeout(300)
def test_a_backup_under_load_restores_with_all_that_was_acknowledged(
    tmp_path: Path, elsewhere: Elsewhere
) -> None:
    make_product("A", on_hand=100_000)
    acknowledged: list[str] = []
    enough, is_over = threading.Semaphore(0), threading.Event()

    def buy() -> None:
        while not is_over.is_set():
            acknowledged.append(place({"A": 1}).number)
            enough.release()
        connections.close_all()

    buyers = [threading.Thread(target=buy) for _ in range(BUYERS)]
    for buyer in buyers:
        buyer.start()
    for _ in range(5 * BUYERS):
        assert enough.acquire(timeout=60)
    before = set(acknowledged)
    backups.back_up(tmp_path / "shop.backup")
    during = set(acknowledged)
    for _ in range(len(during - before) + BUYERS):
        assert enough.acquire(timeout=60)
    is_over.set()
    for buyer in buyers:
        buyer.join()

    restored = elsewhere("restore", str(tmp_path / "shop.backup"), "--yes")

    assert restored.returncode == 0, restored.stderr
    found = orders_in(elsewhere)
    assert before <= found < set(Order.objects.values_list("number", flat=True))
    checked = {row["check"]: row["state"] for row in json.loads(elsewhere("doctor", "--json").stdout)}
    assert {check for check, state in checked.items() if state == "trouble"} == {"worker"}
    assert checked["stock"] == checked["orders"] == checked["ledger triggers"] == "ok"
    shown = json.loads(elsewhere("products", "show", "A", "--json").stdout)
    assert (shown["on_hand"], shown["reserved"]) == (100_000, len(found))

    # Over what is there now, and by a person who is only asked.
    assert elsewhere("restore", str(tmp_path / "shop.backup")).returncode == 2
    again = elsewhere("restore", str(tmp_path / "shop.backup"), "--yes", "--json")
    assert f"holds {len(found)} orders now" in again.stderr
    assert json.loads(again.stdout)["orders"] == len(found)


def test_a_backup_is_its_owners_alone_and_replaces_none_unasked(shopctl: Shopctl, tmp_path: Path) -> None:
    path = tmp_path / "shop.backup"

    made = shopctl("backup", path, "--json")

    assert json.loads(made.stdout) == {"file": str(path), "bytes": path.stat().st_size}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["shop.backup"]
    refused = shopctl("backup", path)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "--overwrite" in refused.stderr
    assert shopctl("backup", path, "--overwrite").exit_code == 0
    assert shopctl("backup", tmp_path / "no-such-place" / "shop.backup").exit_code == 1
    assert shopctl("restore", path, "--dry-run").exit_code == 0


@pytest.mark.parametrize("content", [b"", b"not a backup", b"SQLite format 3\x00" + b"\xff" * 5_000])
def test_what_is_no_backup_is_refused_and_nothing_changes(
    shopctl: Shopctl, tmp_path: Path, content: bytes
) -> None:
    make_product("A", on_hand=1)
    number = place({"A": 1}).number
    path = tmp_path / "shop.backup"
    path.write_bytes(content)

    refused = shopctl("restore", path, "--yes")

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert f"{path} is no backup of a shop" in refused.stderr
    assert shopctl("restore", tmp_path / "missing.backup", "--yes").exit_code == 1
    assert Order.objects.get().number == number


@pytest.mark.skipif(connection.vendor != "sqlite", reason="An archive of pg_dump is not edited so easily.")
def test_a_backup_of_a_newer_version_or_a_damaged_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "shop.backup"
    backups.back_up(path)
    backups.check(path)
    damaged = tmp_path / "damaged.backup"
    damaged.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with closing(sqlite3.connect(path)) as newer, newer:
        newer.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('orders', '9000_new', '')")

    with pytest.raises(NewerBackup, match=r"orders\.9000_new"):
        backups.check(path)
    with pytest.raises(NoBackup):
        backups.check(damaged)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite needs no program.")
def test_a_machine_without_pg_dump_says_so(
    shopctl: Shopctl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shutil.which("pg_dump")
    monkeypatch.setenv("PATH", str(tmp_path))

    refused = shopctl("backup", tmp_path / "shop.backup")

    assert refused.exit_code == 1
    assert "pg_dump is not installed here" in refused.stderr
    assert list(tmp_path.iterdir()) == []
